"""The roster import: read → plan (a dry run) → apply. The screen and the command share all three."""

from people.roster.applying import RosterChanged, RosterHasErrors, RosterRefused, apply, apply_import
from people.roster.dry_run import Change, Kind, RosterPlan, RowPlan
from people.roster.planning import plan
from people.roster.reading import Roster, RosterRow, read_roster

__all__ = [
    "Change",
    "Kind",
    "Roster",
    "RosterChanged",
    "RosterHasErrors",
    "RosterPlan",
    "RosterRefused",
    "RosterRow",
    "RowPlan",
    "apply",
    "apply_import",
    "plan",
    "read_roster",
]
