"""The file to fill in: headings, an example, the allowed names and a page of explanation."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from people.models import Department, Position
from people.roster.columns import COLUMNS, EXAMPLE

if TYPE_CHECKING:
    import xlsxwriter

FILLED_ROWS = 2_000  # get the drop-down lists


def template_stream(units: Iterable[tuple[str, str, str]]) -> io.BytesIO:
    """An XLSX workbook; ``units`` (code, name, province) are those that the person may import for.

    Every cell of the table is a text cell: so the program neither drops the nought of a phone number nor
    turns 01/07/2025 into 7 January on a machine set up for another country.
    """
    import xlsxwriter  # with the first file

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        required = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#D5ECEC"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})

        table = book.add_worksheet(pgettext("sheet name", "Roster"))
        lists = book.add_worksheet(pgettext("sheet name", "Lists"))
        codes = book.add_worksheet(pgettext("sheet name", "Unit codes"))
        guide = book.add_worksheet(pgettext("sheet name", "Guide"))

        for place, column in enumerate(COLUMNS):
            table.set_column(
                place, place, max(14, len(column.heading) + 4, len(EXAMPLE[column.key]) + 2), text
            )
            table.write_string(0, place, column.heading, required if column.required else bold)
            table.write_string(1, place, EXAMPLE[column.key], text)
        table.freeze_panes(1, 2)

        departments = list(Department.objects.values_list("name", flat=True))
        positions = list(Position.objects.values_list("name", flat=True))
        for place, (key, names) in enumerate((("department", departments), ("position", positions))):
            heading = next(column.heading for column in COLUMNS if column.key == key)
            lists.set_column(place, place, 44)
            lists.write_string(0, place, heading, bold)
            for row, name in enumerate(names, start=1):
                lists.write_string(row, place, name)
            _drop_down(table, key, lists.get_name(), "AB"[place], len(names))

        _write_rows(codes, [12, 40, 34], bold, _unit_rows(units))
        _write_rows(guide, [24, 14, 90], bold, _guide_rows(), wrapped)
    file.seek(0)
    return file


def _drop_down(
    table: "xlsxwriter.worksheet.Worksheet", key: str, sheet: str, letter: str, count: int
) -> None:
    place = [column.key for column in COLUMNS].index(key)
    table.data_validation(
        1,
        place,
        FILLED_ROWS,
        place,
        {
            "validate": "list",
            "source": f"='{sheet}'!${letter}$2:${letter}${count + 1}",
            "error_title": _("Not in the list"),
            "error_message": _("Choose one of the names in the list."),
        },
    )


def _unit_rows(units: Iterable[tuple[str, str, str]]) -> Iterable[Sequence[str]]:
    headings = {column.key: column.heading for column in COLUMNS}
    yield headings["ward_code"], headings["ward_name"], _("Province or city")
    yield from units


def _guide_rows() -> Iterable[Sequence[str]]:
    yield _("Column"), _("Required or not"), _("How to fill it in")
    notes = {
        "staff_number": _(
            "The official's own number, the same for life. Letters without marks, digits and . _ / - only."
        ),
        "full_name": _("As in the official's papers, with all marks."),
        "date_of_birth": _("Day/month/year, such as 15/08/1990."),
        "email": _("The official's own address. A code for signing in can be sent there."),
        "phone": _("Digits, such as 0901234567."),
        "ward_code": _(
            "Five digits of the list in force since 1 July 2025; see the sheet with the unit codes."
        ),
        "ward_name": _("The unit's name. It must match the code, so that a code of the old list is noticed."),
        "department": _("One of the names in the sheet with the lists."),
        "position": _("One of the names in the sheet with the lists."),
        "starts_on": _(
            "First day in this post. A later day than that of the current post records a transfer: "
            "the current post ends the day before."
        ),
        "ends_on": _("Last day in this post; empty: until further notice."),
        "decision": _("Number of the decision of appointment or transfer."),
    }
    for column in COLUMNS:
        yield (
            column.heading,
            pgettext("column", "required") if column.required else pgettext("column", "optional"),
            notes[column.key],
        )
    yield "", "", ""
    yield _("Good to know"), "", _("An empty cell erases nothing. Officials who are not in the file stay.")
    yield "", "", _("The example row is left out when the file is read; delete it or not.")
    yield (
        "",
        "",
        _("No formulas and no merged cells. One row for each post: one official may have several rows."),
    )
    yield (
        "",
        "",
        _(
            "Uploading only shows what would change. Nothing is saved before you confirm, and nobody gets mail."
        ),
    )


def _write_rows(
    sheet: "xlsxwriter.worksheet.Worksheet",
    widths: Sequence[int],
    bold: "xlsxwriter.format.Format",
    rows: Iterable[Sequence[str]],
    style: "xlsxwriter.format.Format | None" = None,
) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text, style if number else bold)
    sheet.freeze_panes(1, 0)
