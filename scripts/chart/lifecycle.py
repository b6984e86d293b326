"""Takes the chart through the life of a release with the real helm, against `cluster.py`: install,
upgrade, a migration that fails, test, uninstall, install again. And lets kubectl read every golden
manifest.
"""

import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import Cluster

ROOT = Path(__file__).parents[2]
CHART, GOLDEN = ROOT / "deploy/helm/roster", ROOT / "deploy/helm/golden"
DATABASE = "database.url=postgres://roster:secret@postgres/roster"


def run(cluster, home, *command, fails=False):
    environment = {
        **os.environ,
        "HOME": home,
        "KUBECONFIG": f"{home}/kubeconfig",
        "HELM_KUBEAPISERVER": cluster.url,
        "HELM_CACHE_HOME": f"{home}/cache",
        "HELM_CONFIG_HOME": f"{home}/config",
        "HELM_DATA_HOME": f"{home}/data",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    if (done.returncode != 0) != fails:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def expect(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")
    print(f"  {what}")


def life(home):
    cluster = Cluster()

    def helm(*arguments, fails=False):
        return run(cluster, home, "helm", *arguments, "--namespace", "identity", fails=fails)

    def install():
        return helm("install", "roster", str(CHART), "--create-namespace", "--set", DATABASE)

    def upgrade(*values, fails=False):
        values = [part for value in (DATABASE, *values) for part in ("--set", value)]
        # A Job that fails is waited for until then.
        return helm("upgrade", "roster", str(CHART), *values, "--timeout", "3s" if fails else "60s", fails=fails)

    def key():
        return cluster.get("Secret", "roster-secret-key")["data"]["secret-key"]

    notes = install()
    expect("admin link --tenant default" in notes, "an installation needs the database's URL alone, and says how to get in")
    journal, first = cluster.journal[:], key()
    job = journal.index(("create", "Job", "roster-migrate"))
    expect(
        journal.index(("create", "Secret", "roster-migrate")) < job < journal.index(("create", "Deployment", "roster")),
        "the migration has its Secret, and is over before the servers come",
    )
    expect(
        cluster.get("Job", "roster-migrate") is None and cluster.get("Secret", "roster-migrate") is None,
        "nothing of the migration is left behind",
    )
    expect(len(base64.b64decode(base64.b64decode(first))) == 32, "the secret key is 32 bytes, as base64")

    upgrade("replicaCount=3")
    expect(key() == first, "an upgrade keeps the secret key")
    expect(cluster.get("Deployment", "roster")["spec"]["replicas"] == 3, "an upgrade changes the servers")

    upgrade("image.tag=broken", fails=True)
    image = cluster.get("Deployment", "roster")["spec"]["template"]["spec"]["containers"][0]["image"]
    expect("broken" not in image, "where the migration fails, the servers stay as they are")

    upgrade("migration.enabled=false")
    helm("test", "roster")
    expect(("create", "Pod", "roster-test") in cluster.journal, "`helm test` runs a Pod")

    helm("uninstall", "roster")
    left = sorted(thing["kind"] for thing in cluster.things.values() if thing["kind"] != "Namespace")
    expect(left.count("Secret") == 1 and key() == first, "the secret key outlives the release")
    expect(left == ["Job", "Secret"], "and nothing else of it does, but the Job that failed, to be looked at")
    install()
    expect(key() == first, "another installation finds the key again")


def kubectl_reads(home):
    for manifest in sorted(GOLDEN.glob("*.yaml")):
        cluster = Cluster()
        command = ["kubectl", "--server", cluster.url, "create", "--dry-run=client", "--validate=false", "--output=name"]
        read = run(cluster, home, *command, f"--filename={manifest}").split()
        objects = sum(line.startswith("kind: ") for line in manifest.read_text().splitlines())
        if len(read) != objects:
            sys.exit(f"kubectl finds {len(read)} objects in {manifest.name}, not {objects}")
    print("  kubectl reads every golden manifest")


with tempfile.TemporaryDirectory() as directory:
    life(directory)
    kubectl_reads(directory)
