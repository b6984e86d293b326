#!/usr/bin/env python3
"""Fills a migrated database with people and audit records, such as Okta's pushes leave, and prints how large
it is then. docs/sizing.md has its figures.

    scripts/sizing.py --users 100000 --records 1000000 roster-data/roster.db
    scripts/sizing.py --users 100000 --records 1000000 postgres://…/roster

The records are from 500 to 401 days ago, so that `roster audit prune --all-tenants --before 400d` deletes them all.
"""

import argparse
import datetime
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import uuid

DAY = 86_400


def id_at(seconds):
    """A UUIDv7 of that time."""
    milliseconds = int(seconds * 1000)
    value = (milliseconds << 80) | (0x7 << 76) | (random.getrandbits(12) << 64) | (0x2 << 62) | random.getrandbits(62)
    return uuid.UUID(int=value)


def people(count, tenant, role):
    now = time.time()
    for number in range(count):
        at = now - DAY + number / 1000
        name = f"person{number:07}@customer.example.com"
        given, family = f"Given{number % 997}", f"Familyname{number % 7919}"
        yield {
            "id": id_at(at), "tenant_id": tenant, "user_name": name, "user_name_key": name, "email": name,
            "email_key": name, "given_name": given, "family_name": family, "external_id": f"00u{number:017}",
            "active": True, "role_id": role, "version": 1, "created_at": at, "updated_at": at,
            "search_key": f"{name}\n{name}\n{given.lower()}\n{family.lower()}",
            "idp_entity_id": "http://www.okta.com/exk1fcia6d6EMsf331d8", "name_id": name,
            "identity_key": random.randbytes(32), "session_epoch": 1,
        }


def records(count, tenant, token):
    begun = time.time() - 500 * DAY
    for number in range(count):
        at = begun + number * (99 * DAY / count)
        name = f"person{number % 100_000:07}@customer.example.com"
        changes = [{"attribute": "familyName", "before": f"Familyname{number % 7919}", "after": f"Other{number % 997}"}]
        yield {
            "id": id_at(at), "tenant_id": tenant, "at": at, "action": "UPDATE_USER", "result": "SUCCEEDED",
            "description": "User updated by SCIM.", "actor_kind": "TOKEN", "actor_id": token, "actor_name": "okta",
            "target_kind": "USER", "target_id": uuid.UUID(int=(0x0190B6C2 << 96) + number % 100_000),
            "target_name": name, "changes": changes, "source_ip": "203.0.113.17",
            "user_agent": "Okta SCIM Client 1.0.0", "request_id": str(id_at(at)),
        }


class Sqlite:
    TIMES = {"at", "created_at", "updated_at"}

    def __init__(self, path):
        if not os.path.exists(path):
            sys.exit(f"{path} is not there: run roster migrate first")
        self.path, self.connection = path, sqlite3.connect(path)

    def ids(self, query):
        return uuid.UUID(bytes=self.connection.execute(query).fetchone()[0])

    def add(self, table, rows):
        def value(key, given):
            if isinstance(given, uuid.UUID):
                return given.bytes
            if key in self.TIMES:
                return int(given * 1_000_000)
            return json.dumps(given) if isinstance(given, list) else given

        for row in rows:
            row = {key: value(key, given) for key, given in row.items()}
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
        self.connection.commit()

    def size(self):
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return os.path.getsize(self.path)


class Postgres:
    TIMES = Sqlite.TIMES

    def __init__(self, url):
        self.url = url

    def psql(self, command, **options):
        arguments = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url, "-c", command]
        return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, **options).stdout.strip()

    def ids(self, query):
        return uuid.UUID(self.psql(query))

    def add(self, table, rows):
        def value(key, given):
            if key in self.TIMES:
                return datetime.datetime.fromtimestamp(given, datetime.timezone.utc).isoformat()
            if isinstance(given, bytes):
                given = "\\x" + given.hex()
            given = json.dumps(given) if isinstance(given, list) else str(given)
            return given.replace("\\", "\\\\").replace("\n", "\\n")

        names, copy = None, None
        for row in rows:
            if copy is None:
                names = ", ".join(row)
                arguments = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url, "-c", f"COPY {table} ({names}) FROM STDIN"]
                copy = subprocess.Popen(arguments, stdin=subprocess.PIPE, text=True)
            copy.stdin.write("\t".join(value(key, given) for key, given in row.items()) + "\n")
        if copy is not None:
            copy.stdin.close()
            if copy.wait() != 0:
                sys.exit("psql failed")

    def size(self):
        self.psql("VACUUM ANALYZE")
        return int(self.psql("SELECT pg_database_size(current_database())"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--records", type=int, default=0)
    parser.add_argument("database")
    given = parser.parse_args()
    database = Postgres(given.database) if given.database.startswith("postgres") else Sqlite(given.database)
    tenant = database.ids("SELECT id FROM tenants ORDER BY created_at LIMIT 1")
    role = database.ids("SELECT id FROM roles WHERE name = 'Analyst' ORDER BY created_at LIMIT 1")
    size = database.size()
    print(f"{size / 1e6:10.1f} MB  before")
    for what, count, table, rows in [
        ("people", given.users, "users", people(given.users, tenant, role)),
        ("audit records", given.records, "audit_log", records(given.records, tenant, uuid.uuid4())),
    ]:
        begun = time.monotonic()
        database.add(table, rows)
        after = database.size()
        seconds = time.monotonic() - begun
        print(f"{(after - size) / 1e6:10.1f} MB  {count} {what}, in {seconds:.0f} s")
        size = after


main()
