"""What formats of other systems have no field for travels as a tag, such as “độ khó: khó”.

Tags survive a stay in Moodle, and whoever writes a file by hand can write them. The words are part of the file
format, so they are Vietnamese in every language.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from lms.lib.text import exact, fold
from quizzes.exchange.numbers import decimal_in
from quizzes.exchange.question import ExchangeQuestion

DIFFICULTIES = {1: "dễ", 2: "trung bình", 3: "khó"}
_DIFFICULTY = {fold(word): number for number, word in DIFFICULTIES.items()}
_DIFFICULTY |= {"easy": 1, "medium": 2, "hard": 3, "vua": 2, "1": 1, "2": 2, "3": 3}
_PARTIAL = {"tung phan": True, "dung het": False}
PARTLY = ("multiple", "matching", "ordering")  # kinds that other systems grade part by part
_LABEL = re.compile(r"\s*([^:]{1,20}?)\s*:\s*(.*\S)\s*", re.DOTALL)
_NAMES = {
    "do kho": "difficulty",
    "difficulty": "difficulty",
    "can cu": "basis",
    "dieu": "article",
    "diem": "points",
    "cach cham": "partial",
    "khong dau": "fold",
    "tinh huong": "scenario",
    "scenario": "scenario",
    "nhan": "tag",
}


@dataclass
class Labels:
    """What the tags of one question say; None where they say nothing."""

    tags: list[str]
    difficulty: int | None = None
    basis: str = ""
    article: str = ""
    points: Decimal | None = None
    partial: bool | None = None
    fold: bool = False
    scenario: str = ""

    def applied(self, question: ExchangeQuestion) -> ExchangeQuestion:
        return replace(
            question,
            tags=tuple(dict.fromkeys(self.tags)),
            difficulty=self.difficulty or question.difficulty,
            basis=self.basis,
            article=self.article,
            points=self.points if self.points is not None else question.points,
            partial=question.partial if self.partial is None else self.partial,
            fold=self.fold,
        )


def difficulty_in(word: str) -> int | None:
    return _DIFFICULTY.get(fold(word))


def read_labels(tags: Iterable[str]) -> Labels:
    found = Labels([])
    for tag in map(exact, tags):
        match = _LABEL.fullmatch(tag)
        name = _NAMES.get(fold(match[1])) if match else None
        if not (match and name and _take(found, name, match[2])) and tag:
            found.tags.append(tag)
    return found


def _take(found: Labels, name: str, value: str) -> bool:
    """Whether the value makes sense; a tag that does not is a tag like any other."""
    match name:
        case "difficulty":
            found.difficulty = difficulty_in(value)
            return found.difficulty is not None
        case "points":
            found.points = decimal_in(value.replace(",", "."))
            return found.points is not None
        case "partial":
            found.partial = _PARTIAL.get(fold(value))
            return found.partial is not None
        case "fold":
            found.fold = fold(value) == "co"
            return found.fold
        case "tag":
            found.tags.append(value)
        case _:
            setattr(found, name, value)
    return True


def written_labels(question: ExchangeQuestion, *, points: bool, partial: bool | None = None) -> list[str]:
    """The tags to write: the question's own and those that stand for its fields.

    ``points``: the format has no field for them. ``partial``: how its reader grades without a label.
    """
    labels = [f"nhãn: {tag}" if _reads_as_label(tag) else tag for tag in question.tags]
    if question.difficulty != 2:
        labels.append(f"độ khó: {DIFFICULTIES[question.difficulty]}")
    if question.basis:
        labels.append(f"căn cứ: {question.basis}")
    if question.article:
        labels.append(f"điều: {question.article}")
    if points and question.points != 1:
        labels.append(f"điểm: {question.points:f}")
    if partial is not None and question.partial != partial:
        labels.append("cách chấm: từng phần" if question.partial else "cách chấm: đúng hết")
    if question.fold:
        labels.append("không dấu: có")
    if question.scenario:
        labels.append(f"tình huống: {question.scenario.key}")
    return labels


def _reads_as_label(tag: str) -> bool:
    match = _LABEL.fullmatch(tag)
    return bool(match and fold(match[1]) in _NAMES)
