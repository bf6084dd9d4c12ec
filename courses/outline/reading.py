"""One way in for an outline, whatever its format; what it is is told by its bytes."""

import io
from typing import IO

from django.utils.translation import gettext as _

from courses.outline import MAX_BYTES
from courses.outline.document import read_document
from courses.outline.docx import read_paragraphs
from courses.outline.plan import Outline, OutlineRefused
from courses.outline.sheet import read_rows
from lms.lib.packages import Package, PackageRefused


def read_outline(file: IO[bytes]) -> Outline:
    """Raises OutlineRefused and nothing else, whatever the file holds."""
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OutlineRefused(too_large_message())
    if data.startswith(b"PK\x03\x04") and not _is_workbook(data):
        return read_document(read_paragraphs(io.BytesIO(data)))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise OutlineRefused(
            _("Old files (DOC, XLS) and files with a password are not read. Save it as DOCX or XLSX.")
        )
    return read_rows(io.BytesIO(data))


def too_large_message() -> str:
    return _("The file is larger than %(limit)d MB. Split it, or make its pictures smaller.") % {
        "limit": MAX_BYTES // 1024 // 1024
    }


def _is_workbook(data: bytes) -> bool:
    try:
        return "xl/workbook.xml" in Package(io.BytesIO(data), entries=2_000, unpacked=0)
    except PackageRefused as refused:
        raise OutlineRefused(str(refused)) from refused
