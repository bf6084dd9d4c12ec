"""What is kept of a published card to find it by: its words as they are read, and in the forms to search in.

Works on the stored form of a version and touches no model, so the migration that fills the index uses it too.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from wagtail import blocks

from courses.cards import CardsBlock
from courses.cards.base import FROZEN
from courses.cards.texts import ALT
from lms.lib.text import exact, fold

_BETWEEN = re.compile(r"[\W_]+")


def rows_of(cards: list[dict[str, Any]], legal_bases: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The fields of ``PublishedCard`` but for module and version, card by card, from ``ModuleVersion``'s own JSON.

    The last card is found by the legal bases too, because it is the one that shows them.
    """
    rows = []
    for number, stored in enumerate(cards, start=1):
        texts = list(_texts_of_card(stored))
        if number == len(cards):
            texts += [" – ".join(filter(None, [each["number"], each["title"]])) for each in legal_bases]
        heading, text = exact(stored["value"]["heading"]), exact(_joined(texts))
        rows.append(
            {
                "card": stored["id"],
                "number": number,
                "heading": heading,
                "text": text,
                "folded_heading": folded(heading),
                "folded": folded(f"{heading} {text}"),
                "typed": typed(f"{heading} {text}"),
            }
        )
    return rows


def folded(text: str) -> str:
    """Lower case, without diacritics and punctuation, a blank around every word: `` chung thuc ban sao ``."""
    return _spaced(fold(exact(text)))


def typed(text: str) -> str:
    """The same with its diacritics, for whoever types them."""
    return _spaced(exact(text).casefold())


def _joined(texts: Iterable[str]) -> str:
    """One text, a dot in the middle of the line where one that ends without a stop meets the next."""
    parts = [part for text in texts if (part := text.strip())]
    return "".join(part + (" " if part[-1] in ".!?:;…" else " · ") for part in parts).removesuffix(" · ")


def _spaced(text: str) -> str:
    words = _BETWEEN.sub(" ", text).strip()
    return f" {words} " if words else ""


def _texts_of_card(stored: dict[str, Any]) -> Iterator[str]:
    block = CardsBlock().child_blocks.get(stored["type"])
    if block is not None:  # else of a card type that is no longer there: its heading is
        value = {name: each for name, each in stored["value"].items() if name != "heading"}
        yield from _texts(block, value)
        yield from _names(stored["value"].get(FROZEN) or {})


def _texts(block: blocks.Block, stored: Any) -> Iterator[str]:
    """As ``courses.cards.texts.texts_in``, of what is stored: nothing is looked up, no picture and no document."""
    if not stored:
        return
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            if not name.endswith(ALT):
                yield from _texts(child, stored.get(name))
    elif isinstance(block, blocks.StreamBlock):
        for each in stored:
            if each["type"] in block.child_blocks:
                yield from _texts(block.child_blocks[each["type"]], each["value"])
    elif isinstance(block, blocks.ListBlock):
        for item in stored:
            # Wagtail still reads lists of an older form, in which items have no id of their own.
            named = isinstance(item, dict) and item.get("type") == "item"
            yield from _texts(block.child_block, item["value"] if named else item)
    elif isinstance(block, blocks.RichTextBlock):
        yield unescape(strip_tags(stored.replace("<", " <")))
    elif isinstance(block, blocks.CharBlock | blocks.TextBlock):
        yield stored


def _names(frozen: dict[str, Any]) -> Iterator[str]:
    """Number and title of the document that a card quotes, the title of the file that it hands out."""
    values: Iterable[tuple[str, Any]] = frozen.items()
    for name, value in values:
        if isinstance(value, dict):
            yield from _names(value)
        elif name in ("number", "title") and value:
            yield str(value)
