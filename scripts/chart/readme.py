"""Makes the tables of the chart's README.md from the comments of its values.yaml.

    readme.py [--check]

A comment that begins with `# --` describes the value below it, as in helm-docs; a line that begins
with `##` is the heading of a table. A value without a description is an error.
"""

import json
import re
import sys
from pathlib import Path

import yaml

CHART = Path(__file__).parents[2] / "deploy/helm/roster"
BEGIN, END = "<!-- made by `make chart` from values.yaml: begin -->", "<!-- end -->"
KEY = re.compile(r"( *)([A-Za-z0-9]+):(?: .*)?$")


def sections(text):
    """The headings, each with its values: (dotted name, description)."""
    found, path, description = [], [], None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("## "):
            found.append((stripped[3:], []))
            description = None
        elif stripped.startswith("# -- "):
            description = [stripped[5:]]
        elif stripped.startswith("# ") and description is not None:
            description.append(stripped[2:])
        elif match := KEY.match(line):
            depth = len(match[1]) // 2
            path = path[:depth] + [match[2]]
            if description is not None:
                found[-1][1].append((".".join(path), " ".join(description)))
            description = None
    return found


def at(values, name):
    for key in name.split("."):
        values = values[key]
    return values


def names(values, before=""):
    """Every value that should have a description: what is no map, and maps that are empty."""
    for key, value in values.items():
        name = before + key
        if isinstance(value, dict) and value:
            yield from names(value, name + ".")
        else:
            yield name


def tables(text):
    values = yaml.safe_load(text)
    described = sections(text)
    known = {name for _, rows in described for name, _ in rows}
    for name in names(values):
        parts = name.split(".")
        if not any(".".join(parts[:end]) in known for end in range(1, len(parts) + 1)):
            sys.exit(f"{name} of values.yaml has no description: write a comment that begins with `# --`")
    lines = []
    for heading, rows in described:
        lines += [f"### {heading}", "", "| value | default | |", "|---|---|---|"]
        for name, description in rows:
            default = json.dumps(at(values, name), ensure_ascii=False).replace("|", "\\|")
            lines.append(f"| `{name}` | `{default}` | {description.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def main():
    readme = CHART / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    _, after = rest.split(END)
    made = f"{before}{BEGIN}\n\n{tables((CHART / 'values.yaml').read_text())}\n{END}{after}"
    if "--check" not in sys.argv:
        readme.write_text(made)
    elif made != readme.read_text():
        sys.exit(f"{readme.name} of the chart is not up to date: run `make chart`")


main()
