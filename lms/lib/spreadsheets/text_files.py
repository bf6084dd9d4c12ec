"""CSV as Excel, LibreOffice and databases write it: three separators, UTF-8 or UTF-16.

Other encodings are refused. Windows-1258 and its like cannot be told apart for sure, Excel has by then replaced
letters such as "ệ" by a question mark, and a guessed name is not an exact name (rule 10).
"""

import codecs
import csv
import io

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lms.lib.spreadsheets.errors import MAX_COLUMNS, MAX_ROWS, SpreadsheetError, not_a_spreadsheet
from lms.lib.spreadsheets.sheets import Sheet, Value

_BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
_SEPARATORS = ",;\t"


def read_csv(data: bytes) -> Sheet:
    text = _decode(data)
    if text.lstrip().startswith("<"):
        raise SpreadsheetError(not_a_spreadsheet())
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, text = (
            first.strip()[4],
            "\n" + rest,
        )  # Excel's hint keeps its line, so row numbers stay true
    else:
        separator = _separator(text)
    try:
        return Sheet(rows=_rows(text, separator))
    except csv.Error as error:
        raise SpreadsheetError(
            _("The CSV file is damaged: a quotation mark is missing or a cell is too long.")
        ) from error


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding)
    return _text(data, "utf-8")


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SpreadsheetError(_encoding_message()) from error
    if "\0" in text:
        raise SpreadsheetError(_("The file is neither an XLSX spreadsheet nor a CSV text file."))
    return text


def _encoding_message() -> str:
    return _(
        "The file is neither XLSX nor CSV in UTF-8, so its Vietnamese letters cannot be read for certain. "
        "In Excel choose Save As, then XLSX or “CSV UTF-8”."
    )


def _separator(text: str) -> str:
    """The one that stands most often in the fullest of the first lines: a title above the table has none."""
    lines = text.splitlines()[:20]
    return max(_SEPARATORS, key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _rows(text: str, separator: str) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
        if len(rows) > MAX_ROWS and any(row):
            raise SpreadsheetError(
                _("The file has more than %(limit)s rows. Split it.") % {"limit": number_format(MAX_ROWS)}
            )
        if len(row) > MAX_COLUMNS:
            raise SpreadsheetError(
                _("Row %(row)s has more than %(limit)s columns.")
                % {"row": len(rows) + 1, "limit": MAX_COLUMNS}
            )
        rows.append(list(row))
    return rows
