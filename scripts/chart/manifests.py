"""Checks manifests that `helm template` has made.

    manifests.py FILE...

1. Every object is valid by the schemas of several versions of Kubernetes, strictly; kinds that are
   not Kubernetes' own (of the Prometheus operator and the Gateway API) by the small ones in `crds/`.
2. Every Pod passes the profile `restricted` of Pod Security.
3. What refers to something finds it: Secrets, claims, accounts, ports, selectors.
4. A server has enough time to end, by what its own code takes (crates/server/src).
"""

import functools
import json
import re
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

KUBERNETES = ["1.30", "1.32", "1.34", "1.35", "1.37"]
ROOT = Path(__file__).parents[2]
CRDS = Path(__file__).parent / "crds"

# Else each object would read the definitions of its version anew.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)


def pod_of(thing):
    """The Pod's specification in it and its labels, if there is one."""
    if thing["kind"] == "Pod":
        return thing["spec"], thing["metadata"].get("labels", {})
    template = thing.get("spec", {}).get("template", {})
    if thing["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
        return template["spec"], template["metadata"].get("labels", {})
    return None


# --- 1. schemas ----------------------------------------------------------------------------------


def schema_problems(thing):
    crd = CRDS / f"{thing['kind'].lower()}.json"
    if crd.exists():
        for error in jsonschema.Draft202012Validator(json.loads(crd.read_text())).iter_errors(thing):
            yield f"{error.json_path}: {error.message}"
        return
    for version in KUBERNETES:
        try:
            checked = kubernetes_validate.validate(thing, version, strict=True)
            if checked != version:
                yield f"there is no schema of Kubernetes {version}, only of {checked}"
        except kubernetes_validate.ValidationError as error:
            yield f"Kubernetes {version}: {'.'.join(map(str, error.path))}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError as error:
            yield error.message


# --- 2. Pod Security -----------------------------------------------------------------------------

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = {"RuntimeDefault", "Localhost"}


def restricted_problems(pod):
    of_pod = pod.get("securityContext", {})
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key):
            yield f"{key} is set"
    for volume in pod.get("volumes", []):
        for kind in volume.keys() - {"name"} - VOLUMES:
            yield f"the volume {volume['name']} is a {kind}"
    for container in pod.get("initContainers", []) + pod["containers"]:
        own, name = container.get("securityContext", {}), container["name"]
        context = of_pod | own
        if own.get("privileged") or own.get("allowPrivilegeEscalation") is not False:
            yield f"{name} may gain privileges"
        if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
            yield f"{name} may run as root"
        if context.get("seccompProfile", {}).get("type") not in SECCOMP:
            yield f"{name} has no seccomp profile"
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", []):
            yield f"{name} keeps capabilities"
        if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
            yield f"{name} gets capabilities"
        if any("hostPort" in port for port in container.get("ports", [])):
            yield f"{name} takes a port of the host"
    ours = pod["containers"][0]
    if ours.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
        yield f"{ours['name']} may write to its file system"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it gets a token of its account"


# --- 3. references -------------------------------------------------------------------------------

OF_THE_CLUSTER = re.compile(r"existing-|default$")


def references(pod):
    """Kind and name of all that a Pod needs."""
    yield "ServiceAccount", pod["serviceAccountName"]
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    for container in pod["containers"]:
        for variable in container.get("env", []):
            if secret := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield "Secret", secret["name"]


def reference_problems(things):
    there = {(thing["kind"], thing["metadata"]["name"]) for thing in things}
    if len(there) != len(things):
        yield "two objects have the same name"
    hooks = {(thing["kind"], thing["metadata"]["name"]) for thing in things if hook(thing)}
    pods = [(thing, *pod) for thing in things if (pod := pod_of(thing))]
    for thing, pod, _ in pods:
        for reference in references(pod):
            if OF_THE_CLUSTER.match(reference[1]):
                continue
            if reference not in there:
                yield f"{thing['kind']} {thing['metadata']['name']} needs {reference}, which is not there"
            elif hook(thing).startswith("pre-") and reference not in hooks:
                yield f"{thing['kind']} {thing['metadata']['name']} needs {reference}, which is not there yet"
            elif not hook(thing) and reference in hooks:
                yield f"{thing['kind']} {thing['metadata']['name']} needs {reference}, which is soon gone"
        names = [variable["name"] for variable in pod["containers"][0].get("env", [])]
        if len(set(names)) != len(names):
            yield f"{thing['kind']} {thing['metadata']['name']} sets a variable twice"
    ports = {port["name"] for _, pod, _ in pods for one in pod["containers"] for port in one.get("ports", [])}
    for thing in things:
        kind, spec = thing["kind"], thing.get("spec", {})
        selector = {
            "Service": lambda: spec["selector"],
            "PodDisruptionBudget": lambda: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda: spec["podSelector"]["matchLabels"],
            "Deployment": lambda: spec["selector"]["matchLabels"],
        }.get(kind, dict)()
        if selector and not any(selector.items() <= labels.items() for _, _, labels in pods):
            yield f"{kind} {thing['metadata']['name']} selects no Pod"
        if kind == "Service":
            wanted = {port["targetPort"] for port in spec["ports"]}
        elif kind == "NetworkPolicy":
            wanted = {port["port"] for rule in spec.get("ingress", []) for port in rule.get("ports", [])}
        else:
            wanted = set()
        for port in wanted - ports:
            yield f"{kind} {thing['metadata']['name']} names the port {port}, which no container has"
        if kind == "ServiceMonitor":
            labels = spec["selector"]["matchLabels"].items()
            if not any(one["kind"] == "Service" and labels <= one["metadata"]["labels"].items() for one in things):
                yield "the ServiceMonitor selects no Service"


def hook(thing):
    return thing["metadata"].get("annotations", {}).get("helm.sh/hook", "")


# --- 4. the end of a server ----------------------------------------------------------------------


@functools.cache
def seconds_to_end():
    """What is in flight, the last notes, the telemetry that is left, and threads that hang."""
    files = [ROOT / "crates/server/src" / file for file in ("shutdown.rs", "telemetry/mod.rs", "configuration/settings.rs")]
    code = "".join(file.read_text() for file in files)
    seconds = dict(re.findall(r"const (LAST_\w+): Duration = Duration::from_secs\((\d+)\)", code))
    seconds |= re.findall(r"(a request) is given up, 1 to (\d+)\.", code)
    if seconds.keys() != {"a request", "LAST_ANSWERS", "LAST_NOTES", "LAST_FLUSH", "LAST_THREADS"}:
        sys.exit("a server ends otherwise than it did: adapt seconds_to_end in manifests.py, and the chart's _checks.tpl")
    return sum(map(int, seconds.values()))


def end_problems(pod):
    server = pod["containers"][0]
    pause = server.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if server.get("args") == ["serve"] and pod["terminationGracePeriodSeconds"] < pause + seconds_to_end():
        yield f"a server takes {pause} + {seconds_to_end()} seconds to end, and is killed before"


def main():
    problems, seen = [], {}
    for path in sys.argv[1:]:
        name = Path(path).name
        things = [thing for thing in yaml.safe_load_all(Path(path).read_text()) if thing]
        for thing in things:
            text = json.dumps(thing, sort_keys=True)
            if text in seen:
                continue
            found = list(schema_problems(thing))
            if pod := pod_of(thing):
                found += [*restricted_problems(pod[0]), *end_problems(pod[0])]
            seen[text] = thing["kind"]
            problems += [f"{name}: {thing['kind']} {thing['metadata']['name']}: {problem}" for problem in found]
        problems += [f"{name}: {problem}" for problem in reference_problems(things)]
    crds = sorted({kind for kind in seen.values() if (CRDS / f"{kind.lower()}.json").exists()})
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"{len(seen)} objects, by Kubernetes {', '.join(KUBERNETES)}; {', '.join(crds)} by our own schemas")
    sys.exit(bool(problems))


main()
