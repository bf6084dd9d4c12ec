"""What is refused, and how large a file may be. The limits hold while a file is unpacked and walked."""

from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024  # of the file as uploaded
MAX_UNPACKED = 50 * 1024 * 1024  # of the parts that are read, counted while unpacking
MAX_ENTRIES = 1_000  # parts of an XLSX package
MAX_ROWS = 20_000  # below the heading row
MAX_COLUMNS = 50


class SpreadsheetError(Exception):
    """A file that cannot be read. ``str()`` is a translated sentence that says why and what to do."""


def password_message() -> str:
    return _("The file is protected by a password. Save it without one and upload it again.")


def not_a_spreadsheet() -> str:
    return _("The file is not a spreadsheet.")
