"""Answers that are typed: a few words, or a number. What was typed is kept as it was typed, whatever it is worth."""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape
from random import Random
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from lms.lib.numerals import PATTERN, number, readings
from lms.lib.text import exact, fold
from quizzes.kinds.base import (
    Choice,
    Draft,
    Kind,
    Option,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
    clamped,
    empty_texts,
    repeated,
    worth,
    worth_of_choice,
)
from quizzes.kinds.fault import Fault

ANYTHING = "*"


class Typed(Kind):
    """An option is an answer that was foreseen: accepted (``correct``) or a known mistake with its feedback.

    Its share of the points is its percentage, else all or nothing by its mark. Of several that fit what was typed
    the one that earns most counts. None of them is on the paper: ``option_order`` is empty.
    """

    longest: ClassVar[int]  # characters that the input takes
    keyboard: ClassVar[str] = ""  # further attributes of the input

    @abstractmethod
    def accepts(self, option: Option, settings: Mapping[str, Any], text: str) -> bool:
        """The option is what was typed."""

    def faults(self, draft: Draft) -> list[str]:
        found = empty_texts(draft) + self.repeated(draft)
        if not any(option.correct and worth_of_choice(option) == 1 for option in draft.options):
            found.append(_("At least one accepted answer must be marked as right and earn all points."))
        if any(catches_all(option) and worth_of_choice(option) > 0 for option in draft.options):
            found.append(_("An answer of asterisks alone would accept anything. Write what is right."))
        return found

    def repeated(self, draft: Draft) -> list[str]:
        return repeated([exact(option.text) for option in draft.options])

    def option_order(self, options: Sequence[Option], chance: Random, *, shuffle: bool) -> list[str]:
        return []

    def controls(self, question: PaperQuestion) -> str:
        name, complaint = f"q{question.order}", self.complaint(question)
        described = f' aria-describedby="sai-{question.order}"' if complaint else ""
        described += ' aria-invalid="true"' if question.incomplete else ""
        value = escape("".join(question.response))
        return (
            f'<div class="typed"><label class="small" for="{name}">{_("Your answer")}</label>'
            f'<input type="text" name="{name}" id="{name}" value="{value}" maxlength="{self.longest}"'
            f'{self.keyboard}{described} autocomplete="off" enterkeyhint="done" spellcheck="false"></div>'
        )

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        """One line without blanks around it. Composing letters may lengthen it, so twice the length is taken."""
        text = exact("".join(response))
        if len(response) > 1 or len(text) > 2 * self.longest:
            raise ResponseRefused
        return [text] if text else []

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        best = self._best(options, settings, response)
        return clamped(worth(best)) if best else Fraction(0)

    def _best(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Option | None:
        fitting = [option for option in options for text in response if self.accepts(option, settings, text)]
        # What says more than “anything” goes first where both earn the same.
        return max(fitting, key=lambda option: (worth(option), option["text"] != ANYTHING), default=None)

    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        return self.right_answer(options)[:1]

    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        """One line: what was typed; none where nothing was."""
        best = self._best(options, settings, response) if with_key else None
        return [
            ReviewOption(
                text=text,
                chosen=True,
                right=(best is not None and worth(best) == 1) if with_key else None,
                partly=best is not None and 0 < worth(best) < 1,
                feedback=best["feedback"] if best else "",
            )
            for text in response
        ]

    def right_answer(self, options: Sequence[Option]) -> list[str]:
        """All that earn all points, as a reader would write them."""
        return [shown(option["text"]) for option in options if option["correct"] and worth(option) == 1]

    def told(self, options: Sequence[Option], response: Sequence[str]) -> list[str]:
        """As typed, but for capital letters."""
        return [text.casefold() for text in response]


class Short(Typed):
    """A few words. Capital letters, blanks, a full stop at the end and where the tone mark stands do not matter.

    In an accepted answer ``*`` stands for any text, also none, and ``\\*`` for an asterisk, as in Moodle.
    ``settings["fold"]``: nor do diacritics matter.
    """

    name = "short"
    longest = 200

    def hint(self, question: PaperQuestion) -> str:
        return _("Write your answer in a few words")

    def accepts(self, option: Option, settings: Mapping[str, Any], text: str) -> bool:
        folding = bool(settings.get("fold"))
        pieces = pieces_of(compared(option["text"], folding=folding))
        typed = compared(text, folding=folding)
        # A phone writes “. ” where the blank is tapped twice.
        return fits(pieces, typed) or fits(pieces, typed.rstrip(" ."))


class Numeric(Typed):
    """A number, exact or within a tolerance; how it may be written stands in lms.lib.numerals.

    Where a text can mean two numbers (“1,125”), either may be the accepted one: phones and spreadsheets mix the
    notations, and who thinks of a wrong number hardly ever thinks of the thousandfold of the right one.
    """

    name = "numeric"
    longest = 40
    keyboard = f' inputmode="decimal" pattern="{escape(PATTERN)}"'

    def faults(self, draft: Draft) -> list[str]:
        found = super().faults(draft)
        for row, option in enumerate(draft.options):
            if exact(option.text) and option.text != ANYTHING and not readings(option.text):
                text = _(
                    "“%(text)s” is not a number. Write digits without a unit, such as 1.250.000 or 12,5."
                )
                found.append(Fault(text % {"text": option.text}, row=row, field="text"))
            if option.tolerance is not None and option.tolerance < 0:
                found.append(Fault(_("A tolerance cannot be less than 0."), row=row, field="tolerance"))
        return found

    def repeated(self, draft: Draft) -> list[str]:
        """The same number may earn less within a wider tolerance."""
        tolerances = {option.tolerance or 0 for option in draft.options}
        return [
            fault
            for tolerance in tolerances
            for fault in repeated(
                [exact(option.text) for option in draft.options if (option.tolerance or 0) == tolerance]
            )
        ]

    def hint(self, question: PaperQuestion) -> str:
        return _("Write a number, without a unit")

    def complaint(self, question: PaperQuestion) -> str:
        return _("This is not a number that can be read. Write digits only, such as 1.250.000 or 12,5.")

    def with_response(self, question: PaperQuestion, response: list[str]) -> PaperQuestion:
        """What is no number is kept and shown, but answers nothing."""
        unread = any(not readings(text) for text in response)
        return super().with_response(replace(question, incomplete=unread), response)

    def accepts(self, option: Option, settings: Mapping[str, Any], text: str) -> bool:
        if option["text"] == ANYTHING:
            return True
        tolerance = Fraction(option.get("tolerance") or 0)
        return any(abs(read - number(option["text"])) <= tolerance for read in readings(text))


def compared(text: str, *, folding: bool) -> str:
    """The form in which two answers are the same.

    “hoà” and “hòa” are one word in two habits of writing: the tone mark of oa, oe and uy goes to the first vowel.
    """
    if folding:
        return fold(text)
    letters = unicodedata.normalize("NFD", exact(text).casefold())
    return unicodedata.normalize("NFC", _TONE_AFTER.sub(r"\1\3\2", letters))


_TONE_AFTER = re.compile("([ou])([aey])([\u0300\u0301\u0303\u0309\u0323])")


def _parts(text: str) -> list[str]:
    r"""The text cut at its asterisks: "*" and "\*" are parts of their own."""
    return [part for part in re.split(r"(\\\*|\*)", text) if part]


def pieces_of(pattern: str) -> list[str]:
    """What stands between the asterisks of an accepted answer: one piece where it has none."""
    pieces = [""]
    for part in _parts(pattern):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += "*" if part == r"\*" else part
    return pieces


def fits(pieces: list[str], text: str) -> bool:
    """The pieces stand in the text in their order, the first at its beginning and the last at its end.

    In a time that grows with the text alone: a regular expression of many asterisks could take for ever.
    """
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def shown(text: str) -> str:
    """An accepted answer for a reader, who need not know what an asterisk means."""
    return "…".join(pieces_of(text))


def catches_all(choice: Choice) -> bool:
    return bool(choice.text) and set(_parts(exact(choice.text))) == {"*"}
