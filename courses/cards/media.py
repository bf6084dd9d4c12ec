"""A short video or recording, with captions and everything that is said in it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from courses.cards.base import Card, CardValue
from courses.cards.files import described, refuse_others
from lms.lib.filetypes import AUDIO, CAPTIONS, VIDEO, extension_of


class MediaCard(Card):
    intro = blocks.CharBlock(label=_("Introduction"), required=False, max_length=250)
    media = DocumentChooserBlock(
        label=_("Video or audio"),
        help_text=_("MP4 or WebM; MP3, M4A or OGG. Two minutes and 10 MB are plenty on a phone"),
    )
    captions = DocumentChooserBlock(
        label=_("Captions"),
        required=False,
        help_text=_("A WebVTT file (.vtt). A video needs it: many watch without sound"),
    )
    transcript = blocks.TextBlock(
        label=_("Transcript"),
        max_length=12000,
        help_text=_("Everything that is said, and what is shown without words. Read by who cannot play it"),
    )
    poster = ImageChooserBlock(
        label=_("Picture before it begins"), required=False, help_text=_("Only for a video")
    )

    class Meta:
        icon = "media"
        label = _("Video or audio")
        description = _("A short film or recording, with captions and transcript")
        label_format = "{heading}"
        template = "courses/cards/media.html"

    folded = frozenset({"transcript"})  # as long as the film: what is said takes as long as reading it

    def clean(self, value: CardValue) -> CardValue:
        cleaned: CardValue = super().clean(value)
        refuse_others(cleaned, {"media": [*VIDEO, *AUDIO], "captions": CAPTIONS})
        if extension_of(cleaned["media"].filename) in VIDEO and not cleaned["captions"]:
            message = _("A video needs captions, for those who cannot hear it or have to keep the sound off.")
            raise StructBlockValidationError({"captions": ValidationError(message)})
        return cleaned

    def frozen(self, value: CardValue) -> dict[str, Any]:
        return {name: described(value[name]) for name in ("media", "captions")}
