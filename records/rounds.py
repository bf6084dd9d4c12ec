"""What all rounds of renewal have in common: seen before it is confirmed, decided once, worked through in batches.

Everybody is asked in a transaction of their own, so all of this may be repeated.
"""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import Official, Posting, User, Ward
from people.scope import wards_in_scope
from records.models import Round

BATCH = 200  # officials between two looks at the clock
SECONDS = 60.0  # one task's share; then it wakes the next
LEASE = datetime.timedelta(minutes=5)
FEW = 5  # fewer people of one unit are shown only to those who may see them
NAMED = 200  # names on one page


class RoundRefused(Exception):
    """The round can no longer be decided; the message says why."""


@dataclass(frozen=True)
class Preview:
    """Whom a round would enrol today; all counts are officials.

    ``units``: (ward, count) in Vietnamese order; ``others``: in units too small to be shown to the account.
    ``names``: those whom the account may see, at most NAMED of ``named``.
    """

    touched: int
    units: list[tuple[Ward, int]]
    others: int
    names: list[Official]
    named: int


def preview(asked: QuerySet[Official], user: User) -> Preview:
    """``asked`` as ``user`` may see them (rule 8). Writes nothing."""
    postings = Posting.objects.on().filter(official__in=asked.order_by().values("pk"))
    counts = dict(postings.order_by().values_list("ward").annotate(Count("pk")))
    scope = wards_in_scope(user)
    own = set(scope.filter(pk__in=counts).values_list("pk", flat=True))
    listed = [
        (ward, counts[ward.pk])
        for ward in Ward.objects.filter(pk__in=counts).select_related("province")
        if ward.pk in own or counts[ward.pk] >= FEW
    ]
    mine = asked.filter(pk__in=postings.filter(ward__in=own).values("official"))
    return Preview(
        touched=sum(counts.values()),
        units=listed,
        others=sum(counts.values()) - sum(count for _ward, count in listed),
        names=list(mine.order_by("sort_key", "staff_number")[:NAMED]),
        named=mine.count(),
    )


def decide[R: Round](round: R, state: Round.State, *, by: User, **fields: object) -> R:
    """The round as decided, with further ``fields`` of it; inside the caller's transaction.

    Deciding the same twice is deciding once. Raises RoundRefused where it was decided otherwise.
    """
    locked: R = type(round)._default_manager.select_for_update(of=("self",)).get(pk=round.pk)
    if locked.state == state:
        return locked
    if locked.state != Round.State.PROPOSED:
        raise RoundRefused(_("Somebody else has decided this in the meantime. Nothing was changed."))
    decided = {"state": state, "decided_by": by, "decided_at": timezone.now(), **fields}
    for name, value in decided.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(decided))
    return locked


def work_through(
    round: Round,
    touched: Callable[[], QuerySet[Official]],
    ask: Callable[[int], object],
    *,
    seconds: float = SECONDS,
) -> bool:
    """``ask`` everybody whom a round in hand touches (``take``); True when nobody is left, else it is put down."""
    rows = type(round)._default_manager.filter(pk=round.pk)
    until = time.monotonic() + seconds
    reached = 0
    while batch := list(touched().filter(pk__gt=reached).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for official_id in batch:
            ask(official_id)
        reached = batch[-1]
        if time.monotonic() > until:
            rows.update(leased_until=None)
            return False
        rows.update(leased_until=timezone.now() + LEASE)
    rows.update(leased_until=None, finished_at=round.finished_at or timezone.now())
    return True


def unfinished(model: type[Round], *, everything: bool = False) -> list[int]:
    """Confirmed rounds that no worker has in hand: those not gone through yet or, with ``everything``, all."""
    rounds = _free(model)
    if not everything:
        rounds = rounds.filter(finished_at__isnull=True)
    return list(rounds.order_by("decided_at", "pk").values_list("pk", flat=True))


def take(model: type[Round], pk: int) -> bool:
    """Of two workers one gets it. The other loses nothing: asking somebody may be repeated."""
    return _free(model).filter(pk=pk).update(leased_until=timezone.now() + LEASE) == 1


def _free(model: type[Round]) -> QuerySet[Round]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    return model._default_manager.filter(free, state=Round.State.CONFIRMED)
