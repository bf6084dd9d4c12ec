"""One way in for every uploaded file of questions; what it is is told by its bytes, not by its name."""

import io
import re
from typing import IO

from django.utils.translation import gettext as _

from lms.lib.packages import Package, PackageRefused
from lms.lib.pictures import one_file
from lms.lib.text import fold
from quizzes.exchange import aiken, gift, moodle, qti, workbook
from quizzes.exchange.columns import QUESTION
from quizzes.exchange.question import MAX_BYTES, MAX_ENTRIES, MAX_UNPACKED, FileRefused, Reading
from quizzes.exchange.texts import decoded
from quizzes.exchange.trees import read_tree

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADINGS = 10_000  # characters in which the headings of a table stand

FORMATS = {
    "gift": "GIFT",
    "moodle": "Moodle XML",
    "aiken": "Aiken",
    "workbook": "XLSX",
    "qti": "QTI",
}


def read_file(file: IO[bytes]) -> Reading:
    """Raises FileRefused and nothing else, whatever the file holds."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileRefused(too_large_message())
    with one_file():
        return _read(data)


def _read(data: bytes) -> Reading:
    if data.startswith(_ZIP):
        return _read_package(data)
    if data.startswith(_OLE):
        return workbook.read(data)  # which says what it is
    text = decoded(data)
    start = text.lstrip()
    if start.startswith("<"):
        root = read_tree(data)
        return qti.read_item(root) if root.name in qti.ITEMS else moodle.read_quiz(root)
    if _is_table(start):
        return workbook.read(data)
    return aiken.read(data) if aiken.looks_like(text) else gift.read(data)


def too_large_message() -> str:
    return _("The file is larger than %(limit)d MB. Split it, or make its pictures smaller.") % {
        "limit": MAX_BYTES // 1024 // 1024
    }


def _read_package(data: bytes) -> Reading:
    try:
        package = Package(io.BytesIO(data), entries=MAX_ENTRIES, unpacked=MAX_UNPACKED)
        if "imsmanifest.xml" in package:
            return qti.read_package(package)
        if "[Content_Types].xml" in package:
            return workbook.read(data)
    except PackageRefused as refused:
        raise FileRefused(str(refused)) from refused
    raise FileRefused(
        _("The ZIP file is neither an XLSX workbook nor a QTI package (it has no imsmanifest.xml).")
    )


def _is_table(text: str) -> bool:
    """The first line has the headings that our workbook must have, between separators."""
    cells = {fold(cell.strip(' "*:')) for cell in re.split(r"[,;\t]", text[:_HEADINGS].partition("\n")[0])}
    return all(any(fold(heading) in cells for heading in column.headings) for column in QUESTION)
