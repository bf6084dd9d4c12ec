"""E-mail addresses that several officials would share: allowed, but only one of them can sign in by it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.functions import Lower

from people.models import Official, User
from people.roster.checking import Entry
from people.scope import officials_in_scope

NAMES = 5  # of one address; an office's common one may stand at every official


@dataclass(frozen=True)
class SharedAddress:
    address: str
    names: list[str]  # the first NAMES, such as "Nguyễn Thị Ánh (CB-0001)"
    more: int  # how many there are besides


def shared_addresses(entries: Iterable[Entry], *, user: User | None) -> list[SharedAddress]:
    """Those that the rows state and that another row, or another official of the account's scope, has as well.

    ``user`` None is the command line, which sees everybody. Whether somebody outside the scope has an address is
    not told (rule 8). Two queries at most, none where no row states an address.
    """
    stated: dict[str, tuple[str, str]] = {}  # staff number in capitals → address, name
    for entry in entries:
        if address := str(entry.person.get("email", "")).lower():
            stated[entry.staff_number.upper()] = (
                address,
                _name(entry.person["full_name"], entry.staff_number),
            )
    if not stated:
        return []
    holders = defaultdict(list)
    for address, name in stated.values():
        holders[address].append(name)
    officials = Official.objects.all() if user is None else officials_in_scope(user)
    recorded = officials.order_by("pk").annotate(address=Lower("email")).filter(address__in=holders)
    for number, full_name, address in recorded.values_list("staff_number", "full_name", "address"):
        if number.upper() not in stated:
            holders[address].append(_name(full_name, number))
    return [
        SharedAddress(address, names[:NAMES], max(0, len(names) - NAMES))
        for address, names in holders.items()
        if len(names) > 1
    ]


def _name(full_name: object, number: str) -> str:
    return f"{full_name} ({number})"
