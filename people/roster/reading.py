"""A roster as it stands in the file: texts by column, nothing checked yet."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Self

from django.utils.translation import gettext as _

from lms.lib.spreadsheets import SpreadsheetError, Value, address, read_sheet, read_table
from lms.lib.text import exact
from people.roster.columns import COLUMNS, EXAMPLE_NUMBER


@dataclass(frozen=True)
class RosterRow:
    number: int  # as the spreadsheet program shows it
    values: dict[str, str]  # by column key; a column that the file lacks is not there


@dataclass(frozen=True)
class Roster:
    rows: list[RosterRow]
    places: dict[str, int] = field(default_factory=dict)  # column key → place in the sheet, from 0
    unread: list[str] = field(default_factory=list)  # headings that are not ours
    hidden: bool = False  # the sheet has hidden rows or columns

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Self:
        """A roster that never was a file, for demo data and tests; rows are numbered as below a heading."""
        return cls([RosterRow(number, dict(values)) for number, values in enumerate(rows, start=2)])

    def cell(self, row: int, key: str) -> str:
        """The address of a value, such as B7; "" where there is no sheet or no such column."""
        return address(row - 1, self.places[key]) if key in self.places else ""

    def to_json(self) -> dict[str, Any]:
        """For ``RosterImport.rows``: small, as twenty thousand rows are kept."""
        keys = [column.key for column in COLUMNS if any(column.key in row.values for row in self.rows)]
        return {
            "keys": keys,
            "rows": [[row.number, *(row.values.get(key, "") for key in keys)] for row in self.rows],
            "places": self.places,
            "unread": self.unread,
            "hidden": self.hidden,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        rows = [
            RosterRow(number, dict(zip(data["keys"], values, strict=True)))
            for number, *values in data["rows"]
        ]
        return cls(rows, data["places"], data["unread"], data["hidden"])


def read_roster(file: IO[bytes]) -> Roster:
    """The table of an XLSX or CSV file; raises SpreadsheetError when there is none that can be read."""
    table = read_table(read_sheet(file), COLUMNS)
    rows = [
        RosterRow(number, {key: as_text(value) for key, value in values.items()})
        for number, values in table.rows
    ]
    rows = [row for row in rows if row.values["staff_number"] != EXAMPLE_NUMBER]
    if not rows:
        raise SpreadsheetError(_("The table has no rows below its headings."))
    return Roster(rows, table.letters, table.unread, table.hidden)


def as_text(value: Value) -> str:
    """What a person would have typed, exact (rule 10): NFC, single blanks, dates as dd/mm/yyyy."""
    if isinstance(value, datetime.datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    text = exact(str(value))
    # Our own CSV export guards +84… with an apostrophe, and so do people who want to keep a leading nought.
    return text.removeprefix("'") if text.startswith(("'+", "'-", "'=", "'@", "'0")) else text
