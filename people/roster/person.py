"""All rows of one staff number against what is known of that official: changes, transfers, overlaps."""

import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import Official, Posting
from people.roster.checking import Entry, RowError
from people.roster.columns import PERSON
from people.roster.dry_run import Change, Kind, RosterPlan, RowPlan
from people.roster.register import Register

ONE_DAY = datetime.timedelta(days=1)


class Person:
    """All rows of one staff number, against what is known of that official."""

    def __init__(
        self, register: Register, official: Official | None, entries: list[tuple[RowPlan, Entry]]
    ) -> None:
        self.register = register
        self.known = official is not None
        self.official = official or Official(staff_number=entries[0][1].staff_number)
        self.entries = sorted(entries, key=lambda pair: (pair[1].starts_on, pair[1].row))
        self.first = min(entries, key=lambda pair: pair[1].row)[0]
        self.postings = list(register.postings.get(official.pk, [])) if official else []
        self.starts = {posting.starts_on: posting for posting in self.postings}
        # Which row answers for a posting, to hang an error on
        self.rows_of: dict[int, RowPlan] = {}
        self.new: list[Posting] = []
        self.changed: list[Posting] = []

    def plan_into(self, result: RosterPlan) -> None:
        if not self._in_scope():
            return
        person_changed = self._take_person()
        for row, entry in self.entries:
            self._take_posting(row, entry)
        self._refuse_overlaps()
        if any(row.errors for row, _entry in self.entries):
            return  # nobody's half is written
        if not self.known:
            result.new_officials.append(self.official)
        elif person_changed:
            result.changed_officials.append(self.official)
        result.new_postings += self.new
        result.changed_postings += self.changed

    # --- Who may ---------------------------------------------------------------------------------------------

    def _in_scope(self) -> bool:
        """The official is new, or serves (or served last) where the importing account answers for people.

        Otherwise HR of one ward could take over or rename another ward's official by knowing the number.
        """
        if not self.known or self.register.covers(self._present_ward()):
            return True
        for row, entry in self.entries:
            row.errors.append(
                RowError(
                    entry.row,
                    "staff_number",
                    _(
                        "The official with this staff number serves in a unit outside your scope. "
                        "Ask the HR of that unit or of the province to record the transfer."
                    ),
                )
            )
        return False

    def _present_ward(self) -> int | None:
        """Of the posting in force or, between postings, of the last one; of the first where none has begun."""
        today = timezone.localdate()
        begun = [posting for posting in self.postings if posting.starts_on <= today]
        posting = begun[-1] if begun else next(iter(self.postings), None)
        return posting.ward_id if posting else None

    def _may_touch(self, posting: Posting, row: RowPlan, entry: Entry) -> bool:
        if self.register.covers(posting.ward_id):
            return True
        row.errors.append(
            RowError(
                entry.row,
                "starts_on",
                _(
                    "This row would change a posting in a unit outside your scope. Ask the HR of the province."
                ),
            )
        )
        return False

    # --- Facts about the person --------------------------------------------------------------------------------

    def _take_person(self) -> bool:
        """Set what the rows state about the person, the same in all of them; True when that changes anything."""
        stated: dict[str, tuple[Entry, str | datetime.date]] = {}
        for row, entry in sorted(self.entries, key=lambda pair: pair[1].row):
            for key, value in entry.person.items():
                earlier, same = stated.setdefault(key, (entry, value))
                if same != value:
                    row.errors.append(
                        RowError(
                            entry.row,
                            key,
                            _("Row %(row)s has the same staff number but says “%(value)s”.")
                            % {"row": earlier.row, "value": shown(same)},
                        )
                    )
        changes = []
        for key in PERSON:
            if key in stated and (new := stated[key][1]) != getattr(self.official, key):
                if key == "email" and self.official.pk in self.register.guarded:
                    self._refuse_address(stated[key][0])
                changes.append(Change(key, shown(getattr(self.official, key)), shown(new)))
                setattr(self.official, key, new)
        if not self.known:
            self.first.kind = Kind.NEW
        elif changes:
            self.first.kind = Kind.CHANGED
        self.first.changes += changes
        return bool(changes)

    def _refuse_address(self, entry: Entry) -> None:
        """A code for signing in goes to this address: it must not lead HR into an account with a wider scope."""
        row = next(row for row, each in self.entries if each is entry)
        row.errors.append(
            RowError(
                entry.row,
                "email",
                _(
                    "This official's account sees other people's data. "
                    "Only the administrator changes its e-mail address."
                ),
            )
        )

    # --- Postings ----------------------------------------------------------------------------------------------

    def _take_posting(self, row: RowPlan, entry: Entry) -> None:
        earlier = self.starts.get(entry.starts_on)
        if earlier is None:
            self._add_posting(row, entry)
        elif id(earlier) in self.rows_of:
            row.errors.append(
                RowError(
                    entry.row,
                    "starts_on",
                    _(
                        "Row %(row)s already has the posting of this official from %(day)s. Remove one of them."
                    )
                    % {"row": self.rows_of[id(earlier)].number, "day": shown(entry.starts_on)},
                )
            )
        else:
            self._change_posting(row, entry, earlier)

    def _change_posting(self, row: RowPlan, entry: Entry, posting: Posting) -> None:
        changes = [
            Change(key, old, new)
            for key, old, new in (
                ("ward_name", unit(posting), f"{entry.ward.name} ({entry.ward.code})"),
                ("department", posting.department.name, entry.department.name),
                ("position", posting.position.name, entry.position.name),
                ("ends_on", shown(posting.ends_on), shown(entry.ends_on) or shown(posting.ends_on)),
                ("decision", posting.decision, entry.decision or posting.decision),
            )
            if old != new
        ]
        self.rows_of[id(posting)] = row
        if not changes or not self._may_touch(posting, row, entry):
            return
        posting.ward, posting.department, posting.position = entry.ward, entry.department, entry.position
        posting.ends_on = entry.ends_on or posting.ends_on
        posting.decision = entry.decision or posting.decision
        self.changed.append(posting)
        row.changes += changes
        if row.kind is Kind.UNCHANGED:
            row.kind = Kind.CHANGED

    def _add_posting(self, row: RowPlan, entry: Entry) -> None:
        running = self._running_on(entry.starts_on)
        if running is not None:
            if not self._may_touch(running, row, entry):
                return
            ends_on = entry.starts_on - ONE_DAY
            row.changes.append(Change("ends_on", "", shown(ends_on), of=describe(running)))
            running.ends_on = ends_on
            self.changed.append(running)
        posting = Posting(
            official=self.official,
            ward=entry.ward,
            department=entry.department,
            position=entry.position,
            starts_on=entry.starts_on,
            ends_on=entry.ends_on,
            decision=entry.decision,
        )
        row.changes += [
            Change("ward_name", "", unit(posting)),
            Change("department", "", entry.department.name),
            Change("position", "", entry.position.name),
            Change("starts_on", "", shown(entry.starts_on)),
        ]
        if entry.ends_on:
            row.changes.append(Change("ends_on", "", shown(entry.ends_on)))
        if entry.decision:
            row.changes.append(Change("decision", "", entry.decision))
        if row.kind is not Kind.NEW:
            row.kind = Kind.TRANSFER if running is not None else Kind.POSTING
        self.rows_of[id(posting)] = row
        self.starts[entry.starts_on] = posting
        self.postings.append(posting)
        self.new.append(posting)

    def _running_on(self, day: datetime.date) -> Posting | None:
        """The stored posting without an end that began before a day, unless a row of the file states it as such."""
        for posting in self.postings:
            if posting.pk and posting.ends_on is None and posting.starts_on < day:
                return None if id(posting) in self.rows_of else posting
        return None

    def _refuse_overlaps(self) -> None:
        """Two postings that share a day: told at the row of the file that brings it about."""
        ordered = sorted(self.postings, key=lambda posting: posting.starts_on)
        for earlier, later in pairwise(ordered):
            if earlier.ends_on is not None and earlier.ends_on < later.starts_on:
                continue
            row = self.rows_of.get(id(later)) or self.rows_of.get(id(earlier))
            if row is None:  # pragma: no cover  the database does not hold such a pair
                continue
            other = earlier if self.rows_of.get(id(later)) is row else later
            row.errors.append(RowError(row.number, "starts_on", self._overlap_message(other)))

    def _overlap_message(self, other: Posting) -> str:
        where = self.rows_of.get(id(other))
        values = {
            "posting": describe(other),
            "from": shown(other.starts_on),
            "until": shown(other.ends_on) or _("further notice"),
        }
        if where is not None:
            return _(
                "This posting shares days with the one in row %(row)s (%(posting)s, from %(from)s to %(until)s). "
                "Fill in the end of the earlier one."
            ) % {**values, "row": where.number}
        return (
            _(
                "This posting shares days with one already recorded (%(posting)s, from %(from)s to %(until)s). "
                "Fill in an end, or add a row that ends the recorded one."
            )
            % values
        )


def shown(value: str | datetime.date | None) -> str:
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    return value or ""


def unit(posting: Posting) -> str:
    """With its code, for six units are called Tân Hòa."""
    return f"{posting.ward.name} ({posting.ward.code})"


def describe(posting: Posting) -> str:
    return f"{posting.position.name}, {posting.department.name}, {unit(posting)}"
