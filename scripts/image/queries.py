"""Checks what the dashboard and the alerts ask Prometheus for.

    queries.py DIRECTORY

Every metric and label is on the list of deploy/dashboards/metrics.txt; no two panels of the
dashboard overlap; every alert's runbook is there to be read. The dashboard's queries are written as
rules to DIRECTORY/dashboard.yaml, for promtool to parse.
"""

import json
import re
import sys
from pathlib import Path

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
LISTED = [line.split() for line in (DEPLOY / "dashboards/metrics.txt").read_text().splitlines() if line[:1] not in ("#", "")]
METRICS = {name: set(labels) for name, *labels in LISTED}
# Those that Prometheus adds.
TARGET = {"job", "instance", "namespace", "service"}
WORDS = {"by", "on", "or", "and", "unless", "without", "ignoring", "group_left", "group_right"}
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")


def query_problems(query):
    """What a query names that there is not."""
    text = re.sub(r'"[^"]*"', '""', query)
    labels = set(TARGET)
    for metric, matchers in SELECTOR.findall(text):
        if metric not in METRICS:
            yield f"there is no metric {metric}"
            continue
        own = METRICS[metric] | TARGET
        labels |= own
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
            if label not in own:
                yield f"{metric} has no label {label}"
        if 'job=' not in matchers:
            yield f"{metric} is not narrowed down to a job"
    for group in GROUPING.findall(text):
        for label in re.findall(r"\w+", group):
            if label not in labels:
                yield f"no metric in it has the label {label}"
    rest = re.sub(r"\[[^\]]*\]", "", GROUPING.sub("", SELECTOR.sub("", text)))
    for word in re.findall(r"\b[a-zA-Z_]\w*\b(?!\s*\()", rest):
        if word not in WORDS:
            yield f"{word} is neither a metric with its job nor a word of PromQL"


def panels(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def dashboard_problems(dashboard, rules):
    variables = {variable["name"] for variable in dashboard["templating"]["list"]} | {"__rate_interval"}
    taken, ids = {}, set()
    for panel in panels(dashboard):
        title, place = panel["title"], panel["gridPos"]
        if panel["id"] in ids:
            yield f"{title}: another panel has its id"
        ids.add(panel["id"])
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if x >= 24 or (x, y) in taken:
                    yield f"{title} covers {taken.get((x, y), 'the margin')}"
                    break
                taken[x, y] = title
        if panel["type"] != "row" and not panel.get("targets"):
            yield f"{title} asks for nothing"
        for target in panel.get("targets", []):
            query = target["expr"]
            for variable in re.findall(r"\$\{?(\w+)", query):
                if variable not in variables:
                    yield f"{title}: there is no variable {variable}"
            query = query.replace("$__rate_interval", "1m").replace("$job", "roster").replace("$namespace", ".*")
            yield from (f"{title}: {problem}" for problem in query_problems(query))
            rules.append({"record": f"dashboard:panel_{panel['id']}:{target['refId']}", "expr": query})


def anchors(path):
    """The headings of a page, as they are linked to."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE) if path.exists() else []
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def alert_problems(groups):
    for rule in (rule for group in groups for rule in group["rules"]):
        name, notes = rule["alert"], rule["annotations"]
        yield from (f"{name}: {problem}" for problem in query_problems(rule["expr"]))
        if set(notes) != {"summary", "description", "runbook"}:
            yield f"{name} must have a summary, a description and a runbook"
        page, _, anchor = notes.get("runbook", "").partition("#")
        if anchor not in anchors(DEPLOY.parent / page):
            yield f"{name}: {page} has no heading for #{anchor}"
        if rule["labels"].get("severity") not in ("critical", "warning"):
            yield f"{name} must be critical or a warning"


def main():
    rules = []
    dashboard = json.loads((DEPLOY / "dashboards/roster.json").read_text())
    groups = yaml.safe_load((DEPLOY / "helm/roster/files/alerts.yaml").read_text())["groups"]
    problems = [f"dashboard: {problem}" for problem in dashboard_problems(dashboard, rules)]
    problems += [f"alert {problem}" for problem in alert_problems(groups)]
    written = {"groups": [{"name": "dashboard", "rules": rules}]}
    (Path(sys.argv[1]) / "dashboard.yaml").write_text(yaml.safe_dump(written))
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"{len(rules)} queries of the dashboard and {sum(len(group['rules']) for group in groups)} alerts, {len(METRICS)} metrics")
    sys.exit(bool(problems))


main()
