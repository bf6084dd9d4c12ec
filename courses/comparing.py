"""What changed from one published version of a lesson to the next, in words that a trainer reads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue
from wagtail.images.blocks import ImageChooserBlock

from courses.cards.texts import texts_in
from courses.models import Module, ModuleVersion
from courses.rendering import BasisView

Change = Literal["added", "removed", "changed", "moved"]
Line = tuple[str, SafeString]  # what it is, and its text with <del> and <ins> where it changed
Words = Callable[[dict[str, Any] | None], list[tuple[str, str]]]

_readers: dict[str, Words] = {}


def register_reader(name: str, words: Words) -> None:
    """Let an app above say in words what its part of a version holds (courses.publishing.register_part).

    ``words(part)`` gives (label, value) pairs, none for None. Called from AppConfig.ready().
    """
    _readers[name] = words


@dataclass(frozen=True)
class CardChange:
    """``lines``: of an added or removed card all its texts, of a changed one those that changed."""

    change: Change
    heading: str
    kind: str
    lines: list[Line]


@dataclass(frozen=True)
class Comparison:
    texts: list[Line]
    cards: list[CardChange]
    bases: list[Line]
    parts: list[Line]

    @property
    def nothing(self) -> bool:
        return not (self.texts or self.cards or self.bases or self.parts)


def compare(older: ModuleVersion, newer: ModuleVersion) -> Comparison:
    """Cards are the same card when they have the same id, wherever they stand and whatever they say."""
    names = [(_("Title"), "title"), (_("Summary"), "summary"), (_("Minutes"), "minutes")]
    texts = [(label, str(getattr(older, name)), str(getattr(newer, name))) for label, name in names]
    parts = [
        (label, before, after)
        for name, words in sorted(_readers.items())
        for label, before, after in _paired(words(older.parts.get(name)), words(newer.parts.get(name)))
    ]
    return Comparison(
        texts=_changed(texts),
        cards=list(_cards(older, newer)),
        bases=_changed(_paired(_bases(older), _bases(newer))),
        parts=_changed(parts),
    )


def marked(before: str, after: str) -> SafeString:
    """``after`` with the words that came as <ins>, among them those that went as <del>."""
    old, new = before.split(), after.split()
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("", " ".join(old[a:b])))
            continue
        pieces += [("del", " ".join(old[a:b]))] if b > a else []
        pieces += [("ins", " ".join(new[c:d]))] if d > c else []
    return format_html_join(
        " ",
        "{}",
        ((format_html("<{0}>{1}</{0}>", name, text) if name else text,) for name, text in pieces),
    )


def _changed(triples: list[tuple[str, str, str]]) -> list[Line]:
    return [(label, marked(before, after)) for label, before, after in triples if before != after]


def _paired(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(label, before, after) in the new order, then what is gone."""
    old, new = dict(before), dict(after)
    return [(label, old.get(label, ""), new.get(label, "")) for label in {**new, **old}]


def _bases(version: ModuleVersion) -> list[tuple[str, str]]:
    return [(basis["number"], str(BasisView.frozen(basis))) for basis in version.legal_bases]


def _cards(older: ModuleVersion, newer: ModuleVersion) -> Iterator[CardChange]:
    """In the new order, then what is gone."""
    was = {str(card.id): card for card in _stream(older)}
    present = {str(card.id): card for card in _stream(newer)}
    moved = _moved(list(was), list(present))
    for key, card in present.items():
        lines = _lines(card)
        if key not in was:
            yield _change("added", card, [(label, marked("", text)) for label, text in lines])
        elif found := _changed(_paired(_lines(was[key]), lines)):
            yield _change("changed", card, found)
        elif key in moved:
            yield _change("moved", card, [])
    for key, card in was.items():
        if key not in present:
            yield _change("removed", card, [(label, marked(text, "")) for label, text in _lines(card)])


def _change(change: Change, card: StreamValue.StreamChild, lines: list[Line]) -> CardChange:
    return CardChange(change, card.value["heading"], str(card.block.label), lines)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Of those in both, the fewest that must have moved."""
    old, new = [key for key in before if key in after], [key for key in after if key in before]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(new) - {key for block in blocks for key in new[block.b : block.b + block.size]}


def _stream(version: ModuleVersion) -> StreamValue:
    return Module.cards.field.stream_block.to_python(version.cards)


def _lines(card: StreamValue.StreamChild) -> list[tuple[str, str]]:
    """(label, text) of every field of a card that says anything; a picture by its title."""
    lines = []
    for name, block in card.block.child_blocks.items():
        value = card.value.get(name)
        if isinstance(block, ImageChooserBlock):
            text = str(value) if value else ""
        else:
            text = " / ".join(" ".join(each.split()) for each in texts_in(block, value))
        lines.append((str(block.label), text))
    return [(label, text) for label, text in lines if text]
