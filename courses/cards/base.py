"""What every card has."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.cards.texts import texts_in

INLINE = ["bold", "italic", "link", "ul", "ol"]  # what the editor of a text offers


class Card(blocks.StructBlock):
    """Every card has a heading: it is the page's h1 and the entry in the module's list."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)

    # For courses.advice: what it takes beside reading, and the names of texts that are folded away at first.
    task_seconds = 0
    folded: frozenset[str] = frozenset()

    def frozen(self, value: blocks.StructValue, stored: dict[str, Any]) -> dict[str, Any]:
        """What a published version keeps of the card: ``stored``, and what must not follow a later change elsewhere."""
        return stored

    def words_read(self, value: Any, *, unfolded: bool = True) -> list[str]:
        """What is read below the heading, word by word (in Vietnamese: syllable by syllable).

        ``unfolded``: with what shows only once somebody turns, chooses or asks.
        """
        below = {name: child for name, child in self.child_blocks.items() if name != "heading"}
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


def refuse_list(name: str, message: str | Promise) -> ValidationError:
    """The error of a card whose list ``name`` as a whole is not in order; shown above that list."""
    error: ValidationError = StructBlockValidationError(
        {name: ListBlockValidationError(non_block_errors=[message])}
    )
    return error
