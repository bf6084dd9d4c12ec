"""What a dry run says: for each row what it would change, and for the whole what applying would write."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from people.models import Official, Posting, User
from people.roster.checking import RowError
from people.roster.columns import heading
from people.roster.reading import Roster
from people.roster.shared import SharedAddress


class Kind(TextChoices):
    """What happens with a row."""

    NEW = "new", pgettext_lazy("roster row", "new official")
    TRANSFER = "transfer", pgettext_lazy("roster row", "transfer")
    POSTING = "posting", pgettext_lazy("roster row", "further posting")
    CHANGED = "changed", pgettext_lazy("roster row", "changed")
    UNCHANGED = "unchanged", pgettext_lazy("roster row", "unchanged")
    ERROR = "error", pgettext_lazy("roster row", "error")


@dataclass(frozen=True)
class Change:
    """One fact before and after; ``old`` is "" where there was none."""

    column: str  # key of the roster's column
    old: str
    new: str
    # Set when the fact belongs to an earlier posting that this row ends: "Văn thư, …, Phường Cầu Ông Lãnh".
    of: str = ""

    @property
    def heading(self) -> str:
        return heading(self.column)

    def __str__(self) -> str:
        """Ngày sinh: 01/02/1990 → 02/02/1990"""
        name = f"{self.heading} ({self.of})" if self.of else self.heading
        return f"{name}: {self.old} → {self.new}" if self.old else f"{name}: {self.new}"


@dataclass
class RowPlan:
    number: int
    staff_number: str
    full_name: str
    kind: Kind = Kind.UNCHANGED
    changes: list[Change] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


@dataclass
class RosterPlan:
    """The whole dry run. It can be applied when it has no error."""

    roster: Roster
    user: User | None
    rows: list[RowPlan] = field(default_factory=list)
    # What applying writes; unsaved or changed model instances
    new_officials: list[Official] = field(default_factory=list)
    changed_officials: list[Official] = field(default_factory=list)
    new_postings: list[Posting] = field(default_factory=list)
    changed_postings: list[Posting] = field(default_factory=list)
    shared: list[SharedAddress] = field(default_factory=list)  # a warning; it changes nothing

    @property
    def errors(self) -> list[RowError]:
        return [error for row in self.rows for error in row.errors]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by kind; every kind is there."""
        counted = Counter(row.kind for row in self.rows)
        return {kind.value: counted[kind] for kind in Kind}

    @property
    def fine_rows(self) -> int:
        return sum(not row.errors for row in self.rows)

    @property
    def changes_anything(self) -> bool:
        return any(row.changes for row in self.rows)

    @property
    def digest(self) -> str:
        """Two plans with the same digest write the same; in whatever language they are shown."""
        content = [
            (
                row.number,
                row.kind.value,
                [(c.column, c.old, c.new, c.of) for c in row.changes],
                len(row.errors),
            )
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
