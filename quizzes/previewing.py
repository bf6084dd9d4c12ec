"""Questions as learners will see them, for those who write them: a draft, and papers of a quiz."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from quizzes.kinds import PaperQuestion, kind_of
from quizzes.models import Question, QuestionVersion
from quizzes.papers import draw_paper
from quizzes.publishing import content_of
from quizzes.reviewing import ReviewQuestion, reviewed_question

SEED = 1  # a draft is shuffled the same way each time, so that a change shows and not chance


def draft_on_paper(question: Question) -> PaperQuestion:
    """A draft, finished or not, as the only question of a paper."""
    return on_paper(1, _version(question))


def draft_reviewed(question: Question) -> ReviewQuestion:
    """The same after it was answered rightly, with the key."""
    version = _version(question)
    kind = kind_of(version.kind)
    response = kind.right_response(version.options, version.settings)
    return reviewed_question(
        version,
        order=1,
        option_order=_option_order(version),
        response=response,
        points=version.points,
        max_points=version.points,
        with_key=True,
    )


def _version(question: Question) -> QuestionVersion:
    """What publishing would freeze, stored nowhere."""
    return QuestionVersion(question=question, number=0, **content_of(question))


def _option_order(version: QuestionVersion) -> list[str]:
    if not version.options:
        return []
    chance = Random(SEED)  # noqa: S311 - a shuffle that can be repeated, not a secret
    return kind_of(version.kind).option_order(version.options, chance, shuffle=True)


def on_paper(
    order: int, version: QuestionVersion, option_order: list[str] | None = None, points: Decimal | None = None
) -> PaperQuestion:
    question = PaperQuestion(
        order=order,
        kind=version.kind,
        stem=version.stem,
        options=[],
        picture=version.picture,
        scenario=version.scenario,
        points=version.points if points is None else points,
    )
    shown = _option_order(version) if option_order is None else option_order
    return kind_of(version.kind).blank(question, version.options, shown)


@dataclass(frozen=True)
class TrialPaper:
    """A paper that nobody sits."""

    seed: int
    questions: list[PaperQuestion]

    @property
    def points(self) -> Decimal:
        return sum((question.points for question in self.questions), Decimal(0))


def trial_papers(rules: Mapping[str, Any], seeds: list[int]) -> list[TrialPaper]:
    """The papers that first attempts with these seeds would get. One query for each, and one for all."""
    drawn = {seed: draw_paper(rules, seed) for seed in seeds}
    versions = QuestionVersion.objects.in_bulk({line.version for lines in drawn.values() for line in lines})
    return [
        TrialPaper(
            seed,
            [
                on_paper(order, versions[line.version], line.option_order, line.points)
                for order, line in enumerate(lines, start=1)
            ],
        )
        for seed, lines in drawn.items()
    ]
