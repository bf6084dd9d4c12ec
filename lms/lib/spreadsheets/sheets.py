"""A sheet as read: plain values with their addresses, and what could not be taken at its word."""

import datetime
from dataclasses import dataclass, field
from enum import Enum

Value = str | int | float | bool | datetime.date | datetime.datetime | datetime.time


class Suspect(Enum):
    """A cell whose shown value is not what somebody typed."""

    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True)
class Span:
    """A block of merged cells; rows and columns count from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        return f"{address(self.first_row, self.first_column)}:{address(self.last_row, self.last_column)}"


@dataclass(frozen=True)
class Sheet:
    """Rows from the sheet's first, so that index + 1 is the number that the person sees. "" is an empty cell."""

    rows: list[list[Value]]
    suspects: dict[tuple[int, int], Suspect] = field(default_factory=dict)
    merged: list[Span] = field(default_factory=list)
    hidden: bool = False  # some of its rows or columns are


def column_letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """The cell as a person names it: (0, 0) is A1."""
    return f"{column_letters(column)}{row + 1}"
