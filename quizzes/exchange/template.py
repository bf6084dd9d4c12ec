"""The workbook to fill in: an example of every kind, lists to choose from and a page of explanation."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quizzes.exchange.columns import COLUMNS, EXAMPLE, KINDS, LETTERS, OPTION, QUESTION
from quizzes.exchange.labels import DIFFICULTIES
from quizzes.exchange.question import ExchangeQuestion, Picture, Situation
from quizzes.exchange.workbook import rows_of
from quizzes.kinds import Choice

FILLED_ROWS = 3_000  # get the drop-down lists
_COUNTER = Situation(
    "quay-1",
    "Chứng thực bản sao tại bộ phận một cửa",
    "Ông A mang bản chính giấy khai sinh đến xin chứng thực ba bản sao.",
)

# The examples are content, as the headings are: Vietnamese in every language.
EXAMPLES = [
    ExchangeQuestion(
        "single",
        "Ai ký thay Chủ tịch xã khi được giao?",
        (Choice("Phó Chủ tịch", True, "Ghi KT. trước chức vụ."), Choice("Văn thư"), Choice("Kế toán")),
        explanation="Cấp phó ký thay cấp trưởng các văn bản được phân công.",
        basis="30/2020/NĐ-CP",
        article="Điều 13",
        tags=("văn thư",),
    ),
    ExchangeQuestion(
        "multiple",
        "Văn bản hành chính có những thành phần nào?",
        (Choice("Quốc hiệu và tiêu ngữ", True), Choice("Số, ký hiệu", True), Choice("Lời cảm ơn")),
        partial=True,
    ),
    ExchangeQuestion(
        "true-false",
        "Văn bản giấy đi phải được đóng dấu trước khi phát hành.",
        (Choice("Đúng", True), Choice("Sai")),
        difficulty=1,
    ),
    ExchangeQuestion(
        "ordering",
        "Sắp xếp các bước ban hành một văn bản.",
        (Choice("Soạn thảo"), Choice("Trình ký"), Choice("Cấp số"), Choice("Phát hành")),
        partial=True,
    ),
    ExchangeQuestion(
        "matching",
        "Ghép loại việc với nơi làm.",
        (
            Choice("Chứng thực bản sao", match="Bộ phận một cửa"),
            Choice("Cấp số văn bản", match="Văn thư"),
            Choice("", match="Nhà văn hóa"),
        ),
        partial=True,
    ),
    ExchangeQuestion(
        "short",
        "Chữ viết tắt đặt trước chức vụ khi cấp phó ký thay là gì?",
        (Choice("KT", True), Choice("KT.", True), Choice("TM", feedback="TM. là thay mặt.")),
        fold=True,
    ),
    ExchangeQuestion(
        "numeric",
        "Chứng thực bản sao được trả trong ngày nếu nhận trước mấy giờ?",
        (Choice("15", True, tolerance=None), Choice("17", False, "Sau 15 giờ thì trả vào ngày sau.")),
        points=Decimal("0.5"),
    ),
    ExchangeQuestion(
        "hotspot",
        "Chỉ nút để ký số trên màn hình.",
        (Choice("Nút Ký số", True, area=[700, 80, 200, 100]), Choice("Nút In", area=[100, 80, 200, 100])),
        picture=Picture(b"", "Màn hình có nút In và nút Ký số", "Màn hình ký số"),
    ),
    ExchangeQuestion(
        "single",
        "Ông A phải nộp bao nhiêu bản chính?",
        (Choice("Một bản, để đối chiếu", True), Choice("Ba bản")),
        scenario=_COUNTER,
        difficulty=3,
    ),
]


def template() -> bytes:
    """Every cell of the table is a text cell, so that no program turns 1/2 into a day."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True})
        required = book.add_format(
            {"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#D5ECEC", "text_wrap": True}
        )
        table = book.add_worksheet(pgettext("sheet name", "Questions"))
        guide = book.add_worksheet(pgettext("sheet name", "Guide"))
        for place, column in enumerate(COLUMNS):
            table.set_column(place, place, _width(column.key), text)
            table.write_string(0, place, column.heading, required if column in QUESTION else bold)
        rows = (
            row | {"id": EXAMPLE if row.get("stem") else ""} for each in EXAMPLES for row in rows_of(each)
        )
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(COLUMNS):
                table.write_string(number, place, row.get(column.key, ""), text)
        table.freeze_panes(1, 2)
        _drop_down(table, "kind", list(KINDS.values()))
        _drop_down(table, "difficulty", list(DIFFICULTIES.values()))
        _write_guide(guide, bold, book.add_format({"text_wrap": True, "valign": "top"}))
    return file.getvalue()


def _width(key: str) -> int:
    return {"stem": 46, "text": 34, "explanation": 34, "scenario_text": 34, "match": 24}.get(key, 16)


def _drop_down(table: Any, key: str, words: Sequence[str]) -> None:
    place = [column.key for column in COLUMNS].index(key)
    table.data_validation(
        1,
        place,
        FILLED_ROWS,
        place,
        {
            "validate": "list",
            "source": list(words),
            "ignore_blank": True,
            "error_title": _("Not in the list"),
            "error_message": _("Choose one of the names in the list."),
        },
    )


def _write_guide(sheet: Any, bold: Any, wrapped: Any) -> None:
    for place, width in enumerate((26, 14, 100)):
        sheet.set_column(place, place, width)
    for number, row in enumerate(_guide()):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text, wrapped if number else bold)
    sheet.freeze_panes(1, 0)


def _guide() -> Iterable[tuple[str, str, str]]:
    yield _("Column"), _("Required or not"), _("How to fill it in")
    notes = {
        "kind": _("One of: %(kinds)s.") % {"kinds": "; ".join(KINDS.values())},
        "stem": _("The text of the question, in the first of its rows only."),
        "text": _(
            "An option; each in a row of its own, the first beside the question. For putting in order: the steps in "
            "the right order. For pairs: the left half. For short answers and numbers: an accepted answer."
        ),
        "correct": _("“x” for a right option or an accepted answer."),
        "match": _("For pairs: what belongs to the left half. With an empty left half it only distracts."),
        "fraction": _(
            "How many per cent of the points the option earns, where it is neither all nor nothing."
        ),
        "tolerance": _("For numbers: how far the answer may be off."),
        "area": _("For places on a picture: left, top, width, height, in thousandths of the picture."),
        "feedback": _("What is said to who chose this option, after grading."),
        "explanation": _("Shown after grading: why it is so."),
        "basis": _("The number of a document among the legal bases, such as 30/2020/NĐ-CP."),
        "article": _("Such as: Điều 13, khoản 2."),
        "difficulty": _("One of: %(words)s. Empty: medium.") % {"words": "; ".join(DIFFICULTIES.values())},
        "points": _("From 0.25 to 10; empty: 1."),
        "partial": _("“x”: a half-right answer earns its share."),
        "fold": _("“x”: a short answer without diacritics counts as well."),
        "tags": _("Topic words, with semicolons between them."),
        "picture": _("The title of a picture in the picture library, exactly as it stands there."),
        "alt": _("What the picture shows, for people who cannot see it."),
        "scenario": _(
            "The title of the situation that the question belongs to; the same for all its questions."
        ),
        "scenario_text": _("What happens in the situation; once is enough."),
        "folder": _("A folder inside the chosen one, such as: Văn thư/Ký số."),
        "id": _("A number of your own. A question with the same number is noticed when you import again."),
    }
    for column in COLUMNS:
        kind = pgettext("column", "required") if column in QUESTION else pgettext("column", "optional")
        if column in OPTION[:1]:
            kind = pgettext("column", "required")
        yield column.heading, kind, notes.get(column.key, "")
    yield "", "", ""
    yield (
        _("Good to know"),
        "",
        _(
            "The rows of the examples are left out when the file is read; delete them or not. "
            "Empty columns may be removed."
        ),
    )
    yield (
        "",
        "",
        _(
            "The short way for questions of choice: columns headed “Phương án A” to “Phương án %(last)s” and “Đáp án” "
            "with the letters of the right ones; then one row holds the whole question."
        )
        % {"last": LETTERS[-1]},
    )
    yield "", "", _("No formulas and no merged cells.")
    yield (
        "",
        "",
        _("Uploading only shows the questions. Nothing is saved in the bank before you choose and confirm."),
    )
