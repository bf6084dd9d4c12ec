"""Our own workbook: a row for each option, the question in the first of its rows. Reading and writing.

Nothing but pictures is lost in it, and of those it keeps the names they have in the library.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO

from django.utils.translation import gettext as _

from lms.lib.spreadsheets import SpreadsheetError, Value, read_sheet, read_table, xlsx_stream
from lms.lib.text import exact, fold
from quizzes.exchange.areas import numbers_in
from quizzes.exchange.assembling import Assembly
from quizzes.exchange.columns import (
    COLUMNS,
    EXAMPLE,
    KIND_OF,
    KINDS,
    LETTERS,
    NO,
    OPTION,
    SHORT_WAY,
    YES,
)
from quizzes.exchange.fitting import Fit, plain_fit
from quizzes.exchange.folders import folder_of, path_of
from quizzes.exchange.labels import DIFFICULTIES, Labels, difficulty_in
from quizzes.exchange.numbers import decimal_in, vietnamese
from quizzes.exchange.question import (
    ExchangeQuestion,
    FileRefused,
    Picture,
    QuestionRefused,
    Reading,
    Situation,
)
from quizzes.kinds import Choice

Row = dict[str, str]
_TOP = path_of(()) + "/"


@dataclass
class _Rows:
    """The rows of one question."""

    line: int
    question: Row
    options: list[tuple[int, Row]]


def read(data: bytes) -> Reading:
    """The first visible sheet of an XLSX file, or a CSV file. Raises FileRefused."""
    try:
        table = read_table(read_sheet(BytesIO(data)), [*COLUMNS, *SHORT_WAY])
    except SpreadsheetError as error:
        raise FileRefused(str(error)) from error
    assembly = Assembly("workbook")
    rows = ((number, {key: as_text(value) for key, value in row.items()}) for number, row in table.rows)
    for rows_of_one in _grouped(rows):
        if rows_of_one.question.get("id") == EXAMPLE:
            continue
        with assembly.refusing(rows_of_one.line, rows_of_one.question.get("stem", "")):
            _Question(rows_of_one).into(assembly)
    return assembly.reading()


def _grouped(rows: Iterable[tuple[int, Row]]) -> Iterator[_Rows]:
    current: _Rows | None = None
    for number, row in rows:
        begins = bool(row.get("stem") or row.get("kind"))
        if begins or current is None:
            if current:
                yield current
            current = _Rows(number, row, [])
        if any(row.get(column.key) for column in OPTION):
            current.options.append((number, row))
    if current:
        yield current


def as_text(value: Value) -> str:
    """What a person sees in the cell, line breaks kept."""
    if isinstance(value, bool):
        return "Đúng" if value else "Sai"
    if isinstance(value, int | float):
        return vietnamese(Decimal(repr(value)))
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    return str(value).strip()


class _Question:
    def __init__(self, rows: _Rows) -> None:
        self.rows, self.row = rows, rows.question
        self.warnings: list[str] = []

    def into(self, assembly: Assembly) -> None:
        kind = KIND_OF.get(fold(self.row.get("kind", "")))
        if kind is None:
            raise QuestionRefused(
                _("The kind “%(kind)s” is not known. Allowed: %(kinds)s.")
                % {"kind": self.row.get("kind", "")[:40], "kinds": "; ".join(KINDS.values())}
            )
        question = ExchangeQuestion(
            kind=kind,
            stem=self.row.get("stem", ""),
            choices=tuple(self._choices(kind)),
            explanation=self.row.get("explanation", ""),
            picture=_picture(self.row, "picture", "alt"),
            tags=tuple(tag for tag in self.row.get("tags", "").split(";") if exact(tag)),
            difficulty=self._difficulty(),
            points=self._number(self.row, "points") or Decimal(1),
            partial=self._yes(self.row, "partial"),
            fold=self._yes(self.row, "fold"),
            basis=self.row.get("basis", ""),
            article=self.row.get("article", ""),
            folder=folder_of(_TOP + self.row["folder"]) if self.row.get("folder") else (),
            id=self.row.get("id", ""),
            line=self.rows.line,
        )
        assembly.add(question, labels_of(question, self._situation(assembly)), self.warnings)

    def _choices(self, kind: str) -> Iterator[Choice]:
        if any(self.row.get(f"option_{letter}") for letter in LETTERS):
            if self.rows.options:
                raise QuestionRefused(
                    _("Write the options either in the columns A, B, C… or in rows of their own, not both.")
                )
            yield from self._short_way()
            return
        for number, row in self.rows.options:
            try:
                yield self._choice(row)
            except QuestionRefused as refused:
                raise QuestionRefused(
                    _("Row %(row)d: %(reason)s") % {"row": number, "reason": refused}
                ) from refused

    def _short_way(self) -> Iterator[Choice]:
        given = set(self.row.get("letters", "").upper().replace(",", " ").replace(";", " ").split())
        if len(given) == 1 and not given <= set(LETTERS):
            given = set(given.pop())  # “AC”
        letters = [letter for letter in LETTERS if self.row.get(f"option_{letter}")]
        if not given <= set(letters):
            raise QuestionRefused(
                _("The answer “%(answer)s” is none of its options (%(letters)s).")
                % {"answer": self.row.get("letters", "")[:20], "letters": ", ".join(letters)}
            )
        for letter in letters:
            yield Choice(self.row[f"option_{letter}"], letter in given)

    def _choice(self, row: Row) -> Choice:
        area = [int(number) for number in numbers_in(row.get("area", ""))]
        if area and len(area) != 4:
            raise QuestionRefused(_("A place is written as four numbers: left, top, width, height."))
        return Choice(
            row.get("text", ""),
            self._yes(row, "correct"),
            row.get("feedback", ""),
            self._number(row, "fraction"),
            row.get("match", ""),
            self._number(row, "tolerance"),
            area or None,
        )

    def _difficulty(self) -> int:
        text = self.row.get("difficulty", "")
        found = difficulty_in(text) if text else 2
        if found is None:
            raise QuestionRefused(
                _("The difficulty “%(text)s” is not known. Allowed: %(words)s.")
                % {"text": text[:40], "words": "; ".join(DIFFICULTIES.values())}
            )
        return found

    def _number(self, row: Row, key: str) -> Decimal | None:
        text = row.get(key, "").replace(",", ".").removesuffix("%")
        number = decimal_in(text) if text else None
        if text and number is None:
            raise QuestionRefused(_("“%(text)s” is not a number.") % {"text": row[key][:40]})
        return number

    def _yes(self, row: Row, key: str) -> bool:
        text = fold(row.get(key, ""))
        if text not in YES | NO:
            raise QuestionRefused(
                _("“%(text)s” is neither yes nor no: write “x” or leave the cell empty.")
                % {"text": row[key][:40]}
            )
        return text in YES

    def _situation(self, assembly: Assembly) -> str:
        """Its key; what it says may stand in one of its rows or in each of them, but the same."""
        key = exact(self.row.get("scenario_key") or self.row.get("scenario", ""))
        if not key:
            return ""
        given = Situation(
            key,
            exact(self.row.get("scenario") or key),
            self.row.get("scenario_text", ""),
            _picture(self.row, "scenario_picture", "scenario_alt"),
        )
        known = assembly.situations.get(key)
        if known is None:
            assembly.situations[key] = given
            assembly.places[key] = self.rows.line
        elif given.text and known.text and given.text != known.text:
            raise QuestionRefused(_("The situation “%(key)s” says something else above.") % {"key": key[:60]})
        elif given.text and not known.text:
            assembly.situations[key] = given
        return key


def labels_of(question: ExchangeQuestion, scenario: str) -> Labels:
    """What tags would say, where columns say it."""
    return Labels(
        list(question.tags),
        question.difficulty,
        question.basis,
        question.article,
        question.points,
        question.partial,
        question.fold,
        scenario,
    )


def _picture(row: Row, name: str, alt: str) -> Picture | None:
    title = exact(row.get(name, ""))
    return Picture(b"", exact(row.get(alt, "")), title) if title else None


# --- Writing ---------------------------------------------------------------------------------------------------


def fit(question: ExchangeQuestion) -> Fit:
    found = plain_fit(question)
    picture = _by_name(found, question.picture, _("its picture, which has no name in the library"))
    if question.kind == "hotspot" and picture is None:
        return found.leave_out(_("Its picture has no name in the library."))
    found.change(picture=picture)
    if found.question and found.question.scenario:
        scenario = found.question.scenario
        shown = _by_name(found, scenario.picture, _("the picture of its situation"))
        found.change(scenario=replace(scenario, picture=shown))
    if any(";" in tag for tag in question.tags):
        found.lose(_("semicolons in tags, written as commas"))
        found.change(tags=tuple(dict.fromkeys(tag.replace(";", ",") for tag in question.tags)))
    return found


def _by_name(found: Fit, picture: Picture | None, name: str) -> Picture | None:
    if picture is None:
        return None
    if not exact(picture.library):
        found.lose(name)
        return None
    return Picture(b"", exact(picture.alt), exact(picture.library))


def write(questions: Iterable[ExchangeQuestion]) -> bytes:
    """Of questions as ``fit`` gives them."""
    rows = ([row.get(column.key, "") for column in COLUMNS] for each in questions for row in rows_of(each))
    with xlsx_stream(_("Questions"), [column.heading for column in COLUMNS], rows) as file:
        return file.read()


def rows_of(question: ExchangeQuestion) -> list[Row]:
    """A question in rows; texts by the key of the column."""
    first = {
        "kind": KINDS[question.kind],
        "stem": question.stem,
        "explanation": question.explanation,
        "basis": question.basis,
        "article": question.article,
        "difficulty": DIFFICULTIES[question.difficulty],
        "points": vietnamese(question.points),
        "partial": "x" if question.partial else "",
        "fold": "x" if question.fold else "",
        "tags": "; ".join(question.tags),
        "folder": path_of(question.folder).removeprefix(_TOP) if question.folder else "",
        "id": question.id,
    }
    if question.picture:
        first |= {"picture": question.picture.library, "alt": question.picture.alt}
    if question.scenario:
        scenario = question.scenario
        first |= {"scenario": scenario.title, "scenario_text": scenario.text, "scenario_key": scenario.key}
        if scenario.picture:
            first |= {
                "scenario_picture": scenario.picture.library,
                "scenario_alt": scenario.picture.alt,
            }
    options: list[Row] = [_option(option) for option in question.choices] or [{}]
    return [{**first, **options[0]}, *options[1:]]


def _option(option: Choice) -> Row:
    return {
        "text": option.text,
        "correct": "x" if option.correct else "",
        "match": option.match,
        "fraction": "" if option.fraction is None else vietnamese(option.fraction),
        "tolerance": "" if option.tolerance is None else vietnamese(option.tolerance),
        "area": "; ".join(map(str, option.area)) if option.area else "",
        "feedback": option.feedback,
    }
