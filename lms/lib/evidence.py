"""Migration operations by which the database itself refuses to change evidence.

Both databases carry the rule as triggers, so that no shell, no admin and no later code path can break it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class RefuseChange(migrations.operations.base.Operation):
    """Rows of ``table`` are never deleted and their ``frozen`` columns never updated.

    ``sealed`` columns are refused as well, but only in rows that already satisfy ``sealed_when``, an SQL
    condition on OLD (for instance ``OLD.state = 'graded'``). The database raises with a sentence that names
    the table; Django shows it as IntegrityError. Said again for the same table, it replaces what was said.
    """

    reversible = True

    def __init__(
        self, table: str, *, frozen: Sequence[str], sealed: Sequence[str] = (), sealed_when: str = "FALSE"
    ) -> None:
        self.table = table
        self.frozen = tuple(frozen)
        self.sealed = tuple(sealed)
        self.sealed_when = sealed_when

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def describe(self) -> str:
        return f"Refuse changes to the evidence in {self.table}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return (
            "RefuseChange",
            [self.table],
            {"frozen": self.frozen, "sealed": self.sealed, "sealed_when": self.sealed_when},
        )

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        vendor = schema_editor.connection.vendor
        for statement in [*self._drop(vendor), *self._create(vendor)]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._drop(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def _drop(self, vendor: str) -> list[str]:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        return [f"DROP TRIGGER IF EXISTS {self.table}_{event}_refused{on}" for event in ("update", "delete")]

    def _create(self, vendor: str) -> list[str]:
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"

        def changed(columns: Sequence[str]) -> str:
            return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in columns) or "FALSE"

        condition = f"({changed(self.frozen)}) OR (({changed(self.sealed)}) AND ({self.sealed_when}))"
        message = f"{self.table}: evidence is never changed; add a further row"
        statements = []
        if vendor == "postgresql":
            function = f"{self.table}_refuse"
            statements.append(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            run = f"EXECUTE FUNCTION {function}()"
        else:
            run = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        statements.append(
            f"CREATE TRIGGER {self.table}_update_refused BEFORE UPDATE ON {self.table} "
            f"FOR EACH ROW WHEN ({condition}) {run}"
        )
        statements.append(
            f"CREATE TRIGGER {self.table}_delete_refused BEFORE DELETE ON {self.table} FOR EACH ROW {run}"
        )
        return statements
