"""What stands in a card, found by walking through its blocks, whatever its type."""

from collections.abc import Iterator
from typing import Any

from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

ALT = "_alt"  # how the name ends under which a picture's description stands, beside the picture's own


def texts_in(block: blocks.Block, value: Any, skipped: frozenset[str] = frozenset()) -> Iterator[str]:
    """The texts that are read, in order, as plain text: no addresses, no choices, no descriptions of pictures.

    ``skipped``: names of further children, at any depth, that are left out.
    """
    if not value:
        return
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            if not name.endswith(ALT) and name not in skipped:
                yield from texts_in(child, value.get(name), skipped)
    elif isinstance(block, blocks.StreamBlock):
        for child in value:
            yield from texts_in(child.block, child.value, skipped)
    elif isinstance(block, blocks.ListBlock):
        for item in value:
            yield from texts_in(block.child_block, item, skipped)
    elif isinstance(block, blocks.RichTextBlock):
        yield strip_tags(value.source.replace("<", " <"))
    elif isinstance(block, blocks.CharBlock | blocks.TextBlock):
        yield value


def pictures_without_words(block: blocks.Block, value: Any) -> int:
    """How many pictures have a field for their description that is empty."""
    if not value:
        return 0
    if isinstance(block, blocks.StructBlock):
        return sum(
            pictures_without_words(child, value.get(name)) + _bare(block, name, value)
            for name, child in block.child_blocks.items()
        )
    if isinstance(block, blocks.StreamBlock):
        return sum(pictures_without_words(child.block, child.value) for child in value)
    if isinstance(block, blocks.ListBlock):
        return sum(pictures_without_words(block.child_block, item) for item in value)
    return 0


def pictures_in(block: blocks.Block, value: Any) -> int:
    """How many pictures a card shows."""
    if not value:
        return 0
    if isinstance(block, ImageChooserBlock):
        return 1
    if isinstance(block, blocks.StructBlock):
        return sum(pictures_in(child, value.get(name)) for name, child in block.child_blocks.items())
    if isinstance(block, blocks.StreamBlock):
        return sum(pictures_in(child.block, child.value) for child in value)
    if isinstance(block, blocks.ListBlock):
        return sum(pictures_in(block.child_block, item) for item in value)
    return 0


def _bare(block: blocks.StructBlock, name: str, value: Any) -> bool:
    described = f"{name}{ALT}" in block.child_blocks
    picture = isinstance(block.child_blocks[name], ImageChooserBlock) and bool(value.get(name))
    return described and picture and not value.get(f"{name}{ALT}")
