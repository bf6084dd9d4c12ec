"""An upload between its preview and its application, and the record of it afterwards."""

import datetime
import hashlib
from typing import IO

from django.conf import settings
from django.db.models.functions import Coalesce
from django.utils import timezone

from lms.lib.text import exact
from people.models import RosterImport, User
from people.roster.reading import Roster

State = RosterImport.State


def keep(
    roster: Roster,
    file: IO[bytes],
    *,
    name: str,
    user: User | None,
    state: RosterImport.State = State.PREVIEWED,
    counts: dict[str, int] | None = None,
) -> RosterImport:
    """Store a roster as read; the file itself is not kept, only its digest."""
    file.seek(0)
    return RosterImport.objects.create(
        uploaded_by=user,
        file_name=exact(name)[-200:],
        sha256=hashlib.file_digest(file, "sha256").hexdigest(),  # type: ignore[arg-type]
        rows=roster.to_json(),
        state=state,
        counts=counts or {},
        applied_at=timezone.now() if state == State.APPLIED else None,
    )


def forget_old_rows() -> int:
    """Empty the rows of uploads that were applied, or only looked at, more than ROSTER_ROWS_DAYS ago; → how many.

    They are personal data that nobody needs any more: what they said stands in officials and postings. Kept are the
    file's name and digest, who uploaded it when, what became of it and the counts.
    """
    end = timezone.now() - datetime.timedelta(days=settings.ROSTER_ROWS_DAYS)
    old = RosterImport.objects.annotate(done_at=Coalesce("applied_at", "created_at")).filter(done_at__lt=end)
    return old.exclude(rows={}).update(rows={})
