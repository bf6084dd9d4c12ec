"""A migrated database with the real provinces and wards, made once per set of migrations and then copied.

Copying takes milliseconds where migrating takes twenty seconds. The tests run with the real migrations, so
the triggers that guard the evidence are there.
"""

import fcntl
import gc
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connection, connections

if TYPE_CHECKING:
    import psycopg

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "test-databases"
SHARED = Path(tempfile.gettempdir())  # the databases of a server are shared by all checkouts on the machine


def fingerprint() -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    digest.update(Path(__file__).read_bytes())
    for file in sorted(
        [
            *ROOT.glob("*/migrations/*.py"),
            ROOT / "people" / "units.py",
            ROOT / "lms/lib/evidence.py",
            ROOT / "lms/lib/text.py",
        ]
    ):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _lock(folder: Path = CACHE) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lms-test-databases.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _point_at(name: str) -> None:
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict["NAME"] = name
    connections.databases["default"]["NAME"] = name


def _fill() -> None:
    from people.units import load_units

    gc.disable()  # a quarter of the time; what the migrations leave behind is collected below
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        gc.enable()
        gc.collect()
    load_units()
    connections.close_all()


class SqliteDatabase:
    def __init__(self, worker: str) -> None:
        self.template = CACHE / f"{fingerprint()}.sqlite3"
        self.folder = Path(tempfile.mkdtemp(prefix=f"lms-test-db-{worker}-"))
        self.file = self.folder / "test.sqlite3"
        self.own_template = (
            self.folder / "template.sqlite3"
        )  # another run may replace the shared one meanwhile

    def create(self) -> None:
        with _lock():
            if not self.template.exists():
                for old in CACHE.glob("*.sqlite3*"):
                    old.unlink()
                fresh = self.template.with_suffix(".new")
                fresh.unlink(missing_ok=True)
                _point_at(str(fresh))
                _fill()
                with sqlite3.connect(fresh) as raw:  # one plain file, without a log beside it
                    raw.execute("PRAGMA journal_mode=DELETE")
                raw.close()
                fresh.rename(self.template)
            shutil.copyfile(self.template, self.own_template)
        self.restore()

    def restore(self) -> None:
        connections.close_all()
        for name in ("test.sqlite3", "test.sqlite3-wal", "test.sqlite3-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copyfile(self.own_template, self.file)
        _point_at(str(self.file))

    def destroy(self) -> None:
        connections.close_all()
        shutil.rmtree(self.folder, ignore_errors=True)


# One row per table: how many rows it has and the newest transaction that wrote one. Equal as long as nobody has.
STATE = """
    SELECT string_agg(
        format('SELECT %L, count(*), max(xmin::text::bigint) FROM %I', tablename, tablename), ' UNION ALL '
    ) FROM pg_tables WHERE schemaname = 'public'
"""
# A worker that a test killed may still have a transaction there.
END_OTHERS = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
KEPT = 6  # templates that other checkouts on this machine may be using


class PostgresqlDatabase:
    def __init__(self, worker: str) -> None:
        self.template = f"lms_template_{fingerprint()}"
        self.name = f"lms_test_{os.getpid()}_{worker}"
        self.settings: dict[str, Any] = dict(connection.settings_dict)
        self.as_made: dict[str, tuple[int, int | None]] = {}

    def _connect(self, database: str = "postgres", *, autocommit: bool = True) -> "psycopg.Connection[Any]":
        import psycopg

        return psycopg.connect(
            host=self.settings["HOST"],
            port=self.settings["PORT"] or None,
            user=self.settings["USER"] or None,
            password=self.settings["PASSWORD"] or None,
            dbname=database,
            autocommit=autocommit,
        )

    def _admin(self, *statements: str) -> None:
        with self._connect() as raw:
            for statement in statements:
                raw.execute(statement)

    def _found(self, pattern: str) -> list[str]:
        """The databases whose names fit a regular expression, newest first."""
        query = "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC"
        with self._connect() as raw:
            return [name for (name,) in raw.execute(query, [pattern])]

    def create(self) -> None:
        with _lock(SHARED):
            templates = self._found("^lms_template_[0-9a-f]{12}$")
            if self.template not in templates:
                self._make_template()
                # With the lock in hand, what is still called new was left by a run that was killed.
                for old in [*templates[KEPT:], *self._found("^lms_template_[0-9]+_new$")]:
                    self._admin(f"DROP DATABASE IF EXISTS {old} WITH (FORCE)")
            self._admin(
                f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                f"CREATE DATABASE {self.name} TEMPLATE {self.template}",
            )
        _point_at(self.name)
        with self._connect(self.name) as raw:
            self.as_made = self._state(raw)

    def _make_template(self) -> None:
        building = f"lms_template_{os.getpid()}_new"
        self._admin(
            f"DROP DATABASE IF EXISTS {building} WITH (FORCE)",
            f"CREATE DATABASE {building} TEMPLATE template0 ENCODING 'UTF8'",
        )
        _point_at(building)
        _fill()
        connection.close_pool()
        with self._connect(building) as raw:  # what restore() puts back
            raw.execute("CREATE SCHEMA as_made")
            for table, (rows, _newest) in self._state(raw).items():
                if rows:
                    raw.execute(f'CREATE TABLE as_made."{table}" AS TABLE public."{table}"')
        self._admin(f"ALTER DATABASE {building} RENAME TO {self.template}")

    def _state(self, raw: "psycopg.Connection[Any]") -> dict[str, tuple[int, int | None]]:
        query = raw.execute(STATE).fetchone()
        assert query is not None
        return {table: (rows, newest) for table, rows, newest in raw.execute(query[0])}

    def restore(self) -> None:
        """Empty what was written and put back what was there, which is quicker than another copy."""
        connections.close_all()
        connection.close_pool()
        with self._connect(self.name, autocommit=False) as raw:
            raw.execute(END_OTHERS)
            written = [table for table, state in self._state(raw).items() if state != self.as_made[table]]
            for table in written:  # evidence refuses to be deleted
                raw.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            for table in written:
                raw.execute(f'DELETE FROM "{table}"')
                if self.as_made[table][0]:
                    raw.execute(f'INSERT INTO "{table}" SELECT * FROM as_made."{table}"')
            raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in written:
                raw.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            raw.commit()
            self.as_made = self._state(raw)

    def destroy(self) -> None:
        connections.close_all()
        connection.close_pool()
        self._admin(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def for_worker(worker: str) -> SqliteDatabase | PostgresqlDatabase:
    return PostgresqlDatabase(worker) if connection.vendor == "postgresql" else SqliteDatabase(worker)
