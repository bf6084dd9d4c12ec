"""Answers as they come, each a further step. Every write here may be repeated without harm."""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from quizzes.keys import WITH_KEYS
from quizzes.kinds import kind_of
from quizzes.models import Answer, Attempt, AttemptItem
from quizzes.papers import newest_answers


class OperationConflict(Exception):
    """The operation id is known already, with another response or for another question."""


def save_answer(attempt: Attempt, item_order: int, response: Sequence[str], operation_id: UUID) -> Answer:
    """Keep one response as a further step. ``item_order`` counts from 1; ``response`` lists option keys.

    The same operation again gives the row it made. After the submission or the time the step is kept as
    ``late`` and changes nothing. Raises AttemptItem.DoesNotExist, ResponseRefused or OperationConflict.
    """
    return answer_item(AttemptItem.objects.filter(attempt=attempt), item_order, response, operation_id)


def answer_item(
    items: QuerySet[AttemptItem], item_order: int, response: Sequence[str], operation_id: UUID
) -> Answer:
    """``save_answer`` for a caller that has no attempt at hand: ``items`` says whose. One SELECT, one INSERT."""
    received = timezone.now()
    item_id, option_order, kind, state, closes_at = items.values_list(
        *("pk", "option_order", "question_version__kind", "attempt__state", "attempt__closes_at")
    ).get(order=item_order)
    response = kind_of(kind).checked(option_order, response)
    counts = Attempt(state=state, closes_at=closes_at).takes_answers(received)
    for late in [False, True] if counts else [True]:
        answer = Answer(
            item_id=item_id, operation_id=operation_id, response=response, late=late, received_at=received
        )
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                answer.save(force_insert=True)
        except IntegrityError:
            earlier = Answer.objects.filter(operation_id=operation_id).first()
            if earlier is not None:
                return _repeated(earlier, item_id, response)
            if late:
                raise
            # Not known, so it was the database's own guard: submitted since the SELECT. Keep it as late.
        else:
            return answer
    raise AssertionError("unreachable")


def _repeated(earlier: Answer, item_id: int, response: list[str]) -> Answer:
    if (earlier.item_id, earlier.response) != (item_id, response):
        raise OperationConflict
    return earlier


def save_answers(attempt: Attempt, responses: Mapping[int, Sequence[str]]) -> bool:
    """Keep the responses of a whole form, by item order, without grading; those that say nothing new are skipped.

    False where they came too late to count; they are kept all the same.
    """
    received = timezone.now()
    with transaction.atomic():
        locked = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        keep_answers(locked, responses, received)
    return locked.takes_answers(received)


def keep_answers(
    attempt: Attempt, responses: Mapping[int, Sequence[str]], received: datetime.datetime
) -> tuple[list[AttemptItem], dict[int, list[str]]]:
    """Add what is new in ``responses``; gives the items and, by item, the response that counts.

    ``received``: when the server got them. The caller holds the attempt's lock.
    """
    items = list(
        attempt.items.select_related("question_version").prefetch_related(WITH_KEYS).order_by("order")
    )
    late = not attempt.takes_answers(received)
    counting = {pk: answer.response for pk, answer in newest_answers(attempt).items()}
    known = {**counting, **_late_responses(attempt)} if late and responses else counting
    fresh = []
    for item in items:
        if item.order not in responses:
            continue
        response = kind_of(item.question_version.kind).checked(item.option_order, responses[item.order])
        if response != known.get(item.pk, []):
            fresh.append(
                Answer(item=item, operation_id=uuid4(), response=response, late=late, received_at=received)
            )
    if fresh:
        Answer.objects.bulk_create(fresh)
    if not late:
        counting |= {answer.item_id: answer.response for answer in fresh}
    return items, counting


def _late_responses(attempt: Attempt) -> dict[int, list[str]]:
    late = Answer.objects.filter(item__attempt=attempt, late=True).order_by("pk")
    return dict(late.values_list("item_id", "response"))
