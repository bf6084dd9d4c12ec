"""What a roster would change, row by row, computed without changing anything.

The rules (docs/decisions/0007-roster-import.md):

- The staff number names the official; an official's posting is named by its first day.
- An empty cell says nothing: it never erases. A person or posting that is not in the file stays as it is.
- A posting that begins while another one without an end is running is a transfer: the old one ends the day before.
- An account may change only officials of its scope: the unit in the row, the unit where the official serves
  now, and the unit of every posting that the row would change, must all lie in it.
"""

from collections import defaultdict

from people.models import User
from people.roster.checking import Entry, check_row
from people.roster.dry_run import Kind, RosterPlan, RowPlan
from people.roster.person import Person
from people.roster.reading import Roster
from people.roster.register import look_up
from people.roster.shared import shared_addresses


def plan(roster: Roster, *, user: User | None, lock: bool = False) -> RosterPlan:
    """The dry run of a roster for one account (None: the command line, which may do everything).

    A fixed number of queries however many rows. ``lock`` is for applying: it holds the officials' rows until
    the transaction ends, and warns of nothing.
    """
    register = look_up(roster, user=user, lock=lock)
    result = RosterPlan(roster, user)
    people: dict[str, list[tuple[RowPlan, Entry]]] = defaultdict(list)
    spoilt = set()
    for row in roster.rows:
        number = row.values.get("staff_number", "")
        entry, errors = check_row(row, register)
        row_plan = RowPlan(row.number, number, row.values.get("full_name", ""), errors=errors)
        result.rows.append(row_plan)
        if entry is None:
            spoilt.add(number.upper())
        else:
            people[number.upper()].append((row_plan, entry))
    for number, entries in people.items():
        if number not in spoilt:  # judged only whole: one row's error must not breed others
            Person(register, register.officials.get(number), entries).plan_into(result)
    if not lock:
        result.shared = shared_addresses(
            (entry for entries in people.values() for _row, entry in entries), user=user
        )
    for row_plan in result.rows:
        if row_plan.errors:
            row_plan.kind, row_plan.changes = Kind.ERROR, []
    return result
