"""What a kind of question takes and gives: from the trainer's draft to the learner's review.

A response is a list of texts: option keys or, where the learner types, what was typed. An empty one takes an
answer back.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, ClassVar, NamedTuple, NotRequired, TypedDict
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from lms.lib.text import exact
from quizzes.kinds.fault import Fault


class ResponseRefused(Exception):
    """The response does not fit the question on the paper. Only a broken or tampered page sends such a one."""


class Choice(NamedTuple):
    """An option as a trainer or a file gives it; the fields are those of QuestionOption."""

    text: str
    correct: bool = False
    feedback: str = ""
    fraction: Decimal | None = None
    match: str = ""
    tolerance: Decimal | None = None
    area: list[int] | None = None


@dataclass(frozen=True)
class Draft:
    """A question before it is published: all that can be wrong with it."""

    kind: str
    stem: str
    options: Sequence[Choice]
    has_picture: bool = False
    picture_alt: str = ""


class Option(TypedDict):
    """An option as a version keeps it (QuestionVersion.options)."""

    key: str
    text: str
    correct: bool
    feedback: str
    fraction: NotRequired[str]
    match: NotRequired[str]
    match_key: NotRequired[str]
    tolerance: NotRequired[str]
    area: NotRequired[list[int]]


@dataclass(frozen=True)
class PaperOption:
    key: str
    text: str
    chosen: bool = False
    place: int | None = None  # ordering: the step given to it, from 1
    match: str = ""  # matching: the key of the half given to it


@dataclass(frozen=True)
class PaperQuestion:
    """A question as it is shown before grading. It holds nothing from which a page could leak the key."""

    order: int
    kind: str
    stem: str
    options: list[PaperOption]
    matches: list[PaperOption] = field(default_factory=list)  # matching: the right halves
    picture: Mapping[str, Any] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)
    points: Decimal = Decimal(1)
    response: list[str] = field(default_factory=list)
    operation_id: UUID | None = None  # of the answer shown
    incomplete: bool = False  # something is filled in, but not all that makes an answer

    @property
    def answered(self) -> bool:
        return bool(self.response) and not self.incomplete


@dataclass(frozen=True)
class ReviewOption:
    """A line of the review; ``right`` None: not shown. ``answer``: the half given to it (matching).

    ``partly``: not wrong either, but worth only a part of the points.
    ``area`` and ``pin`` in thousandths of the picture: the place of the line, and where the learner pointed.
    """

    text: str
    chosen: bool
    right: bool | None = None
    partly: bool = False
    feedback: str = ""
    answer: str = ""
    area: list[int] | None = None
    pin: tuple[int, int] | None = None


class Kind(ABC):
    """One kind of question. It has no state: everything is in its arguments."""

    name: ClassVar[str]
    takes_picture: ClassVar[bool] = False  # cannot be asked without one

    # --- The trainer's draft ---------------------------------------------------------------------------------

    def faults(self, draft: Draft) -> list[str]:
        """Sentences that say what has to be mended before publishing; empty when nothing."""
        return empty_texts(draft) + repeated([exact(option.text) for option in draft.options])

    def frozen(self, options: list[Option]) -> list[Option]:
        """The options as the version keeps them."""
        return options

    # --- The paper -------------------------------------------------------------------------------------------

    def option_order(self, options: Sequence[Option], chance: Random, *, shuffle: bool) -> list[str]:
        """The keys that the paper shows, in the order shown."""
        keys = [option["key"] for option in options]
        if shuffle:
            chance.shuffle(keys)
        return keys

    def blank(
        self, question: PaperQuestion, options: Sequence[Option], order: Sequence[str]
    ) -> PaperQuestion:
        """The question with what the learner chooses from."""
        texts = {option["key"]: option["text"] for option in options}
        return replace(question, options=[PaperOption(key, texts[key]) for key in order])

    def with_response(self, question: PaperQuestion, response: list[str]) -> PaperQuestion:
        """The question as it is shown when ``response`` is the learner's choice."""
        options = [replace(option, chosen=option.key in response) for option in question.options]
        return replace(question, options=options, response=response)

    @abstractmethod
    def hint(self, question: PaperQuestion) -> str:
        """What to do, in a few words below the question."""

    def complaint(self, question: PaperQuestion) -> str:
        """What is missing where a response can be ``incomplete``; empty for a kind without such responses."""
        return ""

    @abstractmethod
    def controls(self, question: PaperQuestion) -> str:
        """The form controls as HTML; their names begin with ``q<order>``. They work without a script."""

    def posted(self, question: PaperQuestion, data: QueryDict) -> list[str] | None:
        """The response in a posted form; None for one that is begun but not whole. Raises ResponseRefused."""
        order = [option.key for option in question.options]
        return self.checked(order, data.getlist(f"q{question.order}"))

    def half_posted(self, question: PaperQuestion, data: QueryDict) -> PaperQuestion:
        """The question with what was begun, to be shown again, where ``posted`` gave None."""
        return replace(question, response=[], incomplete=True)

    # --- The answer --------------------------------------------------------------------------------------------

    @abstractmethod
    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        """The response in its one stored form. Raises ResponseRefused where it cannot come from the paper.

        ``order``: what ``option_order`` gave.
        """

    @abstractmethod
    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        """The share of the points that a stored response earns, from 0 to 1."""

    @abstractmethod
    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        """A response that earns all points."""

    # --- The review --------------------------------------------------------------------------------------------

    @abstractmethod
    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        """The lines below the question after grading. Without the key no line may tell right from wrong."""

    def right_answer(self, options: Sequence[Option]) -> list[str]:
        """The right answer in lines of its own, where ``reviewed`` does not show it already."""
        return []

    # --- Statistics ----------------------------------------------------------------------------------------------

    def told(self, options: Sequence[Option], response: Sequence[str]) -> list[str]:
        """A stored response in words, as statistics count it: each choice, or the whole where it is one thing."""
        texts = {option["key"]: option["text"] for option in options}
        return [texts[key] for key in response]

    def told_right(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> list[bool]:
        """For each of ``told``, whether it is right."""
        return [self.share(options, settings, response) == 1] * len(self.told(options, response))


def empty_texts(draft: Draft) -> list[str]:
    """Told once, at the first such row."""
    empty = [row for row, option in enumerate(draft.options) if not exact(option.text)]
    text = _("An option has no text. Write it or remove the option.")
    return [Fault(text, row=row, field="text") for row in empty[:1]]


def repeated(texts: Sequence[str]) -> list[str]:
    """Told at the last of the rows that say the same; ``texts`` has one for each row."""
    twice = sorted({text for text in texts if text and texts.count(text) > 1})
    last = {text: row for row, text in enumerate(texts)}
    return [
        Fault(_("The option “%(text)s” stands there twice.") % {"text": text}, row=last[text], field="text")
        for text in twice
    ]


def distinct_keys(order: Sequence[str], response: Sequence[str]) -> list[str]:
    """The response, none of it twice and all of it on the paper. Raises ResponseRefused."""
    given = list(response)
    if len(set(given)) != len(given) or not set(given) <= set(order):
        raise ResponseRefused
    return given


def worth(option: Option, usual: Fraction | None = None) -> Fraction:
    """What choosing the option adds: its own percentage, else ``usual``, else all or nothing by its mark."""
    if option.get("fraction") is not None:
        return rounded_third(Fraction(option["fraction"]) / 100)
    return Fraction(option["correct"]) if usual is None else usual


def rounded_third(share: Fraction) -> Fraction:
    """33.33333 per cent mean a third: three of them make the whole."""
    exact = share.limit_denominator(100)
    return exact if abs(exact - share) < Fraction(1, 1_000_000) else share


def worth_of_choice(choice: Choice) -> Fraction:
    """``worth`` of an option that is not frozen yet."""
    if choice.fraction is not None:
        return rounded_third(Fraction(choice.fraction) / 100)
    return Fraction(bool(choice.correct))


def clamped(share: Fraction) -> Fraction:
    """Between nothing and all: no answer takes points away from others."""
    return min(max(share, Fraction(0)), Fraction(1))
