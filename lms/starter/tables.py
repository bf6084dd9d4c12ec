"""A file's tables, taken apart strictly: every word is of its kind, none is missing, none is left over."""

import datetime
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


class StarterError(ValueError):
    """The content files are not as they must be; the text says where and what."""


class Table:
    """One table of a file: every word is asked for once, and what nobody asked for is an error."""

    def __init__(self, words: dict[str, Any], where: str) -> None:
        self._words = dict(words)
        self.where = where

    def fail(self, message: str) -> StarterError:
        return StarterError(f"{self.where}: {message}")

    def take(self, word: str, kind: type, default: Any = None) -> Any:
        value = self._words.pop(word, default)
        if value is None:
            raise self.fail(_("“%(word)s” is missing.") % {"word": word})
        if type(value) is not kind:
            raise self.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
        return value

    def text(self, word: str, *, at_most: int, default: str | None = None) -> str:
        value: str = self.take(word, str, default).strip()
        if not value and default is None:
            raise self.fail(_("“%(word)s” is empty.") % {"word": word})
        if len(value) > at_most:
            raise self.fail(
                _("“%(word)s” has more than %(count)d characters.") % {"word": word, "count": at_most}
            )
        return value

    def number(self, word: str) -> int:
        value: int = self.take(word, int)
        if value < 1:
            raise self.fail(_("“%(word)s” must be 1 or more.") % {"word": word})
        return value

    def date(self, word: str) -> datetime.date | None:
        value: datetime.date | None = self.take(word, datetime.date) if word in self._words else None
        return value

    def texts(self, word: str, *, optional: bool = False) -> tuple[str, ...]:
        if optional and word not in self._words:
            return ()
        values = self.take(word, list)
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise self.fail(_("“%(word)s” must be a list of texts.") % {"word": word})
        return tuple(values)

    def tables(self, word: str, *, optional: bool = False) -> "Iterator[Table]":
        if optional and word not in self._words:
            return
        for number, words in enumerate(self.take(word, list), start=1):
            if not isinstance(words, dict):
                raise self.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
            yield Table(words, f"{self.where}, {word} {number}")

    def rest(self, known: Iterable[str]) -> dict[str, Any]:
        """All that has not been asked for yet; only ``known`` words may be among it."""
        words, self._words = self._words, {}
        unknown = sorted(words.keys() - set(known))
        if unknown:
            raise self.fail(_("unknown words: %(words)s") % {"words": ", ".join(unknown)})
        return words

    def done(self) -> None:
        self.rest([])


def open_table(path: Path) -> Table:
    where = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        words = tomllib.loads(text)
    except (OSError, ValueError) as error:  # unreadable, not UTF-8 or not TOML
        raise StarterError(f"{where}: {error}") from error
    if not unicodedata.is_normalized("NFC", text):
        raise StarterError(_("%(file)s: the text is not in Unicode form NFC.") % {"file": where})
    return Table(words, where)
