"""A PostgreSQL server of the tests' own: on loopback, in a folder of its own, ended when they are done."""

from __future__ import annotations

import atexit
import datetime
import functools
import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

VARIABLE = "FAIRAUDIT_TEST_POSTGRESQL"
"""The environment variable that holds the address."""

SERVER_USER = "postgres"  # the server refuses to run as root
DATABASE, USER = "agency", "reader7f3c"


def programs() -> Path | None:
    """Give the folder of the newest PostgreSQL that is installed; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


@dataclass
class Server:
    """A server that runs.

    Attributes:
        folder: its data.
        port: where it listens, on loopback.
        password: the password of its user.
    """

    folder: Path
    port: int
    password: str

    @classmethod
    def started(cls) -> Server:
        """Make a database and start a server for it."""
        folder = Path(tempfile.mkdtemp(prefix="fairaudit-postgresql-"))
        password = secrets.token_hex(12)
        (folder / "password").write_text(password)
        server = cls(folder, _free_port(), password)
        if os.getuid() == 0:
            user = pwd.getpwnam(SERVER_USER)
            for path in (folder, folder / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        server._run("initdb", "-D", "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", "password", "-E", "UTF8",
                    "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        server.start()
        server.admin("postgres", f"CREATE DATABASE {DATABASE}")
        return server

    def start(self) -> None:
        """Start it (again)."""
        settings = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off -c max_connections=30"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", settings, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` as a crash would."""
        self._run("pg_ctl", "-D", "data", "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop it and remove its folder."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, password: str | None = None, database: str = DATABASE) -> str:
        """Give its address, as a plan's variable holds it."""
        return f"postgresql://{USER}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def admin(self, database: str, *statements: str) -> None:
        """Carry out statements as its owner."""
        import psycopg

        with psycopg.connect(self.url(database=database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(programs() / program), *arguments]
        as_server = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if os.getuid() == 0 else {}
        with (self.folder / "output").open("ab") as output:
            subprocess.run(command, check=True, cwd=self.folder, stdout=output, stderr=output, timeout=60, **as_server)


@functools.cache
def server() -> Server:
    """Give the one server of this process; where PostgreSQL is not installed, skip the test, and in CI fail it."""
    reason = ""
    if programs() is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    elif not all(map(importlib.util.find_spec, ("psycopg", "sqlalchemy"))):
        reason = "its driver is not installed: pip install 'fairaudit-toolkit[warehouse]'"
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    started = Server.started()
    atexit.register(started.close)
    os.environ[VARIABLE] = started.url()
    return started


_tables = itertools.count()

# What Python holds -> the type of a column that holds it; of several, the first that is there.
TYPES = {
    bool: "boolean",
    str: "text",
    float: "double precision",
    Decimal: "numeric",
    int: "bigint",
    datetime.datetime: "timestamp",
    datetime.date: "date",
}


def with_table(columns: Mapping[str, list]) -> str:
    """Put columns into a table of their own, and name it."""
    import psycopg
    from psycopg import sql

    name = f"records {next(_tables)}"
    fields = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_type(values))) for column, values in columns.items()
    ]
    with psycopg.connect(server().url()) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(sql.Identifier(name), sql.SQL(", ").join(fields))
        )
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)
    return name


def _type(values: list) -> str:
    kinds = {type(value) for value in values if value is not None}
    if datetime.datetime in kinds and any(value.tzinfo for value in values if isinstance(value, datetime.datetime)):
        return "timestamptz"
    return next((name for kind, name in TYPES.items() if kind in kinds), "text")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
