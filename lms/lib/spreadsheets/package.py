"""The outside of an XLSX file: a ZIP of XML parts, opened without trusting either."""

import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from lms.lib.spreadsheets.errors import (
    MAX_ENTRIES,
    MAX_UNPACKED,
    SpreadsheetError,
    not_a_spreadsheet,
    password_message,
)

_CHUNK = 64 * 1024

Attributes = dict[str, str]


class Parts:
    """The parts of a package by name; reading them stops at MAX_UNPACKED real bytes, all together."""

    def __init__(self, file: IO[bytes]) -> None:
        self.package = zipfile.ZipFile(file)
        entries = self.package.infolist()
        if len(entries) > MAX_ENTRIES:
            raise SpreadsheetError(_("The file holds far more parts than a spreadsheet has."))
        if any(entry.flag_bits & 1 for entry in entries):
            raise SpreadsheetError(password_message())
        self.entries = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        if len(self.entries) != len(entries):
            raise SpreadsheetError(_("The file is not a spreadsheet: it holds the same part twice."))
        self.left = MAX_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def read(self, name: str) -> bytes:
        pieces = []
        with self.package.open(self.entries[name.lower()]) as part:
            while piece := part.read(_CHUNK):
                self.left -= len(piece)
                if self.left < 0:
                    raise SpreadsheetError(
                        _("Unpacked, the file is larger than %(limit)s MB. A table of texts never is.")
                        % {"limit": MAX_UNPACKED // 1024 // 1024}
                    )
                pieces.append(piece)
        return b"".join(pieces)


def walk(
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element by its local name.

    UTF-8 only, and no document type definition, so no entities of any kind: neither those that read files nor
    those that grow without end.
    """

    @cache
    def local(name: str) -> str:
        return name.rsplit(" ", 1)[-1]

    def refuse(*args: Any) -> None:
        raise SpreadsheetError(
            _("The file holds definitions (DTD) that no spreadsheet program writes. It was not read.")
        )

    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end:
        parser.EndElementHandler = lambda name: end(local(name))
    if text:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)


@dataclass
class Book:
    """Where the first visible sheet, its texts and its formats are ("" where the package has none)."""

    sheet: str = ""
    strings: str = ""
    styles: str = ""
    date1904: bool = False


def find_book(parts: Parts) -> Book:
    """Refuses what is no plain workbook."""
    _refuse_other_kinds(parts)
    main = _targets(parts, "", "_rels/.rels").by_kind.get("officeDocument", "xl/workbook.xml")
    if main not in parts:
        raise SpreadsheetError(not_a_spreadsheet())
    folder, file = posixpath.split(main)
    targets = _targets(parts, folder, f"{folder}/_rels/{file}.rels")
    book = Book(strings=targets.by_kind.get("sharedStrings", ""), styles=targets.by_kind.get("styles", ""))

    def start(name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            book.date1904 = attributes.get("date1904", "0").lower() in {"1", "true"}
        elif name == "sheet" and not book.sheet and attributes.get("state", "visible") == "visible":
            relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            book.sheet = targets.worksheets.get(relation, "")

    walk(parts.read(main), start)
    if not book.sheet:
        raise SpreadsheetError(_("The workbook has no visible sheet with cells."))
    return book


def _refuse_other_kinds(parts: Parts) -> None:
    if any(name.endswith("vbaproject.bin") for name in parts.entries):
        raise SpreadsheetError(_macro_message())
    if "xl/workbook.bin" in parts:
        raise SpreadsheetError(_("Binary workbooks (XLSB) are not read. Save the file as XLSX."))
    if "content.xml" in parts:
        raise SpreadsheetError(_("OpenDocument files (ODS) are not read. Save the file as XLSX."))
    if "[content_types].xml" not in parts:
        raise SpreadsheetError(not_a_spreadsheet())

    def start(name: str, attributes: Attributes) -> None:
        if "macroenabled" in attributes.get("ContentType", "").lower():
            raise SpreadsheetError(_macro_message())

    walk(parts.read("[content_types].xml"), start)


@dataclass
class _Targets:
    by_kind: dict[str, str] = field(default_factory=dict)
    worksheets: dict[str, str] = field(default_factory=dict)  # by relation id


def _targets(parts: Parts, folder: str, relations: str) -> _Targets:
    """What a part points at inside the package; links to the outside are not followed."""
    targets = _Targets()
    if relations not in parts:
        return targets

    def start(name: str, attributes: Attributes) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        kind = attributes.get("Type", "").rsplit("/", 1)[-1]
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
        targets.by_kind.setdefault(kind, target)
        if kind == "worksheet":
            targets.worksheets[attributes.get("Id", "")] = target

    walk(parts.read(relations), start)
    return targets


def _macro_message() -> str:
    return _("Workbooks with macros (XLSM) are not read. Save the file as XLSX.")
