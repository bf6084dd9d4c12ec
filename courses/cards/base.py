"""What every card has."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

INLINE = ["bold", "italic", "link", "ul", "ol"]  # what the editor of a text offers


class Card(blocks.StructBlock):
    """Every card has a heading: it is the page's h1 and the entry in the module's list."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)
