"""Checks the chart's settings against the server's.

    settings.py [ROSTER]

Every setting of roster.example.toml is in the schema of `settings`, or set by the chart itself. And
with a server at hand, it accepts the environment of every container that golden manifests give it.
"""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CHART, GOLDEN = ROOT / "deploy/helm/roster", ROOT / "deploy/helm/golden"
# What stands in Secrets that the chart does not make, and a key as the chart makes it.
DATABASE_URL = "postgres://roster:secret@postgres/roster"
EXISTING = {
    "ROSTER_DATABASE_URL": DATABASE_URL,
    "ROSTER_DATABASE_LISTEN_URL": DATABASE_URL,
    "ROSTER_SECRET_KEY": base64.b64encode(bytes(range(32))).decode(),
}
# Made by the chart, but not shown in the golden manifests.
HIDDEN = {"ROSTER_SECRET_KEY"}


def drift():
    known = set(re.findall(r"^#?([a-z_]+) = ", (ROOT / "roster.example.toml").read_text(), re.MULTILINE))
    schema = json.loads((CHART / "values.schema.json").read_text())
    offered = set(schema["properties"]["settings"]["properties"])
    templates = "".join(path.read_text() for path in (CHART / "templates").iterdir() if path.is_file())
    own = {name.lower() for name in re.findall(r"ROSTER_([A-Z_]+[A-Z])", templates)}
    # A key file that a group may read is refused, and that is what a volume in Kubernetes is.
    unused = {"secret_key_file"}
    for name in sorted(known - offered - own - unused):
        yield f"{name} is a setting of Roster: offer it under `settings` in values.schema.json, or set it in the templates"
    for name in sorted((offered | own) - known):
        yield f"{name} is no setting of Roster"
    for name in sorted(offered & own):
        yield f"{name} is set by the chart, and must not be under `settings` too"


def environments():
    """Every container of ours in the golden manifests: in which file, of what kind, and its environment."""
    for path in sorted(GOLDEN.glob("*.yaml")):
        things = [thing for thing in yaml.safe_load_all(path.read_text()) if thing]
        secrets = {thing["metadata"]["name"]: thing.get("data", {}) for thing in things if thing["kind"] == "Secret"}
        for thing in things:
            spec = thing["spec"] if thing["kind"] == "Pod" else thing.get("spec", {}).get("template", {}).get("spec")
            if not spec:
                continue
            environment = {}
            for variable in spec["containers"][0].get("env", []):
                name, secret = variable["name"], variable.get("valueFrom", {}).get("secretKeyRef")
                if secret and secret["name"] in secrets and name not in HIDDEN:
                    environment[name] = base64.b64decode(secrets[secret["name"]][secret["key"]]).decode()
                elif secret:
                    environment[name] = EXISTING[name]
                else:
                    environment[name] = variable.get("value", "")
            yield path.name, thing["kind"], environment


def refused(roster):
    checked = 0
    for file, kind, environment in environments():
        done = subprocess.run([roster, "config", "check"], capture_output=True, text=True, check=False, env=environment)
        # Only a server needs the secret key; to it, warnings are not wanted either.
        if done.returncode or (kind == "Deployment" and done.stderr):
            yield f"{file}: {kind}: {done.stderr.strip()}"
        checked += 1
    print(f"{roster} accepts the settings of {checked} containers")


problems = list(drift())
if len(sys.argv) > 1:
    problems += refused(sys.argv[1])
print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
sys.exit(bool(problems))
