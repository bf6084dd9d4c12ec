"""Spelling against a Vietnamese dictionary: Debian's hunspell-vi, a list of some 6,600 syllables.

Vietnamese is written syllable by syllable, so a list of syllables finds a slip of the fingers; it cannot find a wrong
word made of right syllables. The dictionary writes the tone as in “hoá”; this house writes it as in “hóa”, and
nothing else.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

DICTIONARIES = (
    Path("/usr/share/hunspell/vi_VN.dic"),
    Path("/usr/share/myspell/dicts/vi_VN.dic"),
    Path.home() / "Library/Spelling/vi_VN.dic",
    Path("/Library/Spelling/vi_VN.dic"),
)
# Names, abbreviations and foreign words that officials meet, one in a line.
ACCEPTED = Path(__file__).parent / "accepted_words.txt"

WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"\b[\w.-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+(?:vn|com|org|net)\b(?:/\S*)?")
# An open syllable in oa, oe or uy carries the tone on its first vowel: hóa, khỏe, thủy (but quý: qu is one sound).
FIRST = re.compile(r"(?:(o)([àáảãạèéẻẽẹ])|(?<!q)(u)([ỳýỷỹỵ]))$")


class NoDictionaryError(LookupError):
    """There is no Vietnamese dictionary on this machine."""


def find_dictionary() -> Path | None:
    return next((path for path in DICTIONARIES if path.is_file()), None)


@cache
def known_words() -> frozenset[str]:
    """All syllables in small letters and composed characters. Raises NoDictionaryError."""
    path = find_dictionary()
    if path is None:
        raise NoDictionaryError("no vi_VN.dic (Debian: apt-get install hunspell-vi)")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]  # the first one counts them
    syllables = {_small(line.split("/")[0].strip()) for line in lines}
    accepted = {_small(word) for word in ACCEPTED.read_text(encoding="utf-8").split()}
    return frozenset({_tone_on_the_first_vowel(word) for word in syllables} | accepted)


def unknown_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word occurs that no dictionary has, as written. Addresses and numbers are passed over."""
    known = known_words()
    words = (word for text in texts for word in WORD.findall(ADDRESS.sub(" ", text)))
    return Counter(word for word in words if _small(word) not in known)


def _small(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


def _tone_on_the_first_vowel(word: str) -> str:
    return FIRST.sub(lambda found: _moved(found[1] or found[3], found[2] or found[4]), word)


def _moved(first: str, second: str) -> str:
    bare, tone = unicodedata.normalize("NFD", second)[0], unicodedata.normalize("NFD", second)[1:]
    return unicodedata.normalize("NFC", first + tone) + bare
