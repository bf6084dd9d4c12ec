"""An upload between its preview and its application, and the record of it afterwards."""

import hashlib
from typing import IO

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
