"""The Vietnamese catalogue: found in the code, checked, brought up to date and compiled, without GNU gettext.

Our own strings are English in the code and stand in ``lms/locale/vi``. What the libraries lack in Vietnamese
stands in ``lms/locale/libraries`` and is only compiled here.
"""

import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "lms" / "locale"
OURS = LOCALES / "vi" / "LC_MESSAGES" / "django.po"
APPS = ("lms", "people", "courses", "notifications", "records", "quizzes", "certificates", "reports")

_SINGLE = dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"])
_KEYWORDS: dict[str, Any] = {
    **_SINGLE,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]|{(\w*)[^}]*}")

type Key = tuple[str, str]  # context or "", singular


def sources() -> Iterator[Path]:
    """Our own code and templates; no tests, no migrations."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*")):
            if file.suffix in {".py", ".html", ".txt"} and "migrations" not in file.parts:
                yield file


def found() -> dict[Key, tuple[str | tuple[str, ...], str]]:
    """Every message of our own code: (context, singular) → (id as Babel keeps it, where it stands first)."""
    messages: dict[Key, tuple[str | tuple[str, ...], str]] = {}
    for file in sources():
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            if "{%" not in text and "{{" not in text:
                continue
            # Python's tokenizer minds the indentation that HTML has at will.
            text = "\n".join(line.lstrip() for line in templatize(text).splitlines())
        for line, message, _comments, context in extract("python", BytesIO(text.encode()), _KEYWORDS):
            parts = (message,) if isinstance(message, str) else tuple(message)
            if parts[0]:
                identity = parts[0] if len(parts) == 1 else parts
                key = (context or "", parts[0])
                if key not in messages or len(parts) > 1:
                    messages[key] = (identity, f"{file.relative_to(ROOT)}:{line}")
    return messages


def read(file: Path) -> Catalog:
    with file.open("rb") as handle:
        return read_po(handle, locale="vi")


def problems() -> list[str]:
    """One sentence per message that is missing, fuzzy, no longer used, or whose placeholders or form differ."""
    known = {key_of(message): message for message in read(OURS) if message.id}
    used = found()
    result = []
    for key, (identity, where) in sorted(used.items(), key=lambda item: item[1][1]):
        message = known.get(key)
        if message is None or not all(_texts(message) or [""]):
            result.append(f"{where}: no Vietnamese for {key[1]!r}")
        elif message.fuzzy:
            result.append(f"{where}: the Vietnamese for {key[1]!r} is marked fuzzy")
        else:
            result += [f"{where}: {trouble}" for trouble in _differences(identity, message)]
    result += [
        f"django.po: {key[1]!r} stands in no code any more" for key in sorted(known.keys() - used.keys())
    ]
    return result


def key_of(message: Message) -> Key:
    return (message.context or "", message.id if isinstance(message.id, str) else message.id[0])


def _texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _differences(identity: str | tuple[str, ...], message: Message) -> Iterator[str]:
    # Vietnamese has one form for all numbers: it says what the English plural says.
    english = identity if isinstance(identity, str) else identity[-1]
    for text in _texts(message):
        if placeholders(english) != placeholders(text):
            yield f"the Vietnamese for {english!r} has other placeholders: {text!r}"
        if text != unicodedata.normalize("NFC", text):
            yield f"the Vietnamese for {english!r} is not NFC"


def placeholders(text: str) -> set[str]:
    return {match.group() for match in _PLACEHOLDER.finditer(text)}


def update() -> tuple[int, int]:
    """Add what the code has and drop what it has no more; returns how many of each."""
    old = {key_of(message): message for message in read(OURS) if message.id} if OURS.exists() else {}
    used = found()
    fresh = Catalog(
        locale="vi", project="Ward LMS", charset="utf-8", fuzzy=False, header_comment="# Vietnamese."
    )
    fresh.mime_headers = [
        ("Language", "vi"),
        ("Plural-Forms", "nplurals=1; plural=0;"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    for key, (identity, _where) in used.items():
        known = old.get(key)
        texts = _texts(known) if known else ("",)
        fresh.add(identity, texts[0] if isinstance(identity, str) else texts, context=key[0] or None)
    OURS.parent.mkdir(parents=True, exist_ok=True)
    with OURS.open("wb") as handle:
        write_po(handle, fresh, width=100, sort_output=True, no_location=True)
    return len(used.keys() - old.keys()), len(old.keys() - used.keys())


def compile_all() -> int:
    """Write the .mo beside every .po that is newer than it; returns how many."""
    done = 0
    for po in sorted(LOCALES.rglob("*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        new = mo.with_suffix(".mo.new")
        with new.open("wb") as handle:
            write_mo(handle, read(po))
        new.replace(mo)
        done += 1
    return done
