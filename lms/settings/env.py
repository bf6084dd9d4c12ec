"""Typed readers for environment variables.

A missing variable gives the default; a value that cannot be understood stops the start with a sentence
that names the variable, what stood there and what may stand there. Nothing is guessed.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it takes 1 or 0 (also true/false, yes/no, on/off).")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} is {number}; the smallest allowed value is {minimum}.")
    return number


def choice(name: str, default: str, options: Sequence[str]) -> str:
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes one of: {', '.join(options)}.")
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def path(name: str, default: Path) -> Path:
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def base_url(name: str, default: str) -> str:
    """An absolute http(s) address without a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes the public address without a path, such as https://hoc.example.vn"
        )
    return value


def endpoint(name: str) -> str | None:
    """A service's address, such as https://s3.example.vn; None when not set."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username):
        raise ImproperlyConfigured(
            f"{name} is not understood; it takes an address without a name or password, such as https://s3.example.vn"
        )
    return value or None


def database(name: str, *, sqlite_path: Path, connections: int = 8) -> dict[str, Any]:
    """Django's DATABASES entry from a URL.

    postgresql://user:password@host:5432/name?sslmode=require · sqlite:////absolute/file.sqlite3 ·
    nothing: SQLite at ``sqlite_path``. ``connections``: how many a process may hold to PostgreSQL at most.
    """
    value = text(name)
    if not value:
        return sqlite(str(sqlite_path))
    parts = urlsplit(value)
    if parts.scheme == "sqlite":
        return sqlite(parts.path or str(sqlite_path))
    if parts.scheme in {"postgres", "postgresql"}:
        try:
            port = parts.port
        except ValueError:
            raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
        if not parts.path.strip("/"):
            raise ImproperlyConfigured(f"{name} names no database; write postgresql://user@host:5432/name")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(port or ""),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "pool": {"min_size": 1, "max_size": connections},
                # So that what a connection runs often is prepared: a learner's page takes PostgreSQL longer to
                # plan than to answer.
                "server_side_binding": True,
                "prepare_threshold": 5,
                # Exports read whole results through a cursor, which PostgreSQL else plans for its first tenth.
                "options": "-c cursor_tuple_fraction=1.0",
                **dict(parse_qsl(parts.query)),
            },
        }
    raise ImproperlyConfigured(f"{name} starts with {parts.scheme!r}; it takes postgresql:// or sqlite:///")


def sqlite(file: str) -> dict[str, Any]:
    """SQLite as a small server's database.

    WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, so that a transaction
    that reads first and writes later waits its turn instead of failing with "database is locked".
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def mailer(name: str, *, folder: Path) -> dict[str, Any]:
    """Django's MAILERS["default"] from a URL.

    smtp://user:password@host:587 (STARTTLS) · smtps://…:465 (TLS) · smtp+plain://host:25 (a relay on this
    machine) · console:// · nothing: one file per message in ``folder``.
    """
    value = text(name)
    if not value:
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    parts = urlsplit(value)
    if parts.scheme == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme in {"smtp", "smtps", "smtp+plain"} and parts.hostname:
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": parts.hostname,
                "port": parts.port or {"smtp": 587, "smtps": 465, "smtp+plain": 25}[parts.scheme],
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_tls": parts.scheme == "smtp",
                "use_ssl": parts.scheme == "smtps",
                "timeout": 20,
            },
        }
    raise ImproperlyConfigured(
        f"{name} is not understood; it takes smtp://, smtps://, smtp+plain:// or console://"
    )


def secret_key(name: str, *, file: Path) -> str:
    """The variable or, where it is not set, a key made once and kept in ``file`` (readable by its owner only).

    The file suits a single machine. Several nodes must share one key, so they set the variable.
    """
    value = text(name)
    if value:
        if len(value) < 32:
            raise ImproperlyConfigured(f"{name} is shorter than 32 characters.")
        return value
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        pass
    from django.core.management.utils import get_random_secret_key

    file.parent.mkdir(parents=True, exist_ok=True)
    key = get_random_secret_key()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of this start was faster
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(key)
    return key
