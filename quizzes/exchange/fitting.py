"""What of a question a format can carry. Told before a file is written, and equal when it is read again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from lms.lib.numerals import number
from quizzes.exchange.numbers import spelled
from quizzes.exchange.question import ExchangeQuestion
from quizzes.exchange.weights import several, weight_of, weighted, weights_of_several
from quizzes.kinds import Choice
from quizzes.kinds.choosing import TRUE


@dataclass
class Fit:
    """``question``: as it will be read again; None where it cannot be written at all. ``losses``: sentences."""

    question: ExchangeQuestion | None
    losses: list[str] = field(default_factory=list)

    def lose(self, sentence: str) -> None:
        if sentence not in self.losses:
            self.losses.append(sentence)

    def leave_out(self, sentence: str) -> "Fit":
        self.question = None
        self.losses = [sentence]
        return self

    def change(self, **fields: object) -> None:
        if self.question is not None:
            self.question = replace(self.question, **fields)  # type: ignore[arg-type]

    def change_options(self, change: Callable[[Choice], Choice]) -> None:
        if self.question is not None:
            self.change(choices=tuple(change(option) for option in self.question.choices))


def plain_fit(question: ExchangeQuestion) -> Fit:
    """Without what has no meaning for its kind and with numbers, shares and folders in one spelling."""
    question = replace(question, line=0, warnings=()).cleaned()
    folder = tuple(name.strip("/ ") or "–" for name in question.folder)
    return Fit(replace(question, choices=_meaningful(question), folder=folder))


def _meaningful(question: ExchangeQuestion) -> tuple[Choice, ...]:
    options = question.choices
    match question.kind:
        case "single":
            bare = [Choice(option.text, feedback=option.feedback) for option in options]
            return tuple(map(weighted, bare, map(weight_of, options)))
        case "multiple":
            bare = [Choice(option.text, feedback=option.feedback) for option in options]
            weights = weights_of_several(options, partial=question.partial)
            return several(bare, weights, partial=question.partial)
        case "true-false":
            bare = [Choice(option.text, option.correct, option.feedback) for option in options]
            return tuple(sorted(bare, key=lambda option: option.text != TRUE))
        case "ordering":
            return tuple(Choice(option.text, feedback=option.feedback) for option in options)
        case "matching":
            return tuple(
                Choice(option.text, feedback=option.feedback, match=option.match) for option in options
            )
        case "short":
            bare = [Choice(option.text, feedback=option.feedback) for option in options]
            return tuple(map(weighted, bare, map(weight_of, options)))
        case "numeric":
            texts = spelled(number_of(option) for option in options)
            bare = [
                Choice(text, feedback=option.feedback, tolerance=option.tolerance or None)
                for text, option in zip(texts, options, strict=True)
            ]
            return tuple(map(weighted, bare, map(weight_of, options)))
        case _:
            bare = [Choice(option.text, feedback=option.feedback, area=option.area) for option in options]
            return tuple(map(weighted, bare, map(weight_of, options)))


def number_of(option: Choice) -> Decimal | None:
    """The number of an accepted answer; None for “*”, which is any."""
    if option.text == "*":
        return None
    value = number(option.text)
    return Decimal(value.numerator) / Decimal(value.denominator)


def without_feedback(fit: Fit, kinds: tuple[str, ...]) -> None:
    """For kinds whose options have no feedback in the format."""
    question = fit.question
    if question and question.kind in kinds and any(option.feedback for option in question.choices):
        fit.lose(_("the feedback of its options"))
        fit.change_options(lambda option: option._replace(feedback=""))


def without_pictures(fit: Fit) -> None:
    question = fit.question
    if question is None:
        return
    if question.picture:
        fit.lose(_("its picture"))
        fit.change(picture=None)
    if question.scenario and question.scenario.picture:
        fit.lose(_("the picture of its situation"))
        fit.change(scenario=replace(question.scenario, picture=None))
