"""One way in for every uploaded table."""

from typing import IO

from django.utils.translation import gettext as _

from lms.lib.spreadsheets.errors import MAX_BYTES, SpreadsheetError, password_message
from lms.lib.spreadsheets.sheets import Sheet
from lms.lib.spreadsheets.text_files import read_csv

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheet(file: IO[bytes]) -> Sheet:
    """The first visible sheet of an XLSX file, or a CSV file; what it is is told by its bytes, not its name.

    Raises SpreadsheetError and nothing else, whatever the file holds.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SpreadsheetError(too_large_message())
    if not data.strip():
        raise SpreadsheetError(_("The file is empty."))
    if data.startswith(_ZIP):
        from lms.lib.spreadsheets.xlsx import read_xlsx  # openpyxl is a tenth of every process's start

        return read_xlsx(data)
    if data.startswith(_OLE):
        raise SpreadsheetError(_ole_message(data))
    return read_csv(data)


def too_large_message() -> str:
    return _("The file is larger than %(limit)s MB. Split it, or remove pictures and unused sheets.") % {
        "limit": MAX_BYTES // 1024 // 1024
    }


def _ole_message(data: bytes) -> str:
    """Old Excel files and encrypted new ones share one container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return password_message()
    return _("Old Excel files (XLS) are not read. Open the file and save it as XLSX.")
