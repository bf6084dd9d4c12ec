"""The inside of an XLSX file: one walk that checks and reads (docs/decisions/0006-reading-spreadsheets.md)."""

import datetime
import io
import re
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from lms.lib.spreadsheets.errors import MAX_COLUMNS, MAX_ROWS, SpreadsheetError
from lms.lib.spreadsheets.package import Attributes, Parts, find_book, walk
from lms.lib.spreadsheets.sheets import Sheet, Span, Suspect, Value, address

_REFERENCE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_xlsx(data: bytes) -> Sheet:
    """The first visible sheet of a workbook; raises SpreadsheetError and nothing else."""
    try:
        parts = Parts(io.BytesIO(data))
        book = find_book(parts)
        texts = _read_texts(parts.read(book.strings)) if book.strings in parts else []
        dates = _read_date_styles(parts.read(book.styles)) if book.styles in parts else set()
        reader = _SheetReader(texts, dates, MAC_EPOCH if book.date1904 else WINDOWS_EPOCH)
        return reader.read(parts.read(book.sheet))
    except SpreadsheetError:
        raise
    except Exception as error:
        # ZIP, deflate, XML and numbers fail in a dozen ways; to the person it is one.
        raise SpreadsheetError(
            _("The file is damaged and cannot be read. Open it, save it again as XLSX and upload that file.")
        ) from error


class _TextCollector:
    """Gathers the runs of one text; the phonetic hints (rPh) that some writers add are not part of it."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.inside = self.phonetic = False

    def start(self, name: str) -> None:
        if name == "rPh":
            self.phonetic = True
        elif name == "t":
            self.inside = not self.phonetic

    def end(self, name: str) -> None:
        if name == "rPh":
            self.phonetic = False
        elif name == "t":
            self.inside = False

    def take(self) -> str:
        text, self.runs = "".join(self.runs), []
        return _unescape(text)


def _unescape(text: str) -> str:
    """Excel writes what XML cannot hold as _x000D_, and an underscore that could be mistaken as _x005F_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _read_texts(xml: bytes) -> list[str]:
    """The table of texts that cells point into."""
    texts: list[str] = []
    collector = _TextCollector()

    def end(name: str) -> None:
        collector.end(name)
        if name == "si":
            texts.append(collector.take())

    def text(piece: str) -> None:
        if collector.inside:
            collector.runs.append(piece)

    walk(xml, lambda name, attributes: collector.start(name), end, text)
    return texts


def _read_date_styles(xml: bytes) -> set[int]:
    """The cell styles whose number is a day or a time."""
    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    path: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        path.append(name)
        if name == "numFmt" and "numFmtId" in attributes:
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif path[-2:] == ["cellXfs", "xf"]:
            styles.append(int(attributes.get("numFmtId", 0)))

    def end(name: str) -> None:
        path.pop()

    walk(xml, start, end)
    return {index for index, number in enumerate(styles) if is_date_format(formats.get(number))}


@dataclass
class _SheetReader:
    texts: list[str]
    dates: set[int]
    epoch: datetime.datetime
    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    suspects: dict[tuple[int, int], Suspect] = field(default_factory=dict)
    merged: list[Span] = field(default_factory=list)
    hidden: bool = False
    # The cell being walked
    row: int = -1
    column: int = -1
    kind: str = "n"
    style: int = 0
    inside_value: bool = False
    value: list[str] = field(default_factory=list)
    inline: _TextCollector = field(default_factory=_TextCollector)

    def read(self, xml: bytes) -> Sheet:
        walk(xml, self.start, self.end, self.text)
        return Sheet(self._table(), self.suspects, self.merged, self.hidden)

    def start(self, name: str, attributes: Attributes) -> None:
        match name:
            case "c":
                self.row, self.column = _position(attributes.get("r", ""), self.row, self.column + 1)
                self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
                self.value, self.inline.runs = [], []
            case "v":
                self.inside_value = True
            case "f":
                self._check_position()
                self.suspects[self.row, self.column] = Suspect.FORMULA
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 2)) - 1, -1
                self.hidden |= _is_hidden(attributes)
            case "col":
                self.hidden |= _is_hidden(attributes)
            case "mergeCell":
                first, _colon, last = attributes["ref"].partition(":")
                self.merged.append(Span(*_position(first, 0, 0), *_position(last or first, 0, 0)))
            case _:
                self.inline.start(name)

    def text(self, piece: str) -> None:
        if self.inside_value:
            self.value.append(piece)
        elif self.inline.inside:
            self.inline.runs.append(piece)

    def end(self, name: str) -> None:
        if name == "v":
            self.inside_value = False
        elif name == "c":
            self._keep()
        else:
            self.inline.end(name)

    def _keep(self) -> None:
        """Take the cell over, unless nothing stands in it."""
        raw = self.inline.take() if self.inline.runs else "".join(self.value)
        if not raw:
            return
        self._check_position()
        if self.kind == "e":
            self.suspects.setdefault((self.row, self.column), Suspect.ERROR)
        self.rows.setdefault(self.row, {})[self.column] = self._convert(raw)

    def _convert(self, raw: str) -> Value:
        match self.kind:
            case "s":
                return self.texts[int(raw)]
            case "n":
                number = _number(raw)
                return _day(number, self.epoch) if self.style in self.dates else number
            case "b":
                return raw.strip() in {"1", "true"}
            case "d":
                return _date_if_midnight(from_ISO8601(raw))  # type: ignore[no-untyped-call]
            case "str":
                return _unescape(raw)
            case _:
                return raw

    def _check_position(self) -> None:
        if self.row > MAX_ROWS:
            raise SpreadsheetError(
                _("The sheet goes on to row %(row)s; at most %(limit)s rows are read. Split the file.")
                % {"row": self.row + 1, "limit": number_format(MAX_ROWS)}
            )
        if self.column >= MAX_COLUMNS:
            raise SpreadsheetError(
                _(
                    "Cell %(cell)s lies beyond the %(limit)s columns that are read. "
                    "Remove what is not part of the table."
                )
                % {"cell": address(self.row, self.column), "limit": MAX_COLUMNS}
            )

    def _table(self) -> list[list[Value]]:
        height = max(self.rows, default=-1) + 1
        width = max((max(row) for row in self.rows.values()), default=-1) + 1
        empty: dict[int, Value] = {}
        return [
            [self.rows.get(row, empty).get(column, "") for column in range(width)] for row in range(height)
        ]


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get("hidden", "0").lower() in {"1", "true"}


def _position(reference: str, row: int, column: int) -> tuple[int, int]:
    """(row, column) from 0 of a reference such as B7, or the given place where a cell has none."""
    if not reference:
        return row, column
    match = _REFERENCE.match(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _number(raw: str) -> int | float:
    """Spreadsheets know only floating numbers; a whole one is an integer to us."""
    try:
        return int(raw)
    except ValueError:
        number = float(raw)
        return int(number) if number.is_integer() else number


def _day(number: int | float, epoch: datetime.datetime) -> Value:
    """A number shown as a date; one outside the calendar stays a number, to be refused by row."""
    try:
        return _date_if_midnight(from_excel(number, epoch))
    except (OverflowError, ValueError):
        return number


def _date_if_midnight(value: object) -> Value:
    if isinstance(value, datetime.datetime):
        return value if value.time() != datetime.time() else value.date()
    return value if isinstance(value, datetime.date | datetime.time) else str(value)
