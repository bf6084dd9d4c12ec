"""Numbers as people in Vietnam write them, read exactly.

The full stop groups thousands and the comma stands before the decimals (1.250.000,5). Phone keyboards, English
spreadsheets and blanks bring other forms: 12.5, 1,250,000, 1 250 000. All of these are read; where a text can mean
two numbers, ``readings`` gives both, the Vietnamese one first.

Two numbers can only be meant where exactly three digits follow one mark: “1.125” and “1,125”. One of them is
left out: with a full stop and a nought at the end (“1.250”) only the thousands are meant, because a full stop
before decimals is a makeshift of the keyboard and nobody then types a nought for nothing.
"""

import re
from fractions import Fraction

from lms.lib.text import exact

_FIRST = r"(?!0{1,3}[.,\s])[0-9]{1,3}"  # no thousands in “0.125”
_DOTTED = rf"{_FIRST}(?:\.[0-9]{{3}})+(?:,[0-9]*)?"
_SPACED = rf"{_FIRST}(?:\s+[0-9]{{3}})+(?:[.,][0-9]*)?"
_COMMAS = rf"{_FIRST}(?:,[0-9]{{3}})+(?:\.[0-9]*)?"
_PLAIN = r"[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+"

# For the ``pattern`` of an input: what a browser takes for a number is what ``readings`` reads.
PATTERN = rf"\s*[+\-−–]?\s*(?:{_DOTTED}|{_SPACED}|{_COMMAS}|{_PLAIN})\s*%?\s*"

_PARTS = re.compile(r"([+\-−–]?)\s*([0-9., ]+?)\s*%?")
_dotted, _spaced, _commas, _plain = (re.compile(form) for form in (_DOTTED, _SPACED, _COMMAS, _PLAIN))


def readings(text: str) -> list[Fraction]:
    """The numbers that the text can mean, the likeliest first; empty where it is none.

    A per cent sign is passed over: “5%” is 5. A unit is not: “2 tuần” is no number, and neither “2” nor “14”.
    """
    parts = _PARTS.fullmatch(exact(text))
    if parts is None:
        return []
    sign, body = -1 if parts[1] in ("-", "−", "–") else 1, parts[2]
    found = []
    if _dotted.fullmatch(body):
        found.append(body.replace(".", "").replace(",", "."))
    if _spaced.fullmatch(body):
        found.append(body.replace(" ", "").replace(",", "."))
    if _plain.fullmatch(body) and not (found and body.endswith("0")):
        found.append(body.replace(",", "."))
    if _commas.fullmatch(body):
        found.append(body.replace(",", ""))
    return [sign * Fraction(f"0{number}0" if "." in number else number) for number in found]


def number(text: str) -> Fraction:
    """The likeliest reading. Raises ValueError where the text is no number."""
    found = readings(text)
    if not found:
        raise ValueError(text)
    return found[0]
