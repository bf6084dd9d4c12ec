"""From what a reader found to a Reading: labels applied, situations joined, one refusal for one question."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from lms.lib.pictures import PictureRefused
from quizzes.exchange.labels import Labels
from quizzes.exchange.question import (
    MAX_QUESTIONS,
    ExchangeQuestion,
    FileRefused,
    QuestionRefused,
    Reading,
    Situation,
    refuse_too_many,
)
from quizzes.exchange.weights import written

LEAST_POINTS, MOST_POINTS = Decimal("0.25"), Decimal(10)


class Assembly:
    def __init__(self, format: str) -> None:
        self.result = Reading(format)
        self.found: list[tuple[ExchangeQuestion, str]] = []  # with the key of its situation
        self.situations: dict[str, Situation] = {}
        self.used: set[str] = set()
        self.places: dict[str, int] = {}
        self.count = 0

    @contextmanager
    def refusing(self, line: int, subject: str) -> Iterator[None]:
        """A question that cannot be taken becomes a refusal; those after it are read."""
        self.count += 1
        if self.count > MAX_QUESTIONS:
            raise FileRefused(
                _("The file holds more than %(limit)d questions. Split it and upload the parts.")
                % {"limit": MAX_QUESTIONS}
            )
        try:
            yield
        except (QuestionRefused, PictureRefused) as refused:
            self.result.refuse(line, subject, str(refused))

    def describe(self, situation: Situation, line: int) -> None:
        if situation.key in self.situations:
            raise QuestionRefused(
                _("The situation “%(key)s” stands in the file twice.") % {"key": situation.key[:60]}
            )
        self.situations[situation.key] = situation
        self.places[situation.key] = line

    def add(self, question: ExchangeQuestion, labels: Labels, warnings: list[str]) -> None:
        refuse_too_many(len(question.choices))
        question = labels.applied(question)
        points = min(max(question.points, LEAST_POINTS), MOST_POINTS).quantize(Decimal("0.01"))
        if points != question.points:
            warnings = [
                *warnings,
                _("The file gives %(points)s points; a question here has 0.25 to 10, so it gets %(set)s.")
                % {"points": str(question.points)[:20], "set": written(points)},
            ]
        if question.kind == "multiple" and not question.partial:
            options = tuple(option._replace(fraction=None) for option in question.choices)
            question = replace(question, choices=options)
        question = replace(question, points=points, warnings=tuple(dict.fromkeys(warnings)))
        self.found.append((question.cleaned(), labels.scenario))

    def reading(self) -> Reading:
        """Raises FileRefused where nothing in the file is a question."""
        for question, key in self.found:
            if not key:
                self.result.questions.append(question)
            elif key in self.situations:
                self.used.add(key)
                scenario = self.situations[key]
                self.result.questions.append(replace(question, scenario=scenario).cleaned())
            else:
                self.result.refuse(
                    question.line,
                    question.stem,
                    _("The situation “%(key)s”, to which it belongs, is not in the file.")
                    % {"key": key[:60]},
                )
        for key in self.situations.keys() - self.used:
            self.result.refuse(
                self.places[key],
                self.situations[key].title,
                _("No question of the file belongs to this situation."),
            )
        self.result.refusals.sort(key=lambda refusal: refusal.line)
        if not self.result.questions and not self.result.refusals:
            raise FileRefused(_("The file holds no question."))
        return self.result
