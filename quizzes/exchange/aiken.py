"""Aiken: one right answer, as plain text (https://docs.moodle.org/en/Aiken_format)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from string import ascii_uppercase

from django.utils.translation import gettext as _

from lms.lib.text import exact
from quizzes.exchange.assembling import Assembly
from quizzes.exchange.fitting import Fit, plain_fit
from quizzes.exchange.labels import Labels
from quizzes.exchange.question import ExchangeQuestion, QuestionRefused, Reading, paragraphs
from quizzes.exchange.texts import decoded
from quizzes.kinds import Choice

_OPTION = re.compile(r"([A-Z])[.)](?:\s+(.*)|$)")
_ANSWER = re.compile(r"(?:ANSWER|Answer|ĐÁP ÁN|Đáp án)\s*:\s*(.*)")


def looks_like(text: str) -> bool:
    """Some line gives an answer, and options stand above it."""
    lines = [line.strip() for line in text.split("\n")]
    return any(map(_ANSWER.match, lines)) and any(map(_OPTION.match, lines)) and "{" not in text


@dataclass
class _Question:
    line: int
    stem: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    def question(self, answer: str) -> ExchangeQuestion:
        if not self.stem:
            raise QuestionRefused(_("The question has no text."))
        if answer not in self.options:
            raise QuestionRefused(
                _("The answer “%(answer)s” is none of its options (%(letters)s).")
                % {"answer": answer[:20], "letters": ", ".join(self.options) or "–"}
            )
        choices = tuple(Choice(text, letter == answer) for letter, text in self.options.items())
        return ExchangeQuestion("single", "\n".join(self.stem), choices, line=self.line)


def read(data: bytes) -> Reading:
    """Raises FileRefused."""
    assembly = Assembly("aiken")
    current = _Question(0)
    for number, raw in enumerate(decoded(data).split("\n"), start=1):
        line = raw.strip()
        if not line:
            continue
        current.line = current.line or number
        option, answer = _OPTION.match(line), _ANSWER.match(line)
        if answer:
            with assembly.refusing(current.line, " ".join(current.stem)):
                assembly.add(current.question(answer[1].strip(" .").upper()), Labels([]), [])
            current = _Question(0)
        elif option and current.stem and option[1] == _next_letter(current.options):
            current.options[option[1]] = exact(option[2] or "")
        elif current.options:
            with assembly.refusing(current.line, " ".join(current.stem)):
                raise QuestionRefused(_("The line “ANSWER:” below its options is missing."))
            current = _Question(number, [line])
        else:
            current.stem.append(line)
    if current.line:
        with assembly.refusing(current.line, " ".join(current.stem)):
            raise QuestionRefused(_("The line “ANSWER:” below its options is missing."))
    return assembly.reading()


def _next_letter(options: Collection[str]) -> str:
    """Empty after the last of the alphabet."""
    return ascii_uppercase[len(options) : len(options) + 1]


def fit(question: ExchangeQuestion) -> Fit:
    if question.kind != "single":
        return Fit(None).leave_out(_("Aiken has only questions with one right answer."))
    full = plain_fit(question).question
    assert full is not None  # noqa: S101 - nothing was left out yet
    if len(full.choices) > len(ascii_uppercase):
        return Fit(None).leave_out(_("Aiken has at most 26 options."))
    stem = " ".join(full.stem.split("\n"))
    if _OPTION.match(stem) or _ANSWER.match(stem):
        return Fit(None).leave_out(_("Its text begins like an option or an answer of Aiken."))
    options = tuple(Choice(option.text, option.correct) for option in full.choices)
    bare = ExchangeQuestion("single", paragraphs(stem), options)
    found = Fit(bare)
    if stem != full.stem:
        found.lose(_("its line breaks"))
    if full.picture or (full.scenario and full.scenario.picture):
        found.lose(_("its picture"))
    if full.scenario:
        found.lose(_("its situation"))
    if full.explanation or any(option.feedback for option in full.choices):
        found.lose(_("explanation and feedback"))
    marked = full.tags or full.partial or full.fold or full.basis or full.article
    graded = full.difficulty != 2 or full.points != 1 or any(option.fraction for option in full.choices)
    if marked or graded:
        found.lose(_("points, shares, difficulty, tags and legal basis"))
    if full.folder or full.id:
        found.lose(_("its folder and its number, by which a repeated import is noticed"))
    return found


def write(questions: Iterable[ExchangeQuestion]) -> bytes:
    """Of questions as ``fit`` gives them."""
    return "\n".join(map(_written, questions)).encode()


def _written(question: ExchangeQuestion) -> str:
    rows = list(zip(ascii_uppercase, question.choices, strict=False))
    options = [f"{letter}. {option.text}" for letter, option in rows]
    right = next(letter for letter, option in rows if option.correct)
    return "\n".join([question.stem, *options, f"ANSWER: {right}", ""])
