"""What every card has."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.cards.texts import texts_in

FROZEN = "as_published"
INLINE = ["bold", "italic", "link", "ul", "ol"]  # what the editor of a text offers


class CardValue(blocks.StructValue):
    as_published: Mapping[str, Any] = MappingProxyType({})


class Card(blocks.StructBlock):
    """Every card has a heading: it is the page's h1 and the entry in the module's list."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)

    class Meta:
        value_class = CardValue

    # For courses.advice: what it takes beside reading, and the names of texts that are folded away at first.
    task_seconds = 0
    folded: frozenset[str] = frozenset()

    def frozen(self, value: CardValue) -> dict[str, Any]:
        """What a published version keeps of what stands elsewhere, so that it does not follow later changes there.

        It is stored beside the card's own values, as ``as_published``, and found as ``value.as_published``: {} in a
        draft, and in cards that need nothing else.
        """
        return {}

    def to_python(self, value: dict[str, Any]) -> CardValue:
        return _with_frozen(super().to_python(value), value)

    def bulk_to_python(self, values: Iterable[dict[str, Any]]) -> list[CardValue]:
        stored = list(values)
        return [
            _with_frozen(value, each)
            for value, each in zip(super().bulk_to_python(stored), stored, strict=True)
        ]

    def words_read(self, value: Any, *, unfolded: bool = True) -> list[str]:
        """What is read below the heading and takes place there, word by word (in Vietnamese: syllable by syllable).

        ``unfolded``: with what shows only once somebody turns, chooses or asks.
        """
        below = {
            name: child for name, child in self.child_blocks.items() if name not in {"heading", "image_alt"}
        }
        skipped = frozenset() if unfolded else self.folded
        texts = (
            text
            for name, child in below.items()
            if name not in skipped
            for text in texts_in(child, value.get(name), skipped)
        )
        return [word for text in texts for word in text.split() if any(char.isalnum() for char in word)]

    def own_warnings(self, value: Any) -> list[str]:
        """Sentences about this card that its author should know beside the common rules (courses.advice)."""
        return []


def _with_frozen(value: CardValue, stored: dict[str, Any]) -> CardValue:
    value.as_published = stored.get(FROZEN, CardValue.as_published)
    return value


def refuse_list(name: str, message: str | Promise) -> ValidationError:
    """The error of a card whose list ``name`` as a whole is not in order; shown above that list."""
    error: ValidationError = StructBlockValidationError(
        {name: ListBlockValidationError(non_block_errors=[message])}
    )
    return error
