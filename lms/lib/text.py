"""Vietnamese text: exact on the way in, found without diacritics, sorted as names are sorted."""

import re
import unicodedata

# The letters in dictionary order and, within a letter, the tones in theirs (none, grave, hook, tilde,
# acute, dot). Source: the order used by Vietnamese dictionaries and by ICU's "vi" collation.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {
    letter: chr(ord("a") + rank // 26) + chr(ord("a") + rank % 26) for rank, letter in enumerate(_LETTERS)
}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SPACES = re.compile(r"\s+")

# Signs on one letter in an endless row: normal forms sort them in a time that grows with the square. The
# Stream-Safe Text Format (Unicode Standard Annex 15, section 13) says that no language needs more than 30.
_MOST_SIGNS = 30
_MAY_BE_SIGNS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_SIGNS + 1},}}")


def exact(value: str) -> str:
    """NFC, no control characters, single blanks: the form in which names and titles are stored.

    Case, diacritics, hyphens and apostrophes stay as written.
    """
    value = "".join(" " if char.isspace() else char for char in value if char.isspace() or char.isprintable())
    # Composed last: an unprintable character may have stood between a letter and its mark.
    return _SPACES.sub(" ", unicodedata.normalize("NFC", stream_safe(value))).strip()


def stream_safe(value: str) -> str:
    """Without the signs above, below or in a letter that come after its thirtieth."""
    return _MAY_BE_SIGNS.sub(_first_signs, value)


def _first_signs(run: re.Match[str]) -> str:
    kept, signs = [], 0
    for char in run[0]:
        signs = signs + 1 if unicodedata.category(char).startswith("M") else 0
        if signs <= _MOST_SIGNS:
            kept.append(char)
    return "".join(kept)


def fold(value: str) -> str:
    """The form to search in: lower case, without diacritics, đ as d, single blanks."""
    decomposed = unicodedata.normalize("NFD", stream_safe(value.casefold().replace("đ", "d")))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SPACES.sub(" ", bare).strip()


def _word_key(word: str) -> str:
    """Letters decide first, tones only between words of the same letters."""
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", word.casefold()):
        tone = "0"
        base = ""
        for part in unicodedata.normalize("NFD", char):
            if part in _TONES:
                tone = _TONES[part]
            else:
                base += part
        base = unicodedata.normalize("NFC", base)
        letters.append(_RANK.get(base, base if base.isdigit() else "~" + base))
        tones.append(tone)
    return "".join(letters) + "!" + "".join(tones)


def name_key(full_name: str) -> str:
    """Sort key of a Vietnamese name: given name (last word), then family name, then the middle names.

    The result is plain ASCII for Vietnamese letters, so every database sorts it alike.
    """
    words = exact(full_name).split(" ")
    given, family, middle = words[-1], words[0] if len(words) > 1 else "", words[1:-1]
    return " ".join(_word_key(word) for word in [given, family, *middle])


def title_key(value: str) -> str:
    """Sort key of any other Vietnamese text, word by word from the left."""
    return " ".join(_word_key(word) for word in exact(value).split(" "))
