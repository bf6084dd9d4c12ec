"""Finding entries by what people write: the number and the year."""

import re

from django.db.models import QuerySet

from certificates.models import Certificate

NUMBER = re.compile(r"0*([0-9]{1,9})/([0-9]{4})")


def by_register_number(text: str) -> Certificate:
    """The entry "000123/2026" (zeros may be left out). ValueError: not a number; Certificate.DoesNotExist: none."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a register number; write it as 123/2026")
    number, year = match.groups()
    return Certificate.objects.get(year=int(year), number=int(number))


def named(numbers: list[str]) -> QuerySet[Certificate]:
    """The entries of these numbers, all of them when the list is empty. Raises as ``by_register_number``."""
    if not numbers:
        return Certificate.objects.all()
    return Certificate.objects.filter(pk__in=[by_register_number(number).pk for number in numbers])
