"""A lesson's cards without ids, walked by their blocks: out of the stored form, and back into values of the blocks."""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from wagtail import blocks

from courses.cards import CardsBlock
from courses.exchange import rich_text
from courses.exchange.words import Problems, Words
from courses.models import Module

MAX_CARDS = 100
MAX_ITEMS = 200  # of a list in a card


class Names(Protocol):
    """What cards point at (pictures, files, legal bases), by a name that holds in every installation."""

    def name_of(self, model: type[Model], pk: Any) -> str | None:
        """None for what cannot travel."""

    def lesson_of(self, pk: str) -> int | None:
        """The place of the lesson with this page id in its course, from 1."""

    def lost(self, sentence: str) -> None: ...


def portable_cards(module: Module, names: Names) -> list[dict[str, Any]]:
    """[{"type", "value"}, …]; ids of cards and of list entries are left out."""
    block = module.cards.stream_block
    return _portable(block, block.get_prep_value(module.cards), names)  # type: ignore[no-any-return]


def _portable(block: blocks.Block, raw: Any, names: Names) -> Any:
    if isinstance(block, blocks.StructBlock):
        return {
            name: _portable(child, raw[name], names)
            for name, child in block.child_blocks.items()
            if name in raw
        }
    if isinstance(block, blocks.ListBlock):
        return [_portable(block.child_block, each["value"], names) for each in raw]
    if isinstance(block, blocks.StreamBlock):
        return [
            {"type": each["type"], "value": _portable(block.child_blocks[each["type"]], each["value"], names)}
            for each in raw
            if each["type"] in block.child_blocks
        ]
    if isinstance(block, blocks.ChooserBlock):
        return None if raw is None else names.name_of(block.model_class, raw)
    if isinstance(block, blocks.RichTextBlock):
        return rich_text.portable(raw or "", names.lesson_of, names.lost)
    return raw


Lookup = Callable[[type[Model], str], Model | None]


def read_cards(
    cards: list[Any],
    *,
    where: str,
    problems: Problems,
    find: Lookup,
    pages: Mapping[int, int],
    saved: bool = True,
) -> list[tuple[str, Any]]:
    """(type, value) for a StreamField, each checked by its block; what is wrong is noted in ``problems``.

    ``find`` gives what a name stands for, or None where the file has no such thing. Before anything of it is saved
    (``saved=False``) the choosers are not asked whether they know it.
    """
    stream = Module.cards.field.stream_block if saved else _before_saving()
    found = []
    for number, card in enumerate(cards, start=1):
        place = _("%(where)s, card %(number)d") % {"where": where, "number": number}
        words = Words(card, place, problems)
        kind = words.take("type", (str,), otherwise="")
        raw = words.take("value", (dict,), otherwise=None)
        words.done()
        block = stream.child_blocks.get(kind)
        if block is None or raw is None:
            if kind:
                problems.add(place, _("“%(kind)s” is no kind of card here.") % {"kind": kind[:40]})
            continue
        before = len(problems.sentences)
        value = _value(block, raw, place, _Reading(problems, find, pages))
        if len(problems.sentences) > before:
            continue
        try:
            found.append((kind, block.clean(block.normalize(value))))
        except ValidationError as error:
            for complaint in complaints(error, block):
                problems.add(place, complaint)
    return found


class _Reading:
    def __init__(self, problems: Problems, find: Lookup, pages: Mapping[int, int]) -> None:
        self.problems, self.find, self.pages = problems, find, pages


@cache
def _before_saving() -> CardsBlock:
    """The card types with choosers that believe what they are given."""
    stream: CardsBlock = copy.deepcopy(Module.cards.field.stream_block)
    for chooser in _choosers(stream):
        chooser.clean = lambda value: value
    return stream


def _choosers(block: blocks.Block) -> Iterator[blocks.Block]:
    if isinstance(block, blocks.ChooserBlock):
        yield block
    elif isinstance(block, blocks.ListBlock):
        yield from _choosers(block.child_block)
    else:
        for child in getattr(block, "child_blocks", {}).values():
            yield from _choosers(child)


def _value(block: blocks.Block, raw: Any, where: str, reading: _Reading) -> Any:
    if isinstance(block, blocks.StructBlock):
        words = Words(raw, where, reading.problems)
        value = {}
        for name, child in block.child_blocks.items():
            given = words.take(name, _ANY, otherwise=None, default=_ABSENT)
            value[name] = (
                child.get_default()
                if given is _ABSENT
                else _value(child, given, f"{where}, {_label(child, name)}", reading)
            )
        words.done()
        return value
    if isinstance(block, blocks.ListBlock):
        return [
            _value(block.child_block, each, f"{where} {number}", reading)
            for number, each in enumerate(_entries(raw, where, reading.problems), start=1)
        ]
    if isinstance(block, blocks.StreamBlock):
        return list(_children(block, raw, where, reading))
    return _leaf(block, raw, where, reading)


_ANY = (str, int, float, bool, list, dict, type(None))
_ABSENT: Any = object()


def _entries(raw: Any, where: str, problems: Problems) -> list[Any]:
    if not isinstance(raw, list) or len(raw) > MAX_ITEMS:
        problems.add(where, _("here a list of at most %(limit)d entries is expected.") % {"limit": MAX_ITEMS})
        return []
    return raw


def _children(
    block: blocks.StreamBlock, raw: Any, where: str, reading: _Reading
) -> Iterator[tuple[str, Any]]:
    for number, each in enumerate(_entries(raw, where, reading.problems), start=1):
        words = Words(each, f"{where} {number}", reading.problems)
        kind = words.one_of("type", block.child_blocks)
        value = words.take("value", _ANY, otherwise=None)
        words.done()
        yield kind, _value(block.child_blocks[kind], value, f"{where} {number}", reading)


def _leaf(block: blocks.Block, raw: Any, where: str, reading: _Reading) -> Any:
    if raw is None:
        return block.to_python(None) if not isinstance(block, blocks.RichTextBlock) else block.to_python("")
    if type(raw) not in _kinds(block):
        reading.problems.add(where, _("the value is not of the right kind."))
        return None
    if isinstance(block, blocks.ChooserBlock):
        found = reading.find(block.model_class, raw)
        if found is None:
            reading.problems.add(where, _("“%(name)s” is not in the file.") % {"name": raw[:80]})
        return found
    if isinstance(block, blocks.RichTextBlock):
        try:
            return block.to_python(rich_text.stored(raw, reading.pages))
        except rich_text.TextRefused as refused:
            reading.problems.add(where, str(refused))
            return None
    try:
        return block.to_python(raw)
    except (ValueError, ValidationError):
        reading.problems.add(where, _("the value is not of the right kind."))
        return None


def _kinds(block: blocks.Block) -> tuple[type, ...]:
    field = getattr(block, "field", None)
    match field:
        case forms.BooleanField():
            return (bool,)
        case forms.FloatField():
            return (int, float)
        case forms.DecimalField():
            return (str,)
        case forms.IntegerField():
            return (int,)
        case forms.MultipleChoiceField():
            return (list,)
    return (str,)


def complaints(error: ValidationError, block: blocks.Block | None) -> Iterator[str]:
    """What a block found wrong, each with the way to it inside the card, in the words of the editor."""
    if not hasattr(error, "block_errors"):
        yield from error.messages
        return
    for place, inner in error.block_errors.items():
        child = _child(block, place)
        name = str(place + 1) if isinstance(place, int) else _label(child, str(place))
        yield from (f"{name}: {text}" for text in complaints(inner, child))
    yield from map(str, getattr(error, "non_block_errors", ()))


def _child(block: blocks.Block | None, place: object) -> blocks.Block | None:
    if isinstance(block, blocks.ListBlock):
        return block.child_block
    return getattr(block, "child_blocks", {}).get(place)


def _label(block: blocks.Block | None, name: str) -> str:
    return str(getattr(block, "label", "") or name)
