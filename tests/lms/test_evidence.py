"""Every table of evidence has its guards in the migrated database, whatever later migrations did to the table.

SQLite rebuilds a table to alter it and loses its triggers on the way; a migration that forgets to put them back
fails here.
"""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from lms.lib.evidence import RefuseChange


def guards() -> list[RefuseChange]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        operation
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, RefuseChange)
    ]


def test_the_house_guards_all_its_evidence():
    assert {guard.table for guard in guards()} >= {
        "courses_moduleversion",
        "records_completion",
        "records_enrolment",
        "records_moduleprogress",
        "records_cardreport",
        "records_cardreportanswer",
        "records_renewalround",
        "records_renewaltask",
        "quizzes_questionversion",
        "quizzes_attempt",
        "quizzes_attemptitem",
        "quizzes_answer",
        "quizzes_keycorrection",
        "quizzes_keyreplacement",
        "quizzes_regrade",
        "quizzes_regradedecision",
        "certificates_certificate",
        "certificates_expiryround",
        "certificates_revocation",
    }


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.table)
def test_the_guard_is_in_the_database(db, guard: RefuseChange):
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [guard.table])
        found = {name for (name,) in cursor.fetchall()}
    assert found >= {f"{guard.table}_update_refused", f"{guard.table}_delete_refused"}


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.table)
def test_the_guard_names_columns_that_exist(db, guard: RefuseChange):
    with connection.cursor() as cursor:
        columns = {
            column.name for column in connection.introspection.get_table_description(cursor, guard.table)
        }
    assert {*guard.frozen, *guard.sealed} <= columns
