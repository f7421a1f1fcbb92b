"""A real MariaDB for the tests, from Debian's package ``mariadb-server-core``: no service, no skip.

Its programs are started as the user nobody where the tests run as root, and it listens on a socket in its own folder alone.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

GUARD = 'read -r nothing; kill -9 "$(cat "$1/pid")" 2>/dev/null; rm -rf "$1"'
LOG = "--innodb-log-file-size=32M"
QUICK = ("--innodb-flush-method=nosync", "--debug-no-sync", LOG)
"""For the making of the folder, which need not outlast a power cut."""
SETTINGS = ("--skip-networking", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=64M", LOG)


class MariaDB:
    """A server of its own, in a folder of its own."""

    def __init__(self, *settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="my-"))  # short: the path of a socket holds about 100 bytes
        self.settings = (*SETTINGS, *settings)
        self.names = count(1)
        self.as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, "nobody")
        self.guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what is sent to the tests' group, as by Ctrl-C, is not for it
            **self.as_user,
        )
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db"]
        install += ["--auth-root-authentication-method=normal", *QUICK]
        done = subprocess.run(install, capture_output=True, text=True, cwd="/", check=False, **self.as_user)
        if done.returncode:
            raise RuntimeError(f"mariadb-install-db ended with {done.returncode}: {done.stdout}{done.stderr}")
        self.start()

    def start(self) -> None:
        program = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        call = [program, "--no-defaults", f"--datadir={self.folder / 'data'}", f"--socket={self.socket}"]
        call += [f"--pid-file={self.folder / 'pid'}", f"--log-error={self.folder / 'log'}", *self.settings]
        self.server = subprocess.Popen(call, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True, **self.as_user)
        while not self._answers():
            if self.server.poll() is not None:
                raise RuntimeError(f"mariadbd has ended: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Return True if the server listens; without the driver, which leaves its socket open where it does not."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        """End it as a crash does: the next start recovers."""
        self.server.kill()
        self.server.wait()

    def remove(self) -> None:
        """End the server, running or not, and take its files away."""
        self.stop()
        self.guard.communicate()

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self.names)}"
        engine = create_engine(self.url(""), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        engine.dispose()
        return self.url(name)

    def url(self, database: str) -> str:
        return f"mariadb+pymysql://root@localhost/{database}?unix_socket={self.socket}"
