"""What a learner sees of a graded attempt: as much as the review rule of its version allows, and nothing more."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils import timezone

from courses.rendering import BasisView
from quizzes.keys import WITH_KEYS
from quizzes.kinds import ReviewOption, kind_of
from quizzes.models import Attempt, AttemptItem, GradeStep, QuestionVersion, Shown
from quizzes.papers import newest_answers


@dataclass(frozen=True)
class ReviewQuestion:
    """One question after grading. What the rule hides is not in here, so no template can show it."""

    order: int
    kind: str
    stem: str
    right: bool
    partly: bool
    points: Decimal
    max_points: Decimal
    answered: bool
    options: list[ReviewOption]
    basis: BasisView | None
    picture: Mapping[str, Any] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)
    right_answer: list[str] = field(default_factory=list)
    explanation: str = ""
    counts_for: str = ""  # not empty: a correction gave its points to all who answered, or to everybody


def shown_of(attempt: Attempt, *, on: datetime.date | None = None) -> Shown:
    """What the owner of a graded attempt may see today, or on another day.

    Two phases: right after grading, and after the due date of the enrolment (which never comes without one).
    """
    quiz = attempt.version.quiz or {}
    due_on = attempt.enrolment.due_on
    over = due_on is not None and (on or timezone.localdate()) > due_on
    shown = Shown(quiz["review_later"] if over else quiz["review"])
    if shown == Shown.FULL_WHEN_PASSED:
        return Shown.FULL if attempt.passed else Shown.MARKS
    return shown


def review_of(attempt: Attempt, shown: Shown) -> list[ReviewQuestion]:
    """The questions of a graded attempt as far as ``shown`` allows; empty where only the score is shown.

    Without the right answers it says which were wrong and where to read it up. Three queries, or none.
    """
    if shown in (Shown.NOTHING, Shown.SCORE) or not attempt.is_closed:
        return []
    answers = newest_answers(attempt)
    items = attempt.items.select_related("question_version").prefetch_related(WITH_KEYS).order_by("order")
    return [
        _reviewed(item, answers[item.pk].response if item.pk in answers else [], with_key=shown == Shown.FULL)
        for item in items
    ]


def _reviewed(item: AttemptItem, response: list[str], *, with_key: bool) -> ReviewQuestion:
    return reviewed_question(
        item.question_version,
        order=item.order,
        option_order=item.option_order,
        response=response,
        points=item.points or Decimal(0),
        max_points=item.max_points,
        with_key=with_key,
    )


def reviewed_question(
    version: QuestionVersion,
    *,
    order: int,
    option_order: list[str],
    response: list[str],
    points: Decimal,
    max_points: Decimal,
    with_key: bool,
) -> ReviewQuestion:
    """A graded answer to a version, from a paper or a refresher: its text as it was asked, its key of today."""
    kind, key = kind_of(version.kind), version.graded_by
    counts_for = key.settings.get("counts_for", "")
    with_key = with_key and not counts_for  # no answer is right or wrong then
    return ReviewQuestion(
        order=order,
        kind=version.kind,
        stem=version.stem,
        right=points == max_points,
        partly=0 < points < max_points,
        points=points,
        max_points=max_points,
        answered=bool(response),
        options=kind.reviewed(key.options, key.settings, option_order, response, with_key=with_key),
        basis=BasisView.frozen(version.basis) if version.basis else None,
        picture=version.picture,
        scenario=version.scenario,
        right_answer=kind.right_answer(key.options) if with_key else [],
        explanation=key.explanation if with_key else "",
        counts_for=counts_for,
    )


class LaterGrade(NamedTuple):
    """A further grade of an attempt. ``question``: the number on the paper whose key was corrected, or None."""

    step: GradeStep
    before: Decimal
    question: int | None
    reason: str


def later_grades(attempt: Attempt) -> list[LaterGrade]:
    """Why an attempt was graded again, the first time first. One query, none where it never was."""
    if attempt.grade_number < 2:
        return []
    corrected = ("regrade", "regrade_decision__regrade")
    related = [f"{row}__{name}" for row in corrected for name in ("item", "correction")]
    found = []
    steps = list(attempt.grade_steps.select_related(*related).order_by("number"))
    for before, step in pairwise(steps):
        decision = getattr(step, "regrade_decision", None)
        row = decision.regrade if decision else getattr(step, "regrade", None)
        question = row.item.order if row else None
        found.append(LaterGrade(step, before.points, question, row.correction.reason if row else ""))
    return found
