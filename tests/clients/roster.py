"""A running Roster for tests: the real binary on SQLite, in a directory of its own, on a free port."""

import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ROSTER_BIN") or str(
    pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "roster"
)
START_LIMIT_SECONDS = 30


class Roster:
    """Starts at `with`, and is gone with its data at the end of it."""

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="roster-test-")
        directory = pathlib.Path(self._directory.name)
        # Nothing of the caller's own settings may reach the server under test.
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("ROSTER_")} | {
            "ROSTER_DATA_DIR": str(directory / "data"),
            "ROSTER_LISTEN": "127.0.0.1:0",
            "ROSTER_SCIM_RATE_LIMIT": "0",
        }
        self._banner = directory / "banner"
        self._log = directory / "log"
        with self._banner.open("w") as banner, self._log.open("w") as log:
            self._server = subprocess.Popen(
                [BINARY, "serve"],
                env=self._environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=banner,
                stderr=log,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._server.terminate()
        try:
            self._server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._directory.cleanup()

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            if printed := re.search(r"http://localhost:(\d+)/t/default/scim/v2", self._banner.read_text()):
                self.url = f"http://127.0.0.1:{printed[1]}"
                try:
                    with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                        return
                except urllib.error.URLError:
                    pass
            time.sleep(0.02)
        raise RuntimeError(f"{BINARY} serve did not get ready:\n{self._banner.read_text()}\n{self._log.read_text()}")

    @property
    def scim_url(self):
        """The Tenant URL of the tenant `default`."""
        return f"{self.url}/t/default/scim/v2"

    @property
    def management_url(self):
        """Where the management API of the tenant `default` is."""
        return f"{self.url}/t/default/api/v1"

    def command(self, *arguments):
        """Runs `roster …` against the same database; returns what it printed."""
        done = subprocess.run(
            [BINARY, *arguments],
            env=self._environment,
            cwd=self._directory.name,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"roster {' '.join(arguments)} failed: {done.stderr}")
        return done.stdout.strip()

    def token(self, *permissions, name="test"):
        """Makes an API token with these permissions; returns its value."""
        options = [part for permission in permissions for part in ("--permission", permission)]
        return self.command("token", "create", "--tenant", "default", "--name", name, *options)

    def add_user(self, user_name, given_name="Ada", family_name="Lovelace", role="Analyst"):
        """Makes a user as an operator does; returns the id."""
        return self.command(
            "user", "add", "--tenant", "default", "--user-name", user_name, "--email", user_name,
            "--given-name", given_name, "--family-name", family_name, "--role", role,
        )  # fmt: skip
