"""What every card has."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

INLINE = ["bold", "italic", "link", "ul", "ol"]  # what the editor of a text offers


class Card(blocks.StructBlock):
    """Every card has a heading: it is the page's h1 and the entry in the module's list."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)

    def frozen(self, value: blocks.StructValue, stored: dict[str, Any]) -> dict[str, Any]:
        """What a published version keeps of the card: ``stored``, and what must not follow a later change elsewhere."""
        return stored


def refuse_list(name: str, message: str | Promise) -> ValidationError:
    """The error of a card whose list ``name`` as a whole is not in order; shown above that list."""
    error: ValidationError = StructBlockValidationError(
        {name: ListBlockValidationError(non_block_errors=[message])}
    )
    return error
