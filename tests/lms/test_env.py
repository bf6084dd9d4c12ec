"""Settings are read from the environment and fail loud: the variable, what stood there, what may stand there."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from lms.settings import env


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch):
    return lambda value: monkeypatch.setenv("X", value)


def message_of(call) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        call()
    return str(caught.value)


def test_an_empty_variable_counts_as_not_set(setenv):
    setenv("  ")
    assert env.text("X", "default") == "default"
    assert env.flag("X", default=True) is True
    assert env.integer("X", 7) == 7
    assert env.words("X", ["a"]) == ["a"]
    assert env.path("X", Path("/default")) == Path("/default")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("no", False), ("Off", False)],
)
def test_a_flag_takes_the_usual_words(setenv, value, expected):
    setenv(value)
    assert env.flag("X") is expected


def test_a_flag_refuses_anything_else(setenv):
    setenv("maybe")
    assert (
        message_of(lambda: env.flag("X"))
        == "X is 'maybe'; it takes 1 or 0 (also true/false, yes/no, on/off)."
    )


def test_a_number_refuses_words_and_what_is_too_small(setenv):
    setenv("ten")
    assert message_of(lambda: env.integer("X", 1)) == "X is 'ten'; it takes a whole number."
    setenv("2")
    assert message_of(lambda: env.integer("X", 9, minimum=5)) == "X is 2; the smallest allowed value is 5."
    setenv("5")
    assert env.integer("X", 9, minimum=5) == 5


def test_a_choice_names_the_choices(setenv):
    setenv("red")
    assert (
        message_of(lambda: env.choice("X", "blue", ["blue", "green"]))
        == "X is 'red'; it takes one of: blue, green."
    )


def test_words_are_separated_by_commas(setenv):
    setenv(" a, b ,,c ")
    assert env.words("X") == ["a", "b", "c"]


def test_a_path_may_begin_with_the_home_folder(setenv, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    setenv("~/data")
    assert env.path("X", Path("/default")) == (tmp_path / "data").resolve()


@pytest.mark.parametrize(
    "value", ["hoc.example.vn", "ftp://hoc.example.vn", "https://hoc.example.vn/lms", "https://a?b=c"]
)
def test_the_public_address_has_no_path(setenv, value):
    setenv(value)
    assert message_of(lambda: env.base_url("X", "")) == (
        f"X is {value!r}; it takes the public address without a path, such as https://hoc.example.vn"
    )


def test_a_trailing_slash_of_the_public_address_is_dropped(setenv):
    setenv("https://hoc.example.vn/")
    assert env.base_url("X", "") == "https://hoc.example.vn"


def test_without_a_database_address_it_is_sqlite_with_a_log_and_immediate_transactions(tmp_path):
    database = env.database("X", sqlite_path=tmp_path / "lms.sqlite3")
    assert database["NAME"] == str(tmp_path / "lms.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_a_postgresql_address_may_hold_coded_characters_and_options(setenv, tmp_path):
    setenv("postgresql://lms:p%40ss%2Fword@db.example.vn:5433/hoc%20tap?sslmode=require")
    database = env.database("X", sqlite_path=tmp_path / "x")
    assert {key: database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "hoc tap",
        "USER": "lms",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example.vn",
        "PORT": "5433",
    }
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["CONN_HEALTH_CHECKS"] is True


def test_a_process_holds_as_many_connections_as_it_may_use_at_once(setenv, tmp_path):
    setenv("postgresql://lms@db/lms")
    options = env.database("X", sqlite_path=tmp_path / "x", connections=3)["OPTIONS"]
    assert options["pool"] == {"min_size": 1, "max_size": 3}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL")
@pytest.mark.django_db
def test_what_postgresql_runs_often_is_prepared_and_cursors_are_planned_to_their_end():
    with connection.cursor() as cursor:
        for _run in range(7):
            cursor.execute("SELECT %s::int", [7])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%%'")
        prepared = cursor.fetchone()[0]
        cursor.execute("SHOW cursor_tuple_fraction")
        assert (prepared, cursor.fetchone()[0]) == (1, "1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mysql://a/b", "X starts with 'mysql'; it takes postgresql:// or sqlite:///"),
        ("postgresql://lms@db", "X names no database; write postgresql://user@host:5432/name"),
        ("postgresql://lms@db:port/name", "X has a port that is not a number."),
    ],
)
def test_a_wrong_database_address_says_what_is_wrong(setenv, tmp_path, value, expected):
    setenv(value)
    assert message_of(lambda: env.database("X", sqlite_path=tmp_path / "x")) == expected


def test_without_a_mail_address_messages_go_to_files(tmp_path):
    mailer = env.mailer("X", folder=tmp_path)
    assert mailer["BACKEND"].endswith("filebased.EmailBackend")
    assert mailer["OPTIONS"] == {"file_path": str(tmp_path)}


@pytest.mark.parametrize(
    ("value", "port", "tls", "ssl"),
    [
        ("smtp://user:p%3Aw@mail.example.vn", 587, True, False),
        ("smtps://user:p%3Aw@mail.example.vn", 465, False, True),
        ("smtp+plain://user:p%3Aw@mail.example.vn:2525", 2525, False, False),
    ],
)
def test_a_mail_address_says_how_it_is_secured(setenv, tmp_path, value, port, tls, ssl):
    setenv(value)
    options = env.mailer("X", folder=tmp_path)["OPTIONS"]
    assert (options["host"], options["port"], options["username"], options["password"]) == (
        "mail.example.vn",
        port,
        "user",
        "p:w",
    )
    assert (options["use_tls"], options["use_ssl"]) == (tls, ssl)


def test_an_unknown_mail_address_is_refused_without_showing_its_password(setenv, tmp_path):
    setenv("pop3://user:secret@mail.example.vn")
    assert message_of(lambda: env.mailer("X", folder=tmp_path)) == (
        "X is not understood; it takes smtp://, smtps://, smtp+plain:// or console://"
    )


def test_a_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "new" / "secret-key"
    first = env.secret_key("X", file=file)
    assert len(first) >= 50
    assert env.secret_key("X", file=file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_short_secret_key_is_refused(setenv, tmp_path):
    setenv("short")
    assert message_of(lambda: env.secret_key("X", file=tmp_path / "k")) == "X is shorter than 32 characters."
