"""HR's files: the rows of a report as CSV or XLSX, and the note of who took them."""

import json
import logging
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.lib.spreadsheets import csv_lines
from people.models import User
from reports.rows import Row

audit = logging.getLogger("lms.audit")

LINES_AT_A_TIME = 500
# A workbook is built whole before its first byte can leave: one to two seconds for 10,000 rows.
XLSX_ROWS = 20_000


def headings() -> list[str]:
    """One for each field of Row."""
    return [
        _("Staff number"),
        _("Full name"),
        _("Unit"),
        _("Position"),
        _("Course"),
        _("Start date"),
        _("End date"),
        _("Lesson periods"),
        pgettext("of a course", "Score"),
        pgettext("of an enrolment", "Status"),
        _("Due date"),
        _("Register number"),
        _("Date of issue"),
    ]


def csv_parts(rows: Iterable[Row]) -> Iterator[str]:
    """The heading at once, then parcels of lines: few writes to the network, little memory."""
    lines = csv_lines(headings(), rows)
    yield next(lines)
    for parcel in batched(lines, LINES_AT_A_TIME):
        yield "".join(parcel)


def note(user: User, format: str, asked: dict[str, Any]) -> None:
    """Who took which figures; the time is the log's. JSON, so that nothing asked for can forge a line."""
    audit.info(
        "export %s",
        json.dumps({"user": user.get_username(), "format": format, "filters": asked}, sort_keys=True),
    )
