"""Tables as files. Both writers take rows one by one, so a report of any length needs little memory."""

import datetime
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any

from django.utils import timezone

# Texts may be lazy translations, hence Any in the union's place; they are written by str().
Cell = str | int | float | bool | Decimal | datetime.date | datetime.datetime | None | Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

# A spreadsheet program takes a text that begins so for a formula (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_TEXT = 32_767  # Excel's limit for one cell
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
_BOM = "\ufeff"
_QUOTED = re.compile(r'[",;\t\r\n]')


def xlsx_stream(title: str, header: Sequence[Any], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """An XLSX file with one sheet, at its beginning and ready for ``FileResponse``; closing it removes it.

    Texts stay texts whatever they begin with; numbers, dates and times keep their type. Times are shown
    in the site's time zone.
    """
    import xlsxwriter  # with the first file

    file = tempfile.SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115  the response closes it
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    write_sheet(book, title, header, rows)
    book.close()
    file.seek(0)
    return file


def write_sheet(book: Any, title: str, header: Sequence[Any], rows: Iterable[Sequence[Cell]]) -> Any:
    """Add a sheet with a fixed, filterable heading row to an xlsxwriter workbook; returns the sheet."""
    sheet = book.add_worksheet(_sheet_title(title))
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "hh:mm dd/mm/yyyy"})
    for column, text in enumerate(header):
        sheet.set_column(column, column, max(12, min(40, len(str(text)) + 4)))
        sheet.write_string(0, column, str(text), bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, last, column, value, day, moment)
    sheet.freeze_panes(1, 0)
    if header:
        sheet.autofilter(0, 0, last, len(header) - 1)
    return sheet


def csv_lines(
    header: Sequence[Any], rows: Iterable[Sequence[Cell]], *, delimiter: str = ","
) -> Iterator[str]:
    """Lines for ``StreamingHttpResponse``: UTF-8 with a byte order mark, by which Excel knows Vietnamese.

    A text that a spreadsheet program would run as a formula gets a leading apostrophe. Dates are
    dd/mm/yyyy, decimals have a point.
    """
    # A report of 200,000 rows repeats its units, courses and days: each is turned into text once. That halves
    # the cost of csv.writer, and what is remembered goes with the report.
    cell = lru_cache(maxsize=8192, typed=True)(_csv_cell)
    yield _BOM + delimiter.join(_csv_cell(str(text)) for text in header) + "\r\n"
    for row in rows:
        yield delimiter.join(map(cell, row)) + "\r\n"


def guarded(text: str) -> str:
    """The text, with an apostrophe before what would start a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _sheet_title(title: str) -> str:
    """Excel allows 31 characters, not all of them, and no apostrophe at an end."""
    return _NOT_IN_A_TITLE.sub(" ", str(title))[:31].strip(" '") or "1"


def _write_cell(sheet: Any, row: int, column: int, value: Cell, day: Any, moment: Any) -> None:
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float() | Decimal():
            sheet.write_number(row, column, value)
        case datetime.datetime():
            sheet.write_datetime(row, column, _local(value), moment)
        case datetime.date():
            sheet.write_datetime(row, column, value, day)
        case _:
            sheet.write_string(row, column, str(value)[:_LONGEST_TEXT])


def _csv_cell(value: Cell) -> str:
    """RFC 4180: quoted where it holds a separator of any kind, a quote or a line end."""
    text = _csv_text(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _csv_text(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool() | int() | float() | Decimal():
            return str(value)
        case datetime.datetime():
            return f"{_local(value):%H:%M %d/%m/%Y}"
        case datetime.date():
            return f"{value:%d/%m/%Y}"
        case _:
            return guarded(str(value))


def _local(value: datetime.datetime) -> datetime.datetime:
    """Without a zone, as spreadsheets know none."""
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
