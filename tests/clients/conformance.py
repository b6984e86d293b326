"""SCIM conformance: lets scim2-tester (what `scim2 test` runs) check a running Roster, twice.

1. As it comes. Nearly all of its checks create a user first, which the lifecycle profile refuses:
   each of these must fail on just that refusal, a well-formed SCIM Error, and no other check may
   fail. A refusal that is expected and does not come is a failure, too.
2. With users that exist already, as they do in the lifecycle profile: wherever a check asks for a
   user, one is made by the operator's command line. Then every check of discovery, reading, PUT
   and PATCH must succeed, but for the few that are listed with their reasons.

Then it looks at the refusals themselves. Prints what it found, and exits with 1 if anything is not
as it must be.
"""

import itertools
import os
import random
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error
from scim2_tester import Status, check_server, filling
from scim2_tester.utils import ResourceManager

from roster import Roster

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
ROLES = ["Admin", "Analyst", "AnalystReadOnly"]

CREATION = "Users are not created over SCIM"
DELETION = "Users are never deleted over SCIM, only deactivated"

# What must fail, and the words that the failure must have: by check, or by check and attribute.
# Whatever is not named here must succeed.
REFUSED_AS_IT_COMES = dict.fromkeys(
    [
        "object_creation",
        "object_query",
        "object_query_without_id",
        "object_query_with_attributes",
        "object_list_with_attributes",
        "search_with_attributes",
        "object_replacement",
        "object_deletion",
        "check_add_attribute",
        "check_remove_attribute",
        "check_replace_attribute",
    ],
    CREATION,
)
REFUSED_FOR_EXISTING_USERS = {
    "object_deletion": DELETION,
    "search_with_attributes": "is not supported by the server",
    # displayName is composed from the names. Okta sends it, so it is accepted, and not kept.
    "check_add_attribute displayName": "returned unexpected value for 'displayName'",
    "check_replace_attribute displayName": "returned unexpected value for 'displayName'",
    "check_remove_attribute displayName": "did not remove attribute 'displayName'",
    # A name that was removed is shown with empty parts, a user always has an e-mail, a status and
    # a role in force (removing the attribute withdraws a pending one).
    "check_remove_attribute name": "did not remove attribute 'name'",
    "check_remove_attribute emails": "must have a value: it can be changed, not cleared",
    "check_remove_attribute active": "did not remove attribute 'active'",
    "check_remove_attribute pantherRole": "did not remove attribute 'pantherRole'",
}


def work_with_existing_users(roster):
    """Where the tester creates a user, let the operator make one, and let SCIM read it."""
    numbers = itertools.count(1)

    def create_and_register(self, model, fill_all=False):
        user = roster.add_user(f"conformance-{next(numbers)}@example.com")
        if fill_all:
            replace = {"op": "replace", "value": {"externalId": user}}
            body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [replace]}
            self.context.client.client.patch(f"/Users/{user}", json=body).raise_for_status()
        return self.context.client.query(model, user)

    ResourceManager.create_and_register = create_and_register
    ResourceManager.cleanup = lambda self: None


def send_values_with_a_meaning():
    """Let the tester, which sends random values, send roles that exist, a full name that fits the
    parts of the name, and the one e-mail that is kept as the primary one."""
    example_of, fill = filling.get_random_example_value, filling.fill_with_random_values

    def get_random_example_value(path):
        return random.choice(ROLES) if str(path).endswith("pantherRole") else example_of(path)

    def fill_with_random_values(*arguments, **options):
        filled = fill(*arguments, **options)
        if type(filled).__name__ == "Roles":
            filled.value = random.choice(ROLES)
        if type(filled).__name__ == "Name":
            filled.formatted = f"{filled.given_name} {filled.family_name}"
        if type(filled).__name__ == "Emails":
            filled.primary = True
        return filled

    filling.get_random_example_value = get_random_example_value
    filling.fill_with_random_values = fill_with_random_values


def client_of(roster, token):
    """A SCIM client that knows nothing of the server but its address and a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return SyncSCIMClient(Client(base_url=roster.scim_url, headers=headers))


def judge(title, results, refusals):
    """Prints the table of results; returns what is not as it must be."""
    print(f"\n{title}\n{'-' * len(title)}")
    faults = []
    seen = set()
    for result in results:
        attribute = result.data.get("urn") if isinstance(result.data, dict) else None
        name = f"{result.title} {attribute}" if attribute else result.title
        key = name if name in refusals else result.title
        expected = refusals.get(key)
        seen.add(key)
        reason = " ".join((result.reason or "").split())
        fault = None
        if expected is None and result.status not in GOOD:
            fault = "must succeed"
        elif expected is not None and (result.status in GOOD or expected not in reason):
            fault = f"must be refused with '{expected}'"
        outcome = "FAULT" if fault else "expected" if expected else "ok"
        print(f"{outcome:8} {name or '':40} {reason[:120]}")
        if fault:
            faults.append(f"{title}: {name} {fault}; {result.status.name}: {reason} {result.data or ''}")
    for missing in sorted(set(refusals) - seen):
        faults.append(f"{title}: {missing} was expected to be refused, but did not run")
    return faults


def refusals_are_scim_errors(client, user):
    """Checks by hand what the tester shows only in words: each refusal is a complete SCIM Error."""
    patch_op = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}
    expected = [
        ("POST", "/Users", {"userName": "new@example.com"}, 501, None),
        ("POST", "/Users", {"userName": user}, 409, "uniqueness"),
        ("DELETE", "/Users/{id}", None, 501, None),
        ("GET", "/Groups", None, 501, None),
        ("POST", "/Groups", {"displayName": "all"}, 501, None),
        ("POST", "/Bulk", patch_op, 501, None),
        ("GET", "/Me", None, 501, None),
        ("POST", "/.search", {}, 501, None),
        ("POST", "/Users/.search", {}, 501, None),
        ("GET", '/Users?filter=userName sw "a"', None, 400, "invalidFilter"),
        ("GET", "/Users/unknown", None, 404, None),
    ]
    http = client.client
    id_ = http.get("/Users", params={"filter": f'userName eq "{user}"'}).json()["Resources"][0]["id"]
    title = "Refusals"
    print(f"\n{title}\n{'-' * len(title)}")
    faults = []
    for method, path, body, status, scim_type in expected:
        answer = http.request(method, path.format(id=id_), json=body)
        wrong = []
        if answer.status_code != status:
            wrong.append(f"status {answer.status_code} instead of {status}")
        if answer.headers.get("Content-Type", "").partition(";")[0] != "application/scim+json":
            wrong.append(f"content type {answer.headers.get('Content-Type')}")
        try:
            error = Error.model_validate(answer.json())
            if answer.json().get("status") != str(status) or error.scim_type != scim_type or not error.detail:
                wrong.append("status, scimType or detail are not as they must be")
        except ValueError as problem:
            wrong.append(f"not a SCIM Error: {problem}")
        request = f"{method} {path}"
        print(f"{'FAULT' if wrong else 'ok':8} {request:40} {answer.text[:150]}")
        if wrong:
            faults.append(f"{request}: {'; '.join(wrong)}: {answer.text}")
    return faults


def main():
    # The tester sends random values; the seed makes a finding repeatable.
    seed = int(os.environ.get("CONFORMANCE_SEED", random.randrange(2**32)))
    random.seed(seed)
    print(f"CONFORMANCE_SEED={seed}")
    with Roster() as roster:
        roster.add_user("ada@example.com")
        token = roster.token("UserModify", name="conformance")

        as_it_comes = check_server(client_of(roster, token))
        faults = judge("As it comes", as_it_comes, REFUSED_AS_IT_COMES)

        work_with_existing_users(roster)
        send_values_with_a_meaning()
        with_users = check_server(client_of(roster, token))
        # Creation is what the replacement stands for: there is nothing left of that check.
        with_users = [result for result in with_users if result.title != "object_creation"]
        faults += judge("With users that exist", with_users, REFUSED_FOR_EXISTING_USERS)

        faults += refusals_are_scim_errors(client_of(roster, token), "ada@example.com")

    checks = len(as_it_comes) + len(with_users)
    print(f"\n{checks} checks by scim2-tester; {len(faults)} faults")
    for fault in faults:
        print(f"- {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
