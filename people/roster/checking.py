"""One row by itself: its texts become values, or errors that name the cell and the cure."""

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.lib.text import fold
from people.models import Department, Official, Position, Posting, Ward
from people.roster.columns import REQUIRED
from people.roster.reading import RosterRow
from people.roster.register import Register, name_in_list, ward_code

_DATE = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_PHONE_MARKS = re.compile(r"[\s.()-]")
_PHONE = re.compile(r"^(\+\d{8,15}|0\d{8,10})$")
_UNIT = re.compile(
    r"^(?:(?:ubnd|uy ban nhan dan) )?(?:(phuong|xa|dac khu) |(p|x|dk)\. ?)?(.+)$"
)  # on folded text
_KINDS = {"phuong": "phuong", "p": "phuong", "xa": "xa", "x": "xa", "dac khu": "dac-khu", "dk": "dac-khu"}
_OLDEST_BIRTH, _YOUNGEST = 1930, 16  # year, age in years
_EARLIEST_POSTING = 1975  # year
_FURTHEST_POSTING = 3  # years ahead


@dataclass(frozen=True)
class RowError:
    row: int
    column: str  # key; "" when the row as a whole is meant
    message: str


@dataclass(frozen=True)
class Entry:
    """A row whose every value is understood. None in the person's fields and in the optional ones: left empty."""

    row: int
    staff_number: str
    person: dict[str, str | datetime.date]  # only what the row states
    ward: Ward
    department: Department
    position: Position
    starts_on: datetime.date
    ends_on: datetime.date | None
    decision: str


class _RowRefused(Exception):
    """Something about one value; the message is for the person."""


def check_row(row: RosterRow, register: Register) -> tuple[Entry | None, list[RowError]]:
    """The row's entry, or all that is wrong with it at once."""
    return _Checker(row, register).run()


class _Checker:
    def __init__(self, row: RosterRow, register: Register) -> None:
        self.row, self.register = row, register
        self.errors: list[RowError] = []

    def run(self) -> tuple[Entry | None, list[RowError]]:
        for key in REQUIRED:
            if not self.text(key):
                self.refuse(key, _("This cell may not be empty."))
        number = self.parsed("staff_number", _staff_number)
        person = {
            "full_name": self.parsed("full_name", _full_name),
            "date_of_birth": self.parsed("date_of_birth", _date_of_birth),
            "email": self.parsed("email", _email),
            "phone": self.parsed("phone", _phone),
        }
        ward = self.parsed("ward_code", self._ward)
        if ward is not None and self.text("ward_name"):
            self.parsed("ward_name", lambda text: _same_unit(text, ward))
        department = self.parsed("department", self._department)
        position = self.parsed("position", self._position)
        starts_on = self.parsed("starts_on", _posting_date)
        ends_on = self.parsed("ends_on", _posting_date)
        if starts_on and ends_on and ends_on < starts_on:
            self.refuse("ends_on", _("The end is before the beginning."))
        decision = self.parsed("decision", _decision)
        if self.errors or not (number and ward and department and position and starts_on):
            return None, self.errors
        stated = {key: value for key, value in person.items() if value is not None}
        return (
            Entry(
                self.row.number,
                number,
                stated,
                ward,
                department,
                position,
                starts_on,
                ends_on,
                decision or "",
            ),
            [],
        )

    def text(self, key: str) -> str:
        return self.row.values.get(key, "")

    def refuse(self, key: str, message: str) -> None:
        self.errors.append(RowError(self.row.number, key, message))

    def parsed[T](self, key: str, parse: Callable[[str], T]) -> T | None:
        """None for an empty cell and for one that was refused."""
        text = self.text(key)
        if not text:
            return None
        try:
            return parse(text)
        except _RowRefused as refusal:
            self.refuse(key, str(refusal))
            return None

    def _ward(self, text: str) -> Ward:
        code = ward_code(text)
        ward = self.register.wards.get(code)
        if ward is None:
            raise _RowRefused(_no_such_ward(code, self.register.former.get(code)))
        if not self.register.covers(ward.pk):
            raise _RowRefused(
                _("%(ward)s is outside your scope: its own HR or the province's imports its officials.")
                % {"ward": ward.name}
            )
        return ward

    def _department(self, text: str) -> Department:
        found = self.register.departments.get(name_in_list(text))
        if found is None:
            raise _RowRefused(
                _("No department is called “%(text)s”. Allowed: %(names)s.")
                % {"text": text, "names": _names(self.register.departments.values())}
            )
        return found

    def _position(self, text: str) -> Position:
        found = self.register.positions.get(name_in_list(text))
        if found is None:
            raise _RowRefused(
                _("No position is called “%(text)s”. Allowed: %(names)s.")
                % {"text": text, "names": _names(self.register.positions.values())}
            )
        return found


def _names(entries: Iterable[Department] | Iterable[Position]) -> str:
    return "; ".join(dict.fromkeys(entry.name for entry in entries))


def _no_such_ward(code: str, former: Ward | None) -> str:
    if former is not None:
        return _(
            "%(code)s is the code of %(ward)s in the list before 1 July 2025. Use the new unit's code."
        ) % {
            "code": code,
            "ward": former.name,
        }
    return _(
        "No unit has the code %(code)s in the list in force since 1 July 2025. "
        "If it is a code of the old list, use the new unit's."
    ) % {"code": code}


def _same_unit(text: str, ward: Ward) -> None:
    """The name with or without its kind; a kind that is written must be the unit's."""
    written, name = _folded_unit(text), _folded_unit(ward.name)
    kind, bare = _without_kind(written)
    its_kind, its_bare = _without_kind(name)
    if written == its_bare or (bare == its_bare and kind in {"", its_kind}):
        return
    raise _RowRefused(
        _(
            "The code %(code)s belongs to %(ward)s, %(province)s, but the row says “%(text)s”. "
            "Correct the code or the name; a code from before 1 July 2025 often names another unit."
        )
        % {"code": ward.code, "ward": ward.name, "province": ward.province.name, "text": text}
    )


@lru_cache(maxsize=1_000)
def _folded_unit(name: str) -> str:
    return fold(re.sub("['’‘`]", "", name))


def _without_kind(folded: str) -> tuple[str, str]:
    match = _UNIT.match(folded)
    return (_KINDS.get(match[1] or match[2] or "", ""), match[3]) if match else ("", folded)


def _staff_number(text: str) -> str:
    field = Official._meta.get_field("staff_number")
    try:
        field.run_validators(text)
    except ValidationError as error:
        raise _RowRefused(
            _("“%(text)s” is not a staff number: letters without marks, digits and . _ / - only, at most 32.")
            % {"text": text}
        ) from error
    return text


def _full_name(text: str) -> str:
    if any(char.isdigit() for char in text):
        raise _RowRefused(_("A name holds no digits: “%(text)s”.") % {"text": text})
    return _short_enough(text, Official, "full_name")


def _decision(text: str) -> str:
    return _short_enough(text, Posting, "decision")


def _short_enough(text: str, model: type[Official] | type[Posting], name: str) -> str:
    limit = getattr(model._meta.get_field(name), "max_length", None)
    if limit and len(text) > limit:
        raise _RowRefused(_("Longer than %(limit)s characters.") % {"limit": limit})
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise _RowRefused(_("“%(text)s” is not an e-mail address.") % {"text": text}) from error
    return _short_enough(text, Official, "email")


def _phone(text: str) -> str:
    """Digits only, as dialled here. A spreadsheet drops the nought in front of a mobile number."""
    digits = _PHONE_MARKS.sub("", text)
    if len(digits) == 9 and digits.isdigit() and digits[0] != "0":
        digits = "0" + digits
    if not _PHONE.match(digits):
        raise _RowRefused(_("“%(text)s” is not a phone number.") % {"text": text})
    return digits


def _date(text: str) -> datetime.date:
    day_first, iso = _DATE.match(text), _ISO_DATE.match(text)
    try:
        if day_first:
            return datetime.date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        if iso:
            return datetime.date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise _RowRefused(
        _("“%(text)s” is not a date. Write day/month/year, such as 01/07/2025.") % {"text": text}
    )


def _date_of_birth(text: str) -> datetime.date:
    day = _date(text)
    if not _OLDEST_BIRTH <= day.year <= timezone.localdate().year - _YOUNGEST:
        raise _RowRefused(_("%(text)s cannot be an official's date of birth.") % {"text": text})
    return day


def _posting_date(text: str) -> datetime.date:
    day = _date(text)
    if not _EARLIEST_POSTING <= day.year <= timezone.localdate().year + _FURTHEST_POSTING:
        raise _RowRefused(_("The year of %(text)s cannot be right.") % {"text": text})
    return day
