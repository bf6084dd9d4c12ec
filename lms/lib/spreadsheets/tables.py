"""The table in a sheet: columns known by their headings, rows with the numbers that the person sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.lib.spreadsheets.errors import SpreadsheetError
from lms.lib.spreadsheets.sheets import Sheet, Suspect, Value, address
from lms.lib.text import exact, fold

_HEADING_WITHIN = 20  # rows: letterheads and titles stand above many office tables
_NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Column:
    """``headings``: what may stand in the file; the first is the one we write. Case, marks and order are free."""

    key: str
    headings: tuple[str, ...]
    required: bool = False

    @property
    def heading(self) -> str:
        return self.headings[0]


@dataclass(frozen=True)
class Table:
    rows: list[tuple[int, dict[str, Value]]]  # (number as shown, value by column key); "" where empty
    letters: dict[str, int]  # column key → place in the sheet, from 0
    absent: list[Column]  # optional columns the file does not have
    unread: list[str]  # headings that mean nothing to us
    hidden: bool


def read_table(sheet: Sheet, columns: Sequence[Column]) -> Table:
    """The rows below the heading row; empty ones are left out.

    Raises SpreadsheetError when a required column is missing or stands twice, when a cell that counts is a
    formula, an error value or part of a merged block, and when there is no row at all.
    """
    top, places = _find_heading(sheet, columns)
    _refuse_suspects(sheet, top, places)
    _refuse_merged(sheet, top, places)
    rows = []
    for index in range(top + 1, len(sheet.rows)):
        row = sheet.rows[index]
        values = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        if any(str(value).strip() for value in values.values()):
            rows.append((index + 1, values))
    if not rows:
        raise SpreadsheetError(_("The table has no rows below its headings."))
    return Table(
        rows=rows,
        letters=places,
        absent=[column for column in columns if column.key not in places],
        unread=[
            exact(str(value))
            for place, value in enumerate(sheet.rows[top])
            if exact(str(value)) and place not in places.values()
        ],
        hidden=sheet.hidden,
    )


def _find_heading(sheet: Sheet, columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The row among the first that has most of the headings."""
    known = {fold(exact(heading)): column for column in columns for heading in column.headings}
    best, best_row = -1, 0
    for index, row in enumerate(sheet.rows[:_HEADING_WITHIN]):
        hits = sum(_folded(value) in known for value in row)
        if hits > best:
            best, best_row = hits, index
    places: dict[str, int] = {}
    for place, value in enumerate(sheet.rows[best_row] if sheet.rows else []):
        column = known.get(_folded(value))
        if column is None:
            continue
        if column.key in places:
            raise SpreadsheetError(_("The column “%(name)s” stands twice.") % {"name": column.heading})
        places[column.key] = place
    missing = [column.heading for column in columns if column.required and column.key not in places]
    if missing:
        raise SpreadsheetError(
            _("Columns are missing: %(names)s. Download the template to see how the file must look.")
            % {"names": ", ".join(missing)}
        )
    return best_row, places


def _folded(value: Value) -> str:
    return fold(exact(str(value))).rstrip(" *:")


def _refuse_suspects(sheet: Sheet, top: int, places: dict[str, int]) -> None:
    used = set(places.values())
    for kind, sentence in (
        (
            Suspect.FORMULA,
            _("Cells hold formulas: %(cells)s. Copy the column and paste it as values, then upload again."),
        ),
        (Suspect.ERROR, _("Cells hold error values: %(cells)s. Correct them and upload again.")),
    ):
        cells = sorted(
            place
            for place, suspect in sheet.suspects.items()
            if suspect is kind and place[0] > top and place[1] in used
        )
        if cells:
            raise SpreadsheetError(sentence % {"cells": _named([address(*cell) for cell in cells])})


def _refuse_merged(sheet: Sheet, top: int, places: dict[str, int]) -> None:
    spans = [
        str(span)
        for span in sheet.merged
        if span.last_row > top
        and any(span.first_column <= place <= span.last_column for place in places.values())
    ]
    if spans:
        raise SpreadsheetError(
            _("Cells are merged: %(cells)s. Unmerge them so that every row has its own values.")
            % {"cells": _named(spans)}
        )


def _named(cells: list[str]) -> str:
    """The first few, and how many more."""
    names = ", ".join(cells[:_NAMED_AT_MOST])
    more = len(cells) - _NAMED_AT_MOST
    return _("%(names)s and %(count)s more") % {"names": names, "count": more} if more > 0 else names
