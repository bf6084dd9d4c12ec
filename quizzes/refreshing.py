"""Refreshers: after a course is passed, at most three short questions a day, chosen by FSRS, what was missed first.

FSRS (package ``fsrs``) estimates for each question when its answer is about to be forgotten. Its learning steps of
minutes are off: an official comes once a day. Nothing here certifies or takes anything away.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from fsrs import Card, Rating, Scheduler

from courses.models import Course
from people.models import Official
from quizzes.grading import share_of
from quizzes.kinds import PaperQuestion, ResponseRefused, kind_of
from quizzes.models import (
    Attempt,
    AttemptItem,
    QuestionVersion,
    RefresherItem,
    RefresherPlan,
    RefresherReview,
)
from quizzes.reviewing import ReviewQuestion, reviewed_question

A_DAY = 3
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


@dataclass(frozen=True)
class Refresher:
    """The next question: its item, the how-manieth answer it would be, and what is shown."""

    item: RefresherItem
    number: int
    version: QuestionVersion
    option_order: list[str]
    question: PaperQuestion
    left_today: int


def may_take_part(official: Official, course: Course) -> bool:
    """The course offers refreshers and the official has completed it."""
    return (
        course.refreshers and official.enrolments.filter(course=course, completed_at__isnull=False).exists()
    )


def start_plan(official: Official, course: Course) -> RefresherPlan | None:
    """Take part, or again; None where that is not offered. The questions met in the course's quizzes come in.

    What was answered there counts as the first answers, so what was missed is due first.
    """
    if not may_take_part(official, course):
        return None
    with transaction.atomic():
        plan, created = RefresherPlan.objects.get_or_create(official=official, course=course)
        plan = RefresherPlan.objects.select_for_update().get(pk=plan.pk)
        if not created and plan.stopped_at is not None:
            plan.stopped_at = None
            plan.save(update_fields=["stopped_at"])
        _add_questions(plan)
    return plan


def stop_plan(official: Official, course: Course) -> None:
    """No more questions of this course. Answers given stay; they count for the ward as a whole."""
    running = RefresherPlan.objects.filter(official=official, course=course, stopped_at__isnull=True)
    running.update(stopped_at=timezone.now())


def _add_questions(plan: RefresherPlan) -> None:
    known = set(plan.items.values_list("question", flat=True))
    met: dict[int, list[tuple[datetime.datetime, Decimal]]] = defaultdict(list)
    rows = AttemptItem.objects.filter(
        attempt__official=plan.official,
        attempt__enrolment__course=plan.course,
        attempt__state__in=Attempt.CLOSED,
    ).order_by("attempt__graded_at")
    columns = ("question_version__question", "attempt__graded_at", "points", "max_points")
    for question, at, points, max_points in rows.values_list(*columns):
        if question not in known:
            met[question].append((at, points / max_points))
    fresh = []
    for question, answers in met.items():
        card = Card(card_id=question)
        for at, share in answers:
            card, _log = SCHEDULER.review_card(card, rating_of(share), at)
        missed = answers[-1][1] < 1
        fresh.append(
            RefresherItem(
                plan=plan, question_id=question, memory=card.to_dict(), missed=missed, due_at=card.due
            )
        )
    RefresherItem.objects.bulk_create(fresh)


def rating_of(share: Decimal) -> Rating:
    """All points: good; at least half: hard; less: again."""
    if share == 1:
        return Rating.Good
    return Rating.Hard if share >= Decimal("0.5") else Rating.Again


def left_today(official: Official) -> int:
    today = timezone.make_aware(datetime.datetime.combine(timezone.localdate(), datetime.time()))
    return max(A_DAY - official.refresher_reviews.filter(answered_at__gte=today).count(), 0)


def is_due(official: Official) -> bool:
    """Whether a question waits today, whatever was answered today already. One query."""
    return _due(official).exists()


def next_refresher(official: Official) -> Refresher | None:
    """The most urgent question of today, or None: nothing due, or three answered already."""
    left = left_today(official)
    item = _due(official).select_related("question__current_version").first() if left else None
    if item is None:
        return None
    version = item.question.current_version
    assert version is not None  # noqa: S101 - _due() leaves out those without one
    number = item.reviews.count() + 1
    order = order_for(item, number, version)
    return Refresher(item, number, version, order, shown(version, order), left)


def _due(official: Official) -> QuerySet[RefresherItem]:
    waiting = RefresherItem.objects.filter(
        plan__official=official,
        plan__stopped_at__isnull=True,
        due_at__lte=timezone.now(),
        question__live=True,
        question__retired=False,
        question__current_version__isnull=False,
    )
    return waiting.order_by("-missed", "due_at", "pk")


def order_for(item: RefresherItem, number: int, version: QuestionVersion) -> list[str]:
    """The same each time the page is opened, another at the next answer."""
    chance = Random(f"{item.pk}:{number}:{version.pk}")  # noqa: S311 - a shuffle, not a secret
    return kind_of(version.kind).option_order(version.options, chance, shuffle=True)


def shown(version: QuestionVersion, order: Sequence[str]) -> PaperQuestion:
    question = PaperQuestion(
        order=1,
        kind=version.kind,
        stem=version.stem,
        options=[],
        picture=version.picture,
        scenario=version.scenario,
        points=version.points,
    )
    return kind_of(version.kind).blank(question, version.options, order)


def answer_refresher(
    item: RefresherItem, number: int, version: QuestionVersion, response: Sequence[str]
) -> RefresherReview:
    """Keep an answer, grade it by the version it was asked in, and let FSRS say when the question comes again.

    Twice is once: the same number of the same item gives the answer kept first. Raises ResponseRefused, also
    where today's questions are answered already or this one is not due.
    """
    kind = kind_of(version.kind)
    with transaction.atomic():
        official = Official.objects.select_for_update().get(pk=item.plan.official_id)  # two tabs
        item = RefresherItem.objects.get(pk=item.pk)
        earlier: RefresherReview | None = item.reviews.filter(number=number).first()
        if earlier is not None:
            return earlier
        waits = left_today(official) and _due(official).filter(pk=item.pk).exists()
        if number != item.reviews.count() + 1 or not waits:
            raise ResponseRefused
        order = order_for(item, number, version)
        stored = kind.checked(order, response)
        share = share_of(version.graded_by, stored)
        posting = official.posting_on()
        now = timezone.now()
        review = RefresherReview.objects.create(
            official=official,
            item=item,
            number=number,
            question_version=version,
            option_order=order,
            response=stored,
            share=(Decimal(share.numerator) / Decimal(share.denominator)).quantize(Decimal("0.00001")),
            ward=posting.ward if posting else None,
            answered_at=now,
        )
        card, _log = SCHEDULER.review_card(Card.from_dict(item.memory), rating_of(review.share), now)
        item.memory, item.due_at, item.missed = card.to_dict(), card.due, review.share < 1
        item.save(update_fields=["memory", "due_at", "missed"])
    return review


def reviewed(review: RefresherReview) -> ReviewQuestion:
    """With the right answer: who takes part has passed, and nothing here certifies."""
    version = review.question_version
    return reviewed_question(
        version,
        order=1,
        option_order=review.option_order,
        response=review.response,
        points=review.share * version.points,
        max_points=version.points,
        with_key=True,
    )
