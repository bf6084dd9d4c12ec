"""Reading GIFT, Moodle's text format.

Grammar: https://docs.moodle.org/en/GIFT_format, and how Moodle itself takes what the page leaves open: escapes, the
order in which kinds are told apart, “[id:…] [tag:…]” in comments, “{>…” for ordering. A text without braces
that carries the tag “tình huống: name” is a situation; questions with the same tag belong to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from lms.lib.text import exact
from quizzes.exchange.assembling import Assembly
from quizzes.exchange.folders import folder_of
from quizzes.exchange.html_text import formatted
from quizzes.exchange.labels import read_labels
from quizzes.exchange.numbers import number_in, spelled, tolerance_in
from quizzes.exchange.question import ExchangeQuestion, QuestionRefused, Reading, Situation, beginning
from quizzes.exchange.texts import decoded
from quizzes.exchange.weights import NOTHING, WHOLE, several, weighted
from quizzes.kinds import Choice
from quizzes.kinds.choosing import FALSE, TRUE

# Escaped characters stand as private-use letters while a question is taken apart.
_HIDDEN = {char: chr(0xE000 + number) for number, char in enumerate(":#={}~\n")}
_SHOWN = str.maketrans({hidden: char for char, hidden in _HIDDEN.items()})
_PRIVATE = re.compile(r"[\ue000-\ue006]")
_NOTE = re.compile(r"\[(id|tag):")
_END_OF_NOTE = re.compile(r"(?<!\\)\]")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,7})?)%")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_ORDERING = re.compile(
    r">\s*\d*\s*(?:ALL|RANDOM|CONTIGUOUS)?\w*\s*(?:VERTICAL|HORIZONTAL)?\s*([A-Z_]*)\s*(?:SHOW|HIDE)?\s*\w*\s*$"
)
_LONGEST_HEADER = 100  # its parts may all be empty, so a long one could be taken apart in too many ways
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass
class _Block:
    """Lines of one question, comments apart."""

    line: int = 0
    lines: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    category: str = ""
    is_open: bool = False  # a brace of it is not closed
    closes: bool = False  # it closes a brace before it opens one

    def add(self, number: int, line: str) -> None:
        if line.startswith("//"):
            self.notes += _notes(line)
            return
        self.line = self.line or number
        self.lines.append(line)
        hidden = _hide(line)
        opens, closes = hidden.find("{"), hidden.find("}")
        if not self.is_open and closes >= 0 and not 0 <= opens < closes:
            self.closes = True
        if max(opens, closes) >= 0:
            self.is_open = hidden.rfind("{") > hidden.rfind("}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def _notes(comment: str) -> Iterator[tuple[str, str]]:
    """(key, value) of each “[key:value]”, in one pass however many are begun and never ended."""
    at = 0
    while begun := _NOTE.search(comment, at):
        end = _END_OF_NOTE.search(comment, begun.end())
        at = end.start() if end else comment.rfind("]", begun.end())
        if at < 0:
            return
        yield begun[1], comment[begun.end() : at].replace("\\]", "]")


def read(data: bytes) -> Reading:
    """Raises FileRefused."""
    assembly = Assembly("gift")
    folder: tuple[str, ...] = ()
    for block in _blocks(decoded(data)):
        if block.category:
            folder = folder_of(block.category)
        elif block.text:
            with assembly.refusing(block.line, block.text):
                _Question(block, folder).into(assembly)
    return assembly.reading()


def _blocks(text: str) -> Iterator[_Block]:
    """Questions are parted by empty lines; one inside braces that are closed later parts nothing."""
    held: _Block | None = None
    for block in _parted_by_empty_lines(text):
        if held is None:
            held = block
        elif held.is_open and block.closes:
            held.lines += ["", *block.lines]
            held.notes += block.notes
            held.is_open = block.is_open
        else:
            yield held
            held = block
    if held:
        yield held


def _parted_by_empty_lines(text: str) -> Iterator[_Block]:
    block = _Block()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line.startswith("$CATEGORY:"):
            yield block
            yield _Block(category=line.removeprefix("$CATEGORY:").strip())
            block = _Block()
        elif line:
            block.add(number, line)
        else:
            if block.lines:
                yield block
            block = _Block()  # comments that stand apart belong to nothing
    if block.lines:
        yield block


def _hide(text: str) -> str:
    pieces, at = [], 0
    while (found := text.find("\\", at)) >= 0:
        pieces.append(text[at:found])
        after = text[found + 1 : found + 2]
        if after == "\\":
            pieces.append("\\")
        elif after == "n":
            pieces.append(_HIDDEN["\n"])
        elif after in _HIDDEN and after:
            pieces.append(_HIDDEN[after])
        else:
            pieces.append("\\" + after)
        at = found + 2
    return "".join(pieces) + text[at:]


def _show(text: str) -> str:
    return text.translate(_SHOWN).strip()


class _Question:
    """One block, taken apart."""

    def __init__(self, block: _Block, folder: tuple[str, ...]) -> None:
        self.block, self.folder = block, folder
        self.format = "moodle"
        self.warnings: list[str] = []
        self.labels = read_labels(value for key, value in block.notes if key == "tag")
        self.id = exact(next((value for key, value in block.notes if key == "id"), ""))

    def into(self, assembly: Assembly) -> None:
        text = _hide(_PRIVATE.sub("", self.block.text))
        title = ""
        if text.startswith("::") and "::" in text[2:]:
            title, _colons, text = text[2:].partition("::")
        stem, answers, has_answers = self._parted(text.strip())
        if not has_answers:
            self._describe(assembly, title, stem)
            return
        answers, separator, explanation = _last_part(answers, "####")
        stem = self._formatted(stem, keep=True)
        explanation = self._formatted(explanation) if separator else ""
        kind, choices, partial = self._choices(answers)
        question = ExchangeQuestion(
            kind=kind,
            stem=stem,
            choices=choices,
            explanation=explanation,
            partial=partial,
            folder=self.folder,
            id=self.id,
            line=self.block.line,
        )
        assembly.add(question, self.labels, self.warnings)

    def _parted(self, text: str) -> tuple[str, str, bool]:
        """(the text, what stands in its braces, whether it has any); a gap inside the text becomes a line."""
        start, end = text.find("{"), text.find("}")
        if start < 0 and end < 0:
            return text, "", False
        if start < 0 or end < start:
            raise QuestionRefused(_("An opening or closing brace of the answers is missing."))
        before, inside, after = text[:start], text[start + 1 : end].strip(), text[end + 1 :]
        if "{" in after or "}" in after:
            raise QuestionRefused(_("The question has more than one part in braces { }."))
        return (f"{before}_____{after}" if after.strip() else before), inside, True

    def _describe(self, assembly: Assembly, title: str, text: str) -> None:
        if not self.labels.scenario:
            raise QuestionRefused(
                _(
                    "The text has no answers in braces { }. For a situation write the comment "
                    "“// [tag:tình huống: name]” above it and above its questions."
                )
            )
        text = self._formatted(text)
        key = self.labels.scenario
        assembly.describe(Situation(key, exact(_show(title)) or beginning(text), text), self.block.line)

    def _formatted(self, text: str, *, keep: bool = False) -> str:
        """Plain text; ``keep``: its format is that of the texts that name none."""
        text = text.strip()
        named = _FORMAT.match(text)
        format = named[1] if named else self.format
        if named:
            text = text[named.end() :]
        if keep:
            self.format = format
        found = formatted(format, _show(text))
        if found.images:
            self._warn(_("The question mentions a picture, which a GIFT file cannot hold: it is left out."))
        for sentence in found.warnings:
            self._warn(sentence)
        return found.text

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    # --- The answers, told apart in Moodle's order -----------------------------------------------------------

    def _choices(self, answers: str) -> tuple[str, tuple[Choice, ...], bool]:
        """(kind, options, whether it is graded part by part)."""
        if answers.startswith(">"):
            return self._ordering(answers)
        if not answers:
            raise QuestionRefused(_("An essay question ({}) needs a person who grades it; it is not taken."))
        if answers.startswith("#"):
            return "numeric", self._numeric(answers[1:]), False
        if "~" in answers:
            return self._choosing(answers)
        if "=" in answers and "->" in answers:
            return "matching", self._matching(answers), True
        word = answers.partition("#")[0].strip().upper()
        if word in _TRUTHS:
            return "true-false", self._truth(answers, right=_TRUTHS[word]), False
        return "short", self._accepted(answers), False

    def _choosing(self, answers: str) -> tuple[str, tuple[Choice, ...], bool]:
        single = "=" in answers
        options, weights = [], []
        for piece in _pieces(answers.replace("=", "~="), "~"):
            piece = piece.strip()
            weight = NOTHING
            if piece.startswith("="):
                weight, piece = WHOLE, piece[1:]
            elif found := _WEIGHT.match(piece):
                weight, piece = _percent(found[1]), piece[found.end() :]
            options.append(self._option(piece))
            weights.append(weight)
        if not single:
            return "multiple", several(options, weights, partial=True), True
        return "single", tuple(map(weighted, options, weights)), False

    def _accepted(self, answers: str) -> tuple[Choice, ...]:
        return tuple(self._weighted_answers(answers))

    def _weighted_answers(self, answers: str) -> Iterator[Choice]:
        for piece in _pieces(answers, "="):
            piece, weight = piece.strip(), WHOLE
            if found := _WEIGHT.match(piece):
                weight, piece = _percent(found[1]), piece[found.end() :]
            yield weighted(self._option(piece), weight)

    def _option(self, piece: str) -> Choice:
        text, _hash, feedback = piece.partition("#")
        return Choice(exact(self._formatted(text)), feedback=exact(self._formatted(feedback)))

    def _numeric(self, answers: str) -> tuple[Choice, ...]:
        answers, tilde, others = answers.partition("~")
        found, numbers = [], []
        for option in self._weighted_answers(answers):
            number, tolerance = (None, None) if option.text == "*" else _number_and_tolerance(option.text)
            found.append(option._replace(tolerance=tolerance))
            numbers.append(number)
        if tilde:
            found.append(self._option(others)._replace(correct=False))
            numbers.append(None)
        texts = spelled(numbers)
        return tuple(option._replace(text=text) for option, text in zip(found, texts, strict=True))

    def _matching(self, answers: str) -> tuple[Choice, ...]:
        options = []
        for piece in _pieces(answers, "="):
            left, arrow, right = piece.partition("->")
            if not arrow:
                raise QuestionRefused(
                    _("“%(text)s” has no “->” and what belongs to it.")
                    % {"text": beginning(_show(piece), 40)}
                )
            options.append(Choice(exact(self._formatted(left)), match=exact(_show(right))))
        return tuple(options)

    def _truth(self, answers: str, *, right: bool) -> tuple[Choice, ...]:
        """Behind the first # stands what a wrong answer is told, behind the second one what a right one is."""
        _word, wrong, good = [*answers.split("#", 2), "", ""][:3]
        said = {right: exact(self._formatted(good)), not right: exact(self._formatted(wrong))}
        return (Choice(TRUE, right, said[True]), Choice(FALSE, not right, said[False]))

    def _ordering(self, answers: str) -> tuple[str, tuple[Choice, ...], bool]:
        first, _newline, rest = answers.partition("\n")
        first = " ".join(first.split())
        header = _ORDERING.match(first) if len(first) <= _LONGEST_HEADER else None
        if header is None:
            raise QuestionRefused(_("The first line of an ordering question must be as “{>0 ALL VERTICAL”."))
        steps = [Choice(exact(self._formatted(line))) for line in rest.split("\n") if line.strip()]
        return "ordering", tuple(steps), header[1] != "ALL_OR_NOTHING"


def _pieces(answers: str, mark: str) -> list[str]:
    """What follows each mark; what stands before the first one only where it is not empty."""
    first, *rest = answers.split(mark)
    return [first, *rest] if first.strip() else rest


def _last_part(text: str, mark: str) -> tuple[str, str, str]:
    before, found, after = text.rpartition(mark)
    return (before.strip(), found, after) if found else (text, "", "")


def _percent(text: str) -> Decimal:
    weight = Decimal(text)
    if abs(weight) > WHOLE:
        raise QuestionRefused(_("A share lies outside -100 %% to 100 %%: %(share)s.") % {"share": text})
    return weight


def _number_and_tolerance(text: str) -> tuple[Decimal, Decimal | None]:
    """“3:1”, “1..5” or “3”."""
    if ".." in text[1:]:
        low, _dots, high = text.partition("..")
        least, most = number_in(low), number_in(high)
        if most < least:
            raise QuestionRefused(_("The range %(range)s ends before it begins.") % {"range": text[:40]})
        return (least + most) / 2, (most - least) / 2 or None
    answer, colon, tolerance = text.partition(":")
    return number_in(answer), tolerance_in(tolerance) if colon else None
