"""A migrated database with the real provinces and wards, made once per set of migrations and then copied.

Copying takes milliseconds where migrating takes twenty seconds. The tests run with the real migrations, so
the triggers that guard the evidence are there.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

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

    call_command("migrate", verbosity=0, interactive=False)
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


class PostgresqlDatabase:
    def __init__(self, worker: str) -> None:
        self.template = f"lms_template_{fingerprint()}"
        self.name = f"lms_test_{os.getpid()}_{worker}"
        self.settings: dict[str, Any] = dict(connection.settings_dict)

    def _admin(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(
            host=self.settings["HOST"],
            port=self.settings["PORT"] or None,
            user=self.settings["USER"] or None,
            password=self.settings["PASSWORD"] or None,
            dbname="postgres",
            autocommit=True,
        ) as raw:
            for statement in statements:
                raw.execute(statement)

    def _exists(self) -> bool:
        import psycopg

        with psycopg.connect(
            host=self.settings["HOST"],
            port=self.settings["PORT"] or None,
            user=self.settings["USER"] or None,
            password=self.settings["PASSWORD"] or None,
            dbname="postgres",
            autocommit=True,
        ) as raw:
            return (
                raw.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]).fetchone()
                is not None
            )

    def create(self) -> None:
        with _lock(SHARED):
            if not self._exists():
                building = f"lms_template_{os.getpid()}_new"
                self._admin(
                    f"DROP DATABASE IF EXISTS {building}",
                    f"CREATE DATABASE {building} TEMPLATE template0 ENCODING 'UTF8'",
                )
                _point_at(building)
                _fill()
                connection.close_pool()
                self._admin(f"ALTER DATABASE {building} RENAME TO {self.template}")
        self.restore()

    def restore(self) -> None:
        connections.close_all()
        connection.close_pool()
        with _lock(SHARED):
            self._admin(
                f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                f"CREATE DATABASE {self.name} TEMPLATE {self.template}",
            )
        _point_at(self.name)

    def destroy(self) -> None:
        connections.close_all()
        connection.close_pool()
        self._admin(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def for_worker(worker: str) -> SqliteDatabase | PostgresqlDatabase:
    return PostgresqlDatabase(worker) if connection.vendor == "postgresql" else SqliteDatabase(worker)
