"""Answers as they come, each a further step. Every write here may be repeated without harm."""

import datetime
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from quizzes.kinds import kind_of
from quizzes.models import Answer, Attempt, AttemptItem
from quizzes.papers import given_of, items_of

# Written out: the busiest request of all, and Django takes longer to compose these than PostgreSQL to do them.
ITEM = """
SELECT i.id, i.option_order, v.kind, a.state <> 'in-progress' OR a.closes_at < %s AS is_late
FROM quizzes_attemptitem i
JOIN quizzes_attempt a ON a.id = i.attempt_id
JOIN quizzes_questionversion v ON v.id = i.question_version_id
WHERE a.key = %s AND a.official_id = %s AND i."order" = %s
"""
STEP = """
INSERT INTO quizzes_answer (item_id, operation_id, response, late, received_at)
VALUES (%s, %s, %s, %s, %s) RETURNING id
"""


class OperationConflict(Exception):
    """The operation id is known already, with another response or for another question."""


def save_answer(attempt: Attempt, item_order: int, response: Sequence[str], operation_id: UUID) -> Answer:
    """Keep one response as a further step. ``item_order`` counts from 1; ``response`` lists option keys.

    The same operation again gives the row it made. After the submission or the time the step is kept as
    ``late`` and changes nothing. Raises AttemptItem.DoesNotExist, ResponseRefused or OperationConflict.
    """
    return answer_item(attempt.key, attempt.official_id, item_order, response, operation_id)


def answer_item(
    key: UUID, official_id: int, item_order: int, response: Sequence[str], operation_id: UUID
) -> Answer:
    """``save_answer`` for a caller that has the attempt's key and its learner. One SELECT, one INSERT."""
    received = timezone.now()
    stamp = connection.ops.adapt_datetimefield_value(received)
    found = AttemptItem.objects.raw(ITEM, [stamp, key.hex, official_id, item_order])
    item = next(iter(found), None)
    if item is None:
        raise AttemptItem.DoesNotExist
    kept = Answer(
        item_id=item.pk,
        operation_id=operation_id,
        response=kind_of(item.kind).checked(item.option_order, response),  # type: ignore[attr-defined]
        received_at=received,
    )
    for late in [True] if item.is_late else [False, True]:  # type: ignore[attr-defined]
        kept.late = late
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                return _insert(kept)
        except IntegrityError:
            earlier = Answer.objects.filter(operation_id=operation_id).first()
            if earlier is not None:
                return _repeated(earlier, kept)
            if late:
                raise
            # Not known, so it was the database's own guard: submitted since the SELECT. Keep it as late.
    raise AssertionError("unreachable")


def _insert(answer: Answer) -> Answer:
    values: list[Any] = [
        answer.item_id,
        answer.operation_id.hex,
        json.dumps(answer.response),
        answer.late,
        connection.ops.adapt_datetimefield_value(answer.received_at),
    ]
    with connection.cursor() as cursor:
        cursor.execute(STEP, values)
        (answer.pk,) = cursor.fetchone()
    return answer


def _repeated(earlier: Answer, now: Answer) -> Answer:
    if (earlier.item_id, earlier.response) != (now.item_id, now.response):
        raise OperationConflict
    return earlier


def save_answers(attempt: Attempt, responses: Mapping[int, Sequence[str]]) -> bool:
    """Keep the responses of a whole form, by item order, without grading; those that say nothing new are skipped.

    False where they came too late to count; they are kept all the same.
    """
    received = timezone.now()
    with transaction.atomic():
        locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
        locked.version = attempt.version
        keep_answers(locked, responses, received)
    return locked.takes_answers(received)


def keep_answers(
    attempt: Attempt, responses: Mapping[int, Sequence[str]], received: datetime.datetime
) -> tuple[list[AttemptItem], dict[int, list[str]]]:
    """Add what is new in ``responses``; gives the items and, by item, the response that counts.

    ``received``: when the server got them. The caller holds the attempt's lock.
    """
    items = items_of(attempt)
    late = not attempt.takes_answers(received)
    counting = {item.pk: given.response for item in items if (given := given_of(item))}
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
