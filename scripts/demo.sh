#!/usr/bin/env bash
# `make demo`: a server on throw-away data with one user and one token, and the requests that Okta
# sends first, ready to be pasted. Ends, and forgets everything, on Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."

roster=${ROSTER_BIN:-${CARGO_TARGET_DIR:-target}/debug/roster}
listen=${ROSTER_LISTEN:-127.0.0.1:8080}
export ROSTER_LISTEN=$listen ROSTER_LOG=${ROSTER_LOG:-warn}
ROSTER_DATA_DIR=$(mktemp -d)
export ROSTER_DATA_DIR
unset ROSTER_DATABASE_URL ROSTER_CONFIG ROSTER_PUBLIC_URL

"$roster" serve >"$ROSTER_DATA_DIR/banner" &
server=$!
trap 'kill "$server" 2>/dev/null && wait "$server" || true; rm -rf "$ROSTER_DATA_DIR"' EXIT

until curl -fs "http://$listen/readyz" >/dev/null; do
    kill -0 "$server" 2>/dev/null || exit 1
    sleep 0.1
done

id=$("$roster" user add --tenant default --user-name ada@example.com --email ada@example.com \
    --given-name Ada --family-name Lovelace --role Analyst)
token=$("$roster" token create --tenant default --name okta --permission UserModify)
link=$("$roster" admin link --tenant default 2>/dev/null)

cat <<TEXT

Roster runs, with the user ada@example.com and a token that may manage users.

  Tenant URL   http://localhost:${listen##*:}/t/default/scim/v2
  API token    $token
  Swagger UI   http://localhost:${listen##*:}/docs
  Sign in      $link
               (works once, within 10 minutes)

Play Okta in another terminal:

  export URL=http://$listen/t/default/scim/v2 TOKEN=$token

  # "Test Connector Configuration"
  curl -H "Authorization: Bearer \$TOKEN" "\$URL/Users?startIndex=1&count=2"

  # somebody is assigned the application: Okta looks for the user
  curl -H "Authorization: Bearer \$TOKEN" -G "\$URL/Users" \\
    --data-urlencode 'filter=userName eq "ada@example.com"'

  # the role changes; it takes effect at the next sign-in
  curl -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/scim+json' \\
    -X PATCH "\$URL/Users/$id" -d '{
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [{"op": "replace", "value": {"pantherRole": "AnalystReadOnly"}}]}'

  # the person leaves: Okta deactivates
  curl -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/scim+json' \\
    -X PATCH "\$URL/Users/$id" -d '{
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [{"op": "replace", "value": {"active": false}}]}'

Ctrl-C ends the demo and forgets everything.
TEXT
wait "$server"
