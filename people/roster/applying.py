"""A roster's changes, written: all in one transaction or none."""

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from people.models import Official, Posting, RosterImport, User
from people.roster.columns import PERSON
from people.roster.dry_run import RosterPlan
from people.roster.planning import plan
from people.roster.reading import Roster

BATCH = 500  # rows in one statement: a long CASE costs the database the square of its length


class RosterRefused(Exception):
    """Nothing was written. ``plan`` is the dry run of this moment, None when another import came in between."""

    def __init__(self, plan: RosterPlan | None = None) -> None:
        super().__init__()
        self.plan = plan


class RosterHasErrors(RosterRefused):
    """Rows of the file are wrong."""


class RosterChanged(RosterRefused):
    """What would be written is no longer what was shown."""


def apply(shown: RosterPlan) -> RosterPlan:
    """Write what was shown, or nothing.

    The plan is made again with the officials' rows held, so that a change since the preview is seen. Writes people
    and postings only: no account is touched, nobody is mailed, nobody is enrolled. Doing it twice changes nothing.
    Raises RosterHasErrors and RosterChanged.
    """
    return _apply(shown.roster, user=shown.user, digest=shown.digest)


def apply_import(pk: int, *, user: User, digest: str) -> RosterImport:
    """Apply an uploaded roster as it was shown (``RosterPlan.digest``).

    One that was applied before, or whose rows are deleted by now, stays as it is.

    Raises RosterHasErrors and RosterChanged, and RosterImport.DoesNotExist.
    """
    with transaction.atomic():
        stored = RosterImport.objects.select_for_update(of=("self",)).get(pk=pk)
        if stored.state == RosterImport.State.APPLIED or not stored.rows:
            return stored
        applied = _apply(Roster.from_json(stored.rows), user=user, digest=digest)
        stored.state, stored.counts = RosterImport.State.APPLIED, applied.counts
        stored.applied_at = timezone.now()
        stored.save(update_fields=["state", "counts", "applied_at"])
    return stored


def _apply(roster: Roster, *, user: User | None, digest: str) -> RosterPlan:
    try:
        with transaction.atomic():
            fresh = plan(roster, user=user, lock=True)
            if fresh.errors:
                raise RosterHasErrors(fresh)
            if fresh.digest != digest:
                raise RosterChanged(fresh)
            _write(fresh)
    except IntegrityError as error:  # another import made the same official between our look and our write
        raise RosterChanged from error
    return fresh


def _write(fresh: RosterPlan) -> None:
    """Ends of old postings before new ones begin: the database never sees two share a day."""
    for official in [*fresh.new_officials, *fresh.changed_officials]:
        official.derive()
    Official.objects.bulk_create(fresh.new_officials, batch_size=BATCH)
    _update(Official, fresh.changed_officials, [*PERSON, "search_text", "sort_key"])
    _update(Posting, fresh.changed_postings, ["ward", "department", "position", "ends_on", "decision"])
    for posting in fresh.new_postings:
        posting.official_id = posting.official.pk  # known only since the officials above were written
    Posting.objects.bulk_create(fresh.new_postings, batch_size=BATCH)


def _update[M: Model](model: type[M], rows: list[M], fields: list[str]) -> None:
    if rows:
        model._default_manager.bulk_update(rows, fields, batch_size=BATCH)
