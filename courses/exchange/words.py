"""A JSON file from outside: decoded within limits, and its objects taken apart word by word."""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lms.lib.text import stream_safe

MAX_PROBLEMS = 100
MAX_DEPTH = 40
_LONGEST_NUMBER = 15  # digits; what is longer is no number of ours
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


class JsonRefused(Exception):
    """``str()`` is a translated sentence that says why the text is not taken."""


class Problems:
    """Sentences on what is wrong in a file, each with its place; after the hundredth they are only counted."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.further = 0

    def add(self, where: str, sentence: str) -> None:
        if len(self.sentences) < MAX_PROBLEMS:
            self.sentences.append(f"{where}: {sentence}" if where else sentence)
        else:
            self.further += 1

    def __bool__(self) -> bool:
        return bool(self.sentences)


def decoded(data: bytes) -> Any:
    """What the JSON text says; strings come as NFC. Raises JsonRefused and nothing else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefused(_("course.json is not in Unicode (UTF-8).")) from None
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_number,
            parse_float=_fraction,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise JsonRefused(_too_deep()) from None
    except json.JSONDecodeError as error:
        raise JsonRefused(
            _("course.json is damaged in line %(line)d, character %(column)d. Export the course again.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    return _cleaned(found, 0)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    words = dict(pairs)
    if len(words) != len(pairs):
        (twice, _count), *_rest = Counter(name for name, _value in pairs).most_common(1)
        raise JsonRefused(_("course.json has the word “%(word)s” twice in one place.") % {"word": twice[:40]})
    return words


def _number(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        _no_number(digits)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= 40 else math.inf
    if not math.isfinite(number):
        _no_number(digits)
    return number


def _no_number(digits: str) -> Any:
    raise JsonRefused(_("course.json has a number that no course has: %(number)s") % {"number": digits[:20]})


def _cleaned(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise JsonRefused(_too_deep())
    match value:
        case str():
            return _text(value)
        case list():
            return [_cleaned(each, depth + 1) for each in value]
        case dict():
            return {_text(name): _cleaned(each, depth + 1) for name, each in value.items()}
    return value


def _text(value: str) -> str:
    if _CONTROL.search(value):
        raise JsonRefused(
            _("course.json has control characters, which no text has, near “%(text)s”.")
            % {"text": _CONTROL.sub("?", value)[:40]}
        )
    return unicodedata.normalize("NFC", stream_safe(value))


def _too_deep() -> str:
    return _("course.json is nested deeper than any course is. It was not read.")


_ABSENT: Any = object()


class Words:
    """One object: every word is asked for once, and what nobody asked for is a problem. Nothing raises.

    A word that is missing or of another kind is noted, and a harmless value goes on in its place.
    """

    def __init__(self, value: Any, where: str, problems: Problems) -> None:
        self.where, self.problems = where, problems
        self._words: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
        self.sound = isinstance(value, dict)
        if not self.sound:
            self.fail(_("here an object is expected."))

    def fail(self, sentence: str) -> None:
        self.problems.add(self.where, sentence)

    def take(self, word: str, kinds: tuple[type, ...], *, otherwise: Any, default: Any = _ABSENT) -> Any:
        """The value; ``default`` where the word is absent, ``otherwise`` after a problem."""
        if word not in self._words:
            if default is _ABSENT:
                if self.sound:
                    self.fail(_("“%(word)s” is missing.") % {"word": word})
                return otherwise
            return default
        value = self._words.pop(word)
        if type(value) not in kinds:
            self.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
            return otherwise
        return value

    def text(self, word: str, at_most: int, *, empty: bool = False) -> str:
        value: str = self.take(word, (str,), otherwise="?").strip()
        if not value and not empty:
            self.fail(_("“%(word)s” is empty.") % {"word": word})
        if len(value) > at_most:
            self.fail(_("“%(word)s” has more than %(count)d characters.") % {"word": word, "count": at_most})
        return value[:at_most]

    def flag(self, word: str) -> bool:
        return bool(self.take(word, (bool,), otherwise=False))

    def number(self, word: str, least: int, most: int) -> int:
        value: int = self.take(word, (int,), otherwise=least)
        if not least <= value <= most:
            self.fail(
                _("“%(word)s” must be from %(least)d to %(most)d.")
                % {"word": word, "least": least, "most": most}
            )
        return min(max(value, least), most)

    def one_of(self, word: str, choices: Iterable[Any], kinds: tuple[type, ...] = (str,)) -> Any:
        allowed = list(choices)
        value = self.take(word, kinds, otherwise=allowed[0])
        if value not in allowed:
            self.fail(
                _("“%(word)s” says “%(value)s”, which is unknown here.")
                % {"word": word, "value": str(value)[:40]}
            )
            return allowed[0]
        return value

    def key(self, word: str) -> UUID:
        value = self.take(word, (str,), otherwise="")
        try:
            key = UUID(value)
        except ValueError:
            key = UUID(int=0)
        if str(key) != value:
            self.fail(_("“%(word)s” is no key (UUID).") % {"word": word})
        return key

    def items(self, word: str, at_most: int) -> list[Any]:
        values: list[Any] = self.take(word, (list,), otherwise=[])
        if len(values) > at_most:
            self.fail(_("“%(word)s” has more than %(count)d entries.") % {"word": word, "count": at_most})
        return values[:at_most]

    def texts(self, word: str, at_most: int, longest: int) -> list[str]:
        values = self.items(word, at_most)
        if not all(isinstance(value, str) and 0 < len(value) <= longest for value in values):
            self.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
            return []
        return values

    def done(self) -> None:
        if self._words:
            names = ", ".join(f"“{name[:40]}”" for name in sorted(self._words)[:10])
            self.fail(_("unknown words: %(words)s") % {"words": names})
