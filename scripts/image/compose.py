"""Checks compose.yaml: by the Compose specification, and that what it mounts, builds and speaks to
is there. Writes the environment of the service `roster` to standard output, as KEY=VALUE lines.
"""

import re
import sys
from pathlib import Path

import yaml
from compose_spec import PyCompose

FILE = Path(__file__).parents[2] / "deploy/compose.yaml"
PINNED = re.compile(r".+:[v0-9][^:]*\d[^:]*$")


def problems(compose):
    services, volumes = compose["services"], compose.get("volumes") or {}
    for name, service in services.items():
        if "build" in service:
            context = FILE.parent / service["build"]["context"]
            if not (context / service["build"]["dockerfile"]).is_file():
                yield f"{name} is built from a file that is not there"
        elif not PINNED.match(service["image"]):
            yield f"{name} must have an image of one version, not {service['image']}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if not (FILE.parent / source).exists():
                    yield f"{name} mounts {source}, which is not there"
                if not volume.endswith(":ro"):
                    yield f"{name} may write to {source}"
            elif source not in volumes:
                yield f"{name} mounts the volume {source}, which is not declared"
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield f"{name} opens {port} to the network"
        text = yaml.safe_dump([service.get("environment"), service.get("command")])
        for host in re.findall(r"://(?:[^@/]*@)?([a-z][-a-z]*)[:/]", text):
            if host not in {*services, "localhost"}:
                yield f"{name} speaks to {host}, which is no service"


def main():
    compose = yaml.safe_load(FILE.read_text())
    # It reads YAML without merge keys.
    parsed = PyCompose.from_yaml(yaml.safe_dump(compose))
    for check in (parsed.validate, parsed.validate_configs, parsed.validate_networks, parsed.validate_secrets, parsed.validate_volumes):
        check()
    found = list(problems(compose))
    for problem in found:
        print(f"compose.yaml: {problem}", file=sys.stderr)
    if found:
        sys.exit(1)
    for key, value in compose["services"]["roster"]["environment"].items():
        print(f"{key}={value}")


main()
