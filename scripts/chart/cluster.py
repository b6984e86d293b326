"""As much of a Kubernetes API server as helm and kubectl need to believe in one: it keeps objects in
memory, and what would take a real cluster a while (Jobs, Pods) is done at once.

It stands in for a cluster where none can be had, so it checks little: that an immutable Secret is
not changed, and which objects were made and deleted in which order (`Cluster.journal`).
"""

import base64
import copy
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

VERSION = {"major": "1", "minor": "35", "gitVersion": "v1.35.0"}
# plural name, kind, whether it lives in a namespace
RESOURCES = {
    "v1": [
        ("namespaces", "Namespace", False),
        ("configmaps", "ConfigMap", True),
        ("persistentvolumeclaims", "PersistentVolumeClaim", True),
        ("pods", "Pod", True),
        ("secrets", "Secret", True),
        ("serviceaccounts", "ServiceAccount", True),
        ("services", "Service", True),
    ],
    "apps/v1": [("deployments", "Deployment", True), ("replicasets", "ReplicaSet", True)],
    "autoscaling/v2": [("horizontalpodautoscalers", "HorizontalPodAutoscaler", True)],
    "batch/v1": [("jobs", "Job", True)],
    "gateway.networking.k8s.io/v1": [("httproutes", "HTTPRoute", True)],
    "monitoring.coreos.com/v1": [("prometheusrules", "PrometheusRule", True), ("servicemonitors", "ServiceMonitor", True)],
    "networking.k8s.io/v1": [("ingresses", "Ingress", True), ("networkpolicies", "NetworkPolicy", True)],
    "policy/v1": [("poddisruptionbudgets", "PodDisruptionBudget", True)],
}
KINDS = {(version, plural): kind for version, kinds in RESOURCES.items() for plural, kind, _ in kinds}
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def openapi(parts):
    """No schemas, but the promise that the server validates fields itself, so that a client need not."""
    if not parts:
        places = {("apis/" if "/" in version else "api/") + version for version in RESOURCES}
        return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}?hash=1"} for place in places}}
    version = "/".join(parts[1:])
    group, _, number = version.rpartition("/")
    paths = {}
    for plural, kind, _ in RESOURCES[version]:
        own = {"group": group, "version": number, "kind": kind}
        parameters = [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]
        patch = {"parameters": parameters, "responses": {}, "x-kubernetes-group-version-kind": own}
        paths[f"/{'/'.join(parts)}/{plural}/{{name}}"] = {"patch": patch}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.35.0"}, "paths": paths}


def fields(message):
    """The fields of a protobuf message that hold bytes: (number, bytes)."""
    place = 0

    def number():
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place, value, shift = place + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value

    while place < len(message):
        tag = number()
        size = number()
        if tag & 7 == 2:
            yield tag >> 3, message[place : place + size]
            place += size


def secret(message):
    """A Secret as helm sends those of its own, which keep the releases."""
    pair = lambda entry: (dict(fields(entry))[1].decode(), dict(fields(entry)).get(2, b""))
    metadata = list(fields(dict(fields(message))[1]))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": dict(metadata)[1].decode(),
            "labels": {key: value.decode() for key, value in (pair(one) for number, one in metadata if number == 11)},
        },
        "data": {key: base64.b64encode(value).decode() for key, value in (pair(one) for number, one in fields(message) if number == 2)},
        "type": dict(fields(message)).get(3, b"").decode(),
    }


def read(body):
    """What a client sends: JSON, YAML, or protobuf in Kubernetes' envelope."""
    if not body.startswith(b"k8s\0"):
        return yaml.safe_load(body) if body else {}
    envelope = dict(fields(body[4:]))
    return secret(envelope[2]) if b"Secret" in envelope[1] else {}


def merged(old, new):
    """RFC 7396; for a server-side apply and a strategic merge it does here, too."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    result = dict(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(old.get(key), value)
    return result


def lived(thing):
    """The object as it is after its life: work is done when it is begun."""
    failed = "broken" in json.dumps(thing["spec"]) if "spec" in thing else False
    if thing["kind"] == "Job":
        kind = "Failed" if failed else "Complete"
        conditions = [{"type": kind, "status": "True"}]
        counts = {"failed": 1} if failed else {"succeeded": 1, "completionTime": "2026-01-01T00:00:00Z"}
        thing["status"] = {"conditions": conditions, "startTime": "2026-01-01T00:00:00Z", **counts}
    elif thing["kind"] == "Pod":
        thing["status"] = {"phase": "Failed" if failed else "Succeeded"}
    return thing


class Cluster:
    """The objects, by (version, plural, namespace, name)."""

    def __init__(self):
        self.things, self.journal, self.events, self.revision = {}, [], [], 0
        self.lock = threading.RLock()
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                url = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(url.query).items()}
                if query.get("watch") in ("true", "1"):
                    return self.watch(url.path, query)
                with cluster.lock:
                    status, answer = cluster.answer(self.command, url.path, query, body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def watch(self, path, query):
                """Tells what is there, where that is asked for, and then what changes."""
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.close_connection = True
                with cluster.lock:
                    told = len(cluster.events)
                    there = cluster.answer("GET", path, query, b"")[1]
                    kind, events = there["kind"].removesuffix("List"), []
                    if query.get("sendInitialEvents") == "true":
                        end = {"resourceVersion": str(cluster.revision), "annotations": {"k8s.io/initial-events-end": "true"}}
                        bookmark = {"kind": kind, "apiVersion": there["apiVersion"], "metadata": end}
                        events = [("ADDED", thing) for thing in there["items"]] + [("BOOKMARK", bookmark)]
                for _ in range(600):
                    try:
                        for event, thing in events:
                            self.wfile.write(json.dumps({"type": event, "object": thing}).encode() + b"\n")
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(0.05)
                    with cluster.lock:
                        new, told = cluster.events[told:], len(cluster.events)
                    events = [(event, thing) for event, thing in new if thing["kind"] == kind]

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, method, path, query, body):
        parts = path.strip("/").split("/")
        if parts == ["version"]:
            return 200, VERSION
        if parts == ["api"]:
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        if parts == ["apis"]:
            groups = [version.split("/") for version in RESOURCES if "/" in version]
            listed = [
                {"name": group, "versions": [one], "preferredVersion": one}
                for group, version in groups
                for one in [{"groupVersion": f"{group}/{version}", "version": version}]
            ]
            return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}
        if parts[:2] == ["openapi", "v3"]:
            return 200, openapi(parts[2:])
        if parts[0] not in ("api", "apis"):
            return self.missing(path)
        depth = 2 if parts[0] == "api" else 3
        version, rest = "/".join(parts[1:depth]), parts[depth:]
        if version not in RESOURCES:
            return self.missing(path)
        if not rest:
            listed = [
                {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": namespaced, "verbs": VERBS}
                for plural, kind, namespaced in RESOURCES[version]
            ]
            return 200, {"kind": "APIResourceList", "groupVersion": version, "resources": listed}
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        plural, name = rest[0], rest[1] if len(rest) > 1 else None
        if (version, plural) not in KINDS:
            return self.missing(path)
        return self.objects(method, (version, plural, namespace, name), query, body)

    def objects(self, method, key, query, body):
        version, plural, namespace, name = key
        new = read(body)
        if method == "GET" and name is None:
            selector = [part.split("=", 1) for part in query.get("labelSelector", "").split(",") if "=" in part]
            fields = [part.split("=", 1) for part in query.get("fieldSelector", "").split(",") if "=" in part]
            items = [
                thing
                for (one, kind, where, called), thing in sorted(self.things.items())
                if (one, kind) == (version, plural)
                and namespace in ("", where)
                and all(thing["metadata"].get("labels", {}).get(label) == value for label, value in selector)
                and all(field != "metadata.name" or called == value for field, value in fields)
            ]
            kind = KINDS[version, plural] + "List"
            return 200, {"kind": kind, "apiVersion": version, "metadata": {"resourceVersion": str(self.revision)}, "items": items}
        if method == "POST":
            key = (version, plural, namespace, new["metadata"]["name"])
            if key in self.things:
                return self.failed(409, "AlreadyExists", f"{key[3]} already exists")
            return 201, self.keep(key, new, query)
        old = self.things.get(key)
        if method == "PATCH" and old is None and "apply" in self.headers_of(query):
            return 201, self.keep(key, new, query)
        if old is None:
            return self.missing(f"{plural} {name}")
        if method == "GET":
            return 200, old
        if method == "DELETE":
            self.events.append(("DELETED", self.things.pop(key)))
            self.journal.append(("delete", old["kind"], name))
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        changed = merged(old, new) if method == "PATCH" else new
        if old.get("immutable") and changed.get("data") != old.get("data"):
            return self.failed(422, "Invalid", f"{name} is immutable")
        return 200, self.keep(key, changed, query)

    @staticmethod
    def headers_of(query):
        """Only a server-side apply names a field manager and force, or may make what is missing."""
        return "apply" if "fieldManager" in query else ""

    def keep(self, key, thing, query):
        self.revision += 1
        thing.setdefault("apiVersion", key[0])
        thing.setdefault("kind", KINDS[key[0], key[1]])
        metadata = thing["metadata"]
        metadata.setdefault("uid", f"00000000-0000-0000-0000-{self.revision:012}")
        metadata["resourceVersion"] = str(self.revision)
        if key[2]:
            metadata.setdefault("namespace", key[2])
        if "dryRun" not in query:
            if thing["kind"] != "Secret" or not key[3].startswith("sh.helm."):
                self.journal.append(("update" if key in self.things else "create", thing["kind"], key[3]))
            self.events.append(("MODIFIED" if key in self.things else "ADDED", thing))
            self.things[key] = lived(thing)
        return thing

    def missing(self, what):
        return self.failed(404, "NotFound", f"{what} not found")

    @staticmethod
    def failed(code, reason, message):
        return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code}

    def get(self, kind, name):
        """The object of that kind and name, or None."""
        return next((one for one in self.things.values() if (one["kind"], one["metadata"]["name"]) == (kind, name)), None)
