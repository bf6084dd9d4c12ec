"""What the database knows of the people and places of one roster, fetched in a fixed number of queries.

A file has at most 20,000 rows (lms.lib.spreadsheets), which one query of either database takes.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models.functions import Upper

from lms.lib.text import fold
from people.access import sees_others
from people.models import CodeScheme, Department, Official, Position, Posting, User, Ward
from people.roster.reading import Roster
from people.scope import wards_in_scope


@dataclass
class Register:
    wards: dict[str, Ward]  # in force, by code
    former: dict[str, Ward]  # of the old list, by code
    departments: dict[str, Department]  # by code and by folded name
    positions: dict[str, Position]
    officials: dict[str, Official] = field(default_factory=dict)  # by staff number in capitals
    postings: dict[int, list[Posting]] = field(default_factory=dict)  # by official, in order of time
    # Officials whose account sees other people's data; filled for accounts with a limited scope
    guarded: set[int] = field(default_factory=set)
    scope: set[int] | None = None  # wards; None: the whole country and beyond it those posted nowhere

    def covers(self, ward_id: int | None) -> bool:
        """Whether the importing account answers for people of a ward (None: of no ward at all)."""
        return self.scope is None or ward_id in self.scope


def look_up(roster: Roster, *, user: User | None, lock: bool = False) -> Register:
    """``user`` None is the command line, which may do everything; ``lock`` holds the officials' rows."""
    codes = {ward_code(row.values.get("ward_code", "")) for row in roster.rows}
    wards = list(Ward.objects.filter(code__in=codes).select_related("province"))
    register = Register(
        wards={ward.code: ward for ward in wards if ward.scheme == CodeScheme.VN_2025},
        former={ward.code: ward for ward in wards if ward.scheme == CodeScheme.VN_LEGACY},
        departments=_by_name(Department.objects.all()),
        positions=_by_name(Position.objects.all()),
        scope=_scope_of(user),
    )
    numbers = {row.values.get("staff_number", "").upper() for row in roster.rows}
    officials = Official.objects.annotate(number=Upper("staff_number")).filter(number__in=numbers)
    # Held in one order, so that two imports at once wait for each other instead of locking each other out.
    officials = officials.order_by("pk")
    for official in officials.select_for_update(of=("self",)) if lock else officials:
        register.officials[official.staff_number.upper()] = official
    if register.scope is not None:
        wide = User.objects.filter(sees_others(), official__in=register.officials.values())
        register.guarded = set(wide.values_list("official", flat=True))
    register.postings = _postings([official.pk for official in register.officials.values()])
    return register


def ward_code(text: str) -> str:
    """A spreadsheet drops the noughts in front of 01843."""
    return text.zfill(5) if text.isascii() and text.isdigit() else text


@lru_cache(maxsize=1_000)
def name_in_list(text: str) -> str:
    """The form by which departments and positions are found: any dash, any case, with or without marks."""
    return fold(text.replace("–", "-").replace("—", "-")).replace(" - ", "-")


def _by_name[T: (Department, Position)](entries: Iterable[T]) -> dict[str, T]:
    known: dict[str, T] = {}
    for entry in entries:
        known[entry.code] = known[name_in_list(entry.name)] = entry
    return known


def _scope_of(user: User | None) -> set[int] | None:
    if user is None or (user.is_superuser and user.is_active):
        return None
    return set(wards_in_scope(user).values_list("pk", flat=True))


def _postings(officials: list[int]) -> dict[int, list[Posting]]:
    known: dict[int, list[Posting]] = defaultdict(list)
    postings = Posting.objects.filter(official__in=officials).order_by("official", "starts_on")
    for posting in postings.select_related("ward", "department", "position"):
        known[posting.official_id].append(posting)
    return known
