"""What is wrong with a draft, and where."""

from typing import Self


class Fault(str):
    """A sentence that says what has to be mended, and where: the row of the answers (from 0) and the field.

    Neither: the answers as a whole.
    """

    row: int | None
    field: str

    __slots__ = ("field", "row")

    def __new__(cls, text: str, *, row: int | None = None, field: str = "") -> Self:
        fault = super().__new__(cls, text)
        fault.row, fault.field = row, field
        return fault
