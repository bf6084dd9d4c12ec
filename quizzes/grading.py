"""An attempt from its first minute to its grade. Every write here may be repeated without harm.

An attempt is graded by the question versions on its own paper, whatever was published since.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import ModuleVersion
from people.models import Official
from quizzes.models import Answer, Attempt, AttemptItem, QuestionKind, QuestionVersion
from quizzes.papers import draw_paper, newest_answers
from records.completing import finish_module
from records.models import Enrolment, ModuleProgress


class AttemptRefused(Exception):
    """An attempt may not be started; the message tells the learner why and what to do."""


class ResponseRefused(Exception):
    """The response does not fit the question on the paper. Only a broken or tampered page sends such a one."""


class OperationConflict(Exception):
    """The operation id is known already, with another response or for another question."""


def start_attempt(progress: ModuleProgress) -> Attempt:
    """The open attempt in a module or, where there is none, a new one with a freshly drawn paper.

    Raises AttemptRefused while cards are unread, once the module is done, when all attempts are used up or
    when there is no question to draw.
    """
    try:
        with transaction.atomic():
            # The enrolment is the lock, here as in records.completing: of two taps one draws the paper.
            enrolment = (
                Enrolment.objects.select_for_update(of=("self",))
                .select_related("official")
                .get(pk=progress.enrolment_id)
            )
            attempts = list(attempts_in(progress))
            return open_attempt(attempts) or _draw_attempt(progress, enrolment.official, attempts)
    except IntegrityError:  # should the lock ever fail: the database allows one open attempt
        attempt = open_attempt(attempts_in(progress))
        if attempt is None:
            raise
        return attempt


def attempts_in(progress: ModuleProgress) -> QuerySet[Attempt]:
    """All attempts of one enrolment in one module, the first one first."""
    mine = Attempt.objects.filter(enrolment=progress.enrolment_id, module=progress.module_id)
    return mine.order_by("number")


def open_attempt(attempts: Iterable[Attempt]) -> Attempt | None:
    return next((attempt for attempt in attempts if attempt.state == Attempt.State.IN_PROGRESS), None)


def quiz_version(progress: ModuleProgress) -> ModuleVersion:
    """The module's version to draw from: the one that was begun.

    Only where that one had no question to draw is it the newest, else the learner could never finish.
    """
    begun = progress.version
    if begun.quiz and begun.quiz["question_versions"]:
        return begun
    newest = progress.module.current_version
    return newest if newest and newest.quiz else begun


def why_not(progress: ModuleProgress, quiz: Mapping[str, Any] | None, attempts: Sequence[Attempt]) -> str:
    """Why no further attempt may be started after those in ``attempts``; empty when it may."""
    if progress.read_at is None:
        return _("Please read all cards of this lesson first. Then the quiz opens.")
    # A passed attempt tells it too where the progress was read before another device passed.
    if progress.done_at is not None or any(attempt.passed for attempt in attempts):
        return _("You have passed this lesson already. Your result stays; there is nothing left to do here.")
    if quiz is None or not quiz["question_versions"]:
        return _(
            "This quiz has no published question yet. Your reading is kept; please try again later or tell "
            "the person in charge of training."
        )
    if 0 < quiz["attempts_allowed"] <= len(attempts):
        return ngettext(
            "You have used the one attempt allowed. Please ask the person in charge of training what to do next.",
            "You have used all %(count)d attempts allowed. Please ask the person in charge of training what "
            "to do next.",
            quiz["attempts_allowed"],
        ) % {"count": quiz["attempts_allowed"]}
    return ""


def _draw_attempt(progress: ModuleProgress, official: Official, earlier: Sequence[Attempt]) -> Attempt:
    version = quiz_version(progress)
    quiz = version.quiz
    if reason := why_not(progress, quiz, earlier):
        raise AttemptRefused(reason)
    assert quiz is not None  # noqa: S101 - why_not() has refused it
    seed = secrets.randbelow(2**63)
    paper = draw_paper(quiz, seed)
    attempt = Attempt(
        enrolment_id=progress.enrolment_id,
        official=official,
        module_id=progress.module_id,
        version_id=version.pk,
        number=len(earlier) + 1,
        seed=seed,
        max_points=len(paper),
    )
    attempt.copy_posting(official.posting_on())
    attempt.save(force_insert=True)
    AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, order=order, question_version_id=question, option_order=keys)
        for order, (question, keys) in enumerate(paper, start=1)
    )
    return attempt


def save_answer(attempt: Attempt, item_order: int, response: Sequence[str], operation_id: UUID) -> Answer:
    """Keep one response as a further step. ``item_order`` counts from 1; ``response`` lists option keys.

    The same operation again gives the row it made. After grading the step is kept as ``late`` and changes
    nothing. Raises AttemptItem.DoesNotExist, ResponseRefused or OperationConflict.
    """
    return answer_item(AttemptItem.objects.filter(attempt=attempt), item_order, response, operation_id)


def answer_item(
    items: QuerySet[AttemptItem], item_order: int, response: Sequence[str], operation_id: UUID
) -> Answer:
    """``save_answer`` for a caller that has no attempt at hand: ``items`` says whose. One SELECT, one INSERT."""
    item_id, option_order, kind, state = items.values_list(
        "pk", "option_order", "question_version__kind", "attempt__state"
    ).get(order=item_order)
    response = checked_response(kind, option_order, response)
    in_time = [False] if state == Attempt.State.IN_PROGRESS else []
    for late in [*in_time, True]:
        answer = Answer(item_id=item_id, operation_id=operation_id, response=response, late=late)
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                answer.save(force_insert=True)
        except IntegrityError:
            earlier = Answer.objects.filter(operation_id=operation_id).first()
            if earlier is not None:
                return _repeated(earlier, item_id, response)
            if late:
                raise
            # Not known, so it was the database's own guard: graded since the SELECT. Keep it as late.
        else:
            return answer
    raise AssertionError("unreachable")


def _repeated(earlier: Answer, item_id: int, response: list[str]) -> Answer:
    if (earlier.item_id, earlier.response) != (item_id, response):
        raise OperationConflict
    return earlier


def checked_response(kind: str, option_order: Sequence[str], response: Sequence[str]) -> list[str]:
    """The response in its one stored form; an empty one takes an answer back.

    Several choices are kept in the paper's order, an ordering as given. Raises ResponseRefused for keys that are
    not on the paper or occur twice, for two choices where one is asked, for an ordering that is not whole.
    """
    given = list(response)
    if len(set(given)) != len(given) or not set(given) <= set(option_order):
        raise ResponseRefused
    if kind == QuestionKind.ORDERING:
        if given and len(given) != len(option_order):
            raise ResponseRefused
        return given
    if kind != QuestionKind.MULTIPLE and len(given) > 1:
        raise ResponseRefused
    return [key for key in option_order if key in given]


def save_answers(attempt: Attempt, responses: Mapping[int, Sequence[str]]) -> None:
    """Keep the responses of a whole form, by item order, without grading; those that say nothing new are skipped."""
    with transaction.atomic():
        locked = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        _keep(locked, responses)


def submit_attempt(attempt: Attempt, responses: Mapping[int, Sequence[str]] | None = None) -> Attempt:
    """Grade an attempt by its newest answers, ``responses`` (by item order) among them; unanswered earns nothing.

    One transaction under the attempt's lock: the second of two submissions gives the graded attempt as it is.
    What it brings that is new is then kept as late. A passed attempt finishes the module in the same transaction.
    Raises ResponseRefused and changes nothing when a response does not fit the paper.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update(of=("self",)).select_related("version").get(pk=attempt.pk)
        items, answers = _keep(attempt, responses or {})
        if attempt.state == Attempt.State.GRADED:
            return attempt
        right = [item.pk for item in items if _is_right(item.question_version, answers.get(item.pk, []))]
        _write_grade(attempt, right)
        if attempt.passed:
            progress = ModuleProgress.objects.get(enrolment=attempt.enrolment_id, module=attempt.module_id)
            finish_module(progress, score=attempt.score)
    return attempt


def _keep(
    attempt: Attempt, responses: Mapping[int, Sequence[str]]
) -> tuple[list[AttemptItem], dict[int, list[str]]]:
    """Add what is new in ``responses``; gives the items and, by item, the response that counts.

    The caller holds the attempt's lock.
    """
    items = list(attempt.items.select_related("question_version").order_by("order"))
    graded = attempt.state == Attempt.State.GRADED
    counting = {pk: answer.response for pk, answer in newest_answers(attempt).items()}
    known = {**counting, **_late_responses(attempt)} if graded else counting
    fresh = []
    for item in items:
        if item.order not in responses:
            continue
        response = checked_response(item.question_version.kind, item.option_order, responses[item.order])
        if response != known.get(item.pk, []):
            fresh.append(Answer(item=item, operation_id=uuid4(), response=response, late=graded))
    if fresh:
        Answer.objects.bulk_create(fresh)
    if not graded:
        counting |= {answer.item_id: answer.response for answer in fresh}
    return items, counting


def _late_responses(attempt: Attempt) -> dict[int, list[str]]:
    late = Answer.objects.filter(item__attempt=attempt, late=True).order_by("pk")
    return dict(late.values_list("item_id", "response"))


def _is_right(version: QuestionVersion, response: list[str]) -> bool:
    """All or nothing: exactly the right options, or exactly the right order."""
    if version.kind == QuestionKind.ORDERING:
        return response == [option["key"] for option in version.options]
    return set(response) == {option["key"] for option in version.options if option["correct"]}


def _write_grade(attempt: Attempt, right: list[int]) -> None:
    """One point for each right item; passed when the share of points reaches the percentage of the version's quiz."""
    items = AttemptItem.objects.filter(attempt=attempt)
    items.filter(pk__in=right).update(points=1)
    items.filter(~Q(pk__in=right)).update(points=0)
    attempt.points = Decimal(len(right))
    attempt.passed = is_passed(len(right), attempt.max_points, attempt.version.quiz or {})
    attempt.graded_at = timezone.now()
    attempt.state = Attempt.State.GRADED
    attempt.save(update_fields=["points", "passed", "graded_at", "state"])


def is_passed(points: int, max_points: int, quiz: Mapping[str, Any]) -> bool:
    """Whole numbers only: at 70 per cent, 7 of 10 is passed and no rounding has a say in it."""
    return max_points > 0 and points * 100 >= quiz["pass_percent"] * max_points


def points_to_pass(max_points: int, pass_percent: int) -> int:
    """The fewest right answers that pass."""
    return -(-pass_percent * max_points // 100)
