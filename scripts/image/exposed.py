"""Compares what a server gives Prometheus, on standard input, with deploy/dashboards/metrics.txt: what
is ours must be listed with its labels, and what is listed should be seen. That depends on what the server
has done so far, so the rest is only said.
"""

import re
import sys
from pathlib import Path

LIST = Path(__file__).parents[2] / "deploy/dashboards/metrics.txt"
LISTED = {name: set(labels) for line in LIST.read_text().splitlines() if line and line[0] != "#" for name, *labels in [line.split()]}
# What every server has after a request of Okta's and a sign-in that were refused.
AT_ONCE = {"roster_build_info", "roster_audit_records_total", "roster_cache_lookups_total", "roster_scim_operations_total", "roster_sign_ins_total", "http_server_request_duration_seconds_count"}

seen, problems = {}, []
for line in sys.stdin:
    if match := re.match(r"((?:roster|http_server)_\w+)(?:\{(.*)\})? ", line):
        labels = re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', match[2] or "")
        seen.setdefault(match[1], set()).update(label for label in labels if not label.startswith("otel_scope"))
for name, labels in sorted(seen.items()):
    if name not in LISTED:
        problems.append(f"the server has a metric {name}, which is not listed")
    elif labels - LISTED[name]:
        problems.append(f"{name} has labels that are not listed: {', '.join(sorted(labels - LISTED[name]))}")
    elif LISTED[name] - labels:
        problems.append(f"{name} lacks listed labels: {', '.join(sorted(LISTED[name] - labels))}")
problems += [f"the server has no metric {name}" for name in sorted(AT_ONCE - seen.keys())]

print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
unseen = sorted(LISTED.keys() - seen.keys() - {"up"})
print(f"the server has {len(seen)} of the metrics that are listed; not asked of it here: {', '.join(unseen)}")
sys.exit(bool(problems))
