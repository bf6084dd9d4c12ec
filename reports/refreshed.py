"""How much of what was learnt is still known: refresher answers of a place as a whole, never of a person."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from people.models import Ward
from quizzes.models import RefresherReview

DAYS = 90
ANSWERS, PEOPLE = 20, 5  # with fewer, a share would point at somebody


class StillKnown(NamedTuple):
    """``share``: of the answers of the last DAYS days that were right, 0 to 1."""

    share: float
    answers: int
    people: int


def still_known(wards: QuerySet[Ward]) -> StillKnown | None:
    """None while there are too few answers or people. By the ward of the day of each answer. One query."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    found = RefresherReview.objects.filter(
        ward__in=wards.order_by().values("pk"), answered_at__gte=since
    ).aggregate(
        answers=Count("pk"), right=Count("pk", filter=Q(share=1)), people=Count("official", distinct=True)
    )
    if found["answers"] < ANSWERS or found["people"] < PEOPLE:
        return None
    return StillKnown(found["right"] / found["answers"], found["answers"], found["people"])
