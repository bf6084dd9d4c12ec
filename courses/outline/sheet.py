"""Lessons from a table: a row is a card."""

from html import escape
from typing import IO

from django.utils.translation import gettext as _

from courses.outline import MAX_CARDS, MAX_LESSONS
from courses.outline.document import links_in
from courses.outline.plan import Card, Lesson, Outline, OutlineRefused, Passage, plain
from lms.lib.spreadsheets import Column, SpreadsheetError, Value, read_sheet, read_table
from lms.lib.text import exact, fold

STEPS = 10

# Headings and kinds are content, as in the template: Vietnamese in every language.
COLUMNS = [
    Column("lesson", ("Bài học", "Bài"), required=True),
    Column("kind", ("Loại thẻ", "Loại")),
    Column("heading", ("Tiêu đề", "Tiêu đề thẻ"), required=True),
    Column("text", ("Nội dung", "Tình huống")),
    *(Column(f"step{number}", (f"Bước {number}",)) for number in range(1, STEPS + 1)),
    Column("do", ("Nên", "Nên làm")),
    Column("dont", ("Không nên", "Không nên làm")),
    Column("right", ("Cách làm đúng", "Xử lý")),
    Column("why", ("Vì sao", "Giải thích")),
    Column("basis", ("Căn cứ", "Căn cứ pháp lý")),
]
KINDS = {"text": "văn bản", "steps": "các bước", "do_dont": "nên – không nên", "case": "tình huống"}
_KNOWN = {fold(name).replace("–", "-"): kind for kind, name in KINDS.items()} | {
    "chu": "text",
    "buoc": "steps",
    "quy trinh": "steps",
    "nen - khong nen": "do_dont",
    "nen/khong nen": "do_dont",
}
EXAMPLE = "(ví dụ)"  # a row whose lesson begins so is left out


def read_rows(file: IO[bytes]) -> Outline:
    """Raises OutlineRefused."""
    try:
        table = read_table(read_sheet(file), COLUMNS)
    except SpreadsheetError as error:
        raise OutlineRefused(str(error)) from error
    outline = Outline()
    lessons: dict[str, Lesson] = {}
    current: Lesson | None = None
    example = False
    for number, values in table.rows:
        cells = {key: _lines(value) for key, value in values.items()}
        where = _("row %(number)d") % {"number": number}
        title = exact(" ".join(cells["lesson"]))[:255]
        example = fold(title).startswith(fold(EXAMPLE)) if title else example
        if example:
            continue
        if title:
            current = lessons.setdefault(fold(title), Lesson(title, where))
        if current is None:
            outline.left_out.append((where, _("The row names no lesson, and no row above it does.")))
            continue
        current.links += [link for line in cells.get("basis", []) for link in links_in(line)]
        current.cards.append(_card(cells, where))
    outline.lessons = list(lessons.values())
    if not outline.lessons:
        raise OutlineRefused(_("The table has no row of its own: fill in the template below the examples."))
    if len(outline.lessons) > MAX_LESSONS or sum(len(each.cards) for each in outline.lessons) > MAX_CARDS:
        raise OutlineRefused(
            _("The file holds more than %(lessons)d lessons or %(cards)d cards. Split it into parts.")
            % {"lessons": MAX_LESSONS, "cards": MAX_CARDS}
        )
    return outline


def _lines(value: Value) -> list[str]:
    return [line for line in map(exact, str(value).splitlines()) if line]


def _card(cells: dict[str, list[str]], where: str) -> Card:
    heading, kind = " ".join(cells["heading"]), fold(" ".join(cells.get("kind", []))).replace("–", "-")
    card = Card(_KNOWN.get(kind) or _guessed(cells), heading, where)
    if kind and kind not in _KNOWN:
        names = ", ".join(f"“{name}”" for name in KINDS.values())
        card.refused.append(_("The kind of card must be one of: %(names)s.") % {"names": names})
    _fill(card, cells)
    return card


def _guessed(cells: dict[str, list[str]]) -> str:
    if _steps(cells):
        return "steps"
    if cells.get("do") or cells.get("dont"):
        return "do_dont"
    return "case" if cells.get("right") else "text"


def _steps(cells: dict[str, list[str]]) -> list[str]:
    return [line for number in range(1, STEPS + 1) for line in cells.get(f"step{number}", [])]


def _fill(card: Card, cells: dict[str, list[str]]) -> None:
    text = cells.get("text", [])
    used = {"text"}
    if card.kind == "text":
        card.passages = tuple(_passage(line) for line in text)
    elif card.kind == "steps":
        used |= {f"step{number}" for number in range(1, STEPS + 1)}
        card.value = {"intro": " ".join(text), "steps": _steps(cells)}
    elif card.kind == "do_dont":
        used |= {"do", "dont"}
        used -= {"text"}
        card.value = {"do": cells.get("do", []), "dont": cells.get("dont", [])}
    else:
        used |= {"right", "why"}
        situation, right, why = ("\n".join(cells.get(name, [])) for name in ("text", "right", "why"))
        card.value = {"situation": situation, "right": right, "why": why, "wrong": ""}
    spare = [column.heading for column in COLUMNS[3:-1] if cells.get(column.key) and column.key not in used]
    if spare:
        card.notes.append(
            _("A card of this kind does not take: %(columns)s. It is left out.")
            % {"columns": ", ".join(spare)}
        )


def _passage(line: str) -> Passage:
    if line[:2] in ("- ", "• ", "+ "):
        return Passage(escape(line[2:], quote=False), line[2:], "ul")
    return plain(line)
