"""What cards with files have in common: a file of the library is shown with its title, kind and size."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.cards.base import CardValue
from lms.lib.filetypes import AUDIO, CAPTIONS, DOCUMENTS, TYPES, VIDEO, extension_of

MB = 1024 * 1024


@dataclass(frozen=True)
class FileView:
    """A file as a card shows it; ``size`` in bytes."""

    id: int
    title: str
    name: str
    size: int

    @classmethod
    def of(cls, card: CardValue, name: str) -> Self | None:
        """The card's file ``name``: as it was published, in a draft as the library has it."""
        frozen = card.as_published.get(name) or described(card.get(name))
        return cls(**frozen) if frozen else None

    @property
    def address(self) -> str:
        return reverse("wagtaildocs_serve", args=[self.id, self.name])

    @property
    def kind(self) -> str:
        """Such as PDF."""
        return extension_of(self.name).upper()

    @property
    def content_type(self) -> str:
        return TYPES[extension_of(self.name)]

    @property
    def is_video(self) -> bool:
        return extension_of(self.name) in VIDEO


def described(document: Any) -> dict[str, Any]:
    """What a published version keeps of a file; {} without one."""
    if not document:
        return {}
    size = document.get_file_size() or 0
    return {"id": document.pk, "title": document.title, "name": document.filename, "size": size}


def refuse_others(value: CardValue, kinds: dict[str, Collection[str]]) -> None:
    """Raises ValidationError where a chosen file is of no kind that its place in the card takes."""
    errors = {
        name: ValidationError(
            _("Choose a file of the kind %(kinds)s. This one is of the kind %(kind)s.")
            % {"kinds": ", ".join(allowed), "kind": extension_of(value[name].filename)}
        )
        for name, allowed in kinds.items()
        if value.get(name) and extension_of(value[name].filename) not in allowed
    }
    if errors:
        raise StructBlockValidationError(errors)


def limit_of(name: str) -> int:
    """How many bytes a file may have, by the kind its name says."""
    megabytes: int = settings.DOCUMENT_MAX_MB
    if extension_of(name) in {*VIDEO, *AUDIO}:
        megabytes = settings.MEDIA_MAX_MB
    return megabytes * MB


def what_is_taken() -> str:
    """Told above the field before anybody uploads."""
    return _(
        "To download: %(documents)s, up to %(document_mb)s MB. Video: %(video)s, and audio: %(audio)s, up to "
        "%(media_mb)s MB; a minute of video at 360p has some 3 MB. Captions: %(captions)s."
    ) % {
        "documents": ", ".join(DOCUMENTS),
        "document_mb": settings.DOCUMENT_MAX_MB,
        "video": ", ".join(VIDEO),
        "audio": ", ".join(AUDIO),
        "media_mb": settings.MEDIA_MAX_MB,
        "captions": ", ".join(CAPTIONS),
    }
