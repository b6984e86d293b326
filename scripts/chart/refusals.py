"""Checks that the chart refuses nonsense, by the files of deploy/helm/roster/ci/refused.

Each is refused by helm, with the message of its first line (`# refused: …`). And no rule is without
its file: what values.schema.json says beyond types must have been the one reason for a refusal.
Types and unknown names are tried for every value there is.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import jsonschema
import yaml

CHART = Path(__file__).parents[2] / "deploy/helm/roster"
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())
RULES = {"allOf", "anyOf", "oneOf", "not", "const", "enum", "pattern", "required"}
RULES |= {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
MEANT = "# refused: "


def merged(values, over):
    """As helm merges a file over the defaults."""
    if isinstance(values, dict) and isinstance(over, dict):
        return {key: merged(values.get(key), over.get(key, values.get(key))) for key in values | over}
    return over


def at(place):
    schema = SCHEMA
    for step in place:
        schema = schema[step]
    return schema


def errors(values):
    return list(jsonschema.Draft7Validator(SCHEMA).iter_errors(values))


def place_of(error):
    """Where in the schema the rule stands that an error is about, with references followed."""
    place = []
    for step in error.absolute_schema_path:
        schema = at(place)
        if isinstance(schema, dict) and "$ref" in schema:
            place = schema["$ref"].removeprefix("#/").split("/")
        place.append(step)
    return tuple(place)


def innermost(found):
    """What an `allOf` and the like consist of says more than they do."""
    for error in found:
        if error.context and error.validator == "allOf":
            yield from innermost(error.context)
        else:
            yield error


def rules(schema, place=()):
    """Every rule, by its place; what is asked by an `if` is none."""
    if isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from rules(part, (*place, index))
        return
    if not isinstance(schema, dict):
        return
    names_only = place and place[-1] in ("properties", "definitions")
    for key, part in schema.items():
        here = (*place, key)
        if names_only:
            yield from rules(part, here)
        elif key in RULES and key != "allOf":
            yield here
        elif key not in ("if", "$comment", "description"):
            yield from rules(part, here)


def refusal(path):
    """What is wrong with the refusal of a file, if anything."""
    first = path.read_text().splitlines()[0]
    if not first.startswith(MEANT):
        return f"{path.name}: the first line must be `{MEANT}` and the message"
    command = ["helm", "template", "roster", str(CHART), "--values", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return f"{path.name} is not refused"
    if first.removeprefix(MEANT) not in done.stderr:
        return f"{path.name} is refused otherwise:\n{done.stderr}"
    return None


def wrong_types(schema, values, place=()):
    """Every value once of a type that it must not be, and every object once with a name too many."""
    schema = at(schema["$ref"].removeprefix("#/").split("/")) if "$ref" in schema else schema
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is False:
            yield (*place, "nonsense"), 1
        for name, part in schema.get("properties", {}).items():
            yield from wrong_types(part, values, (*place, name))
    if place:
        yield place, 1.5 if schema.get("type") != "object" else []


def put(values, place, value):
    values = deepcopy(values)
    inner = values
    for name in place[:-1]:
        inner = inner.setdefault(name, {})
    inner[place[-1]] = value
    return values


def main():
    files = sorted((CHART / "ci/refused").glob("*.yaml"))
    with ThreadPoolExecutor(4) as pool:
        problems = [problem for problem in pool.map(refusal, files) if problem]

    needed = set(rules(SCHEMA))
    for path in files:
        found = list(innermost(errors(merged(DEFAULTS, yaml.safe_load(path.read_text()) or {}))))
        if len(found) == 1:
            needed.discard(place_of(found[0]))
    problems += [f"no file in ci/refused is refused by {'/'.join(map(str, place))} alone" for place in sorted(needed, key=str)]

    good = merged(DEFAULTS, yaml.safe_load((CHART / "ci/minimal.yaml").read_text()))
    tried = 0
    for place, value in wrong_types(SCHEMA, good):
        tried += 1
        if not errors(put(good, place, value)):
            problems.append(f"{'.'.join(place)} may be {value!r}")

    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"{len(files)} files refused, {len(set(rules(SCHEMA)))} rules, {tried} values of a wrong type or name")
    sys.exit(bool(problems))


main()
