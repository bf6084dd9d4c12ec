"""The files that a course shows, named by what is in them."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from django.db.models import Model
from wagtail.documents.models import Document
from wagtail.images.models import Image

from courses.pictures import checked_for_cards
from lms.lib.filetypes import FileRefused, kind_of
from lms.lib.pictures import PictureRefused
from people.models import User

NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")
FOLDER = "media/"


class Kind(NamedTuple):
    """``checked`` gives the extension that the bytes deserve; raises PictureRefused for what is not taken.

    ``stand_in``: a row by name and title that is never saved, for the cards to be checked with.
    """

    name: str
    model: type[Model]
    checked: Callable[[bytes], str]
    stand_in: Callable[[str, str], Model]


def _checked_document(data: bytes) -> str:
    try:
        return kind_of(data)
    except FileRefused as refused:
        raise PictureRefused(str(refused)) from refused


PICTURE = Kind(
    "picture",
    Image,
    checked_for_cards,
    # With a size, or the model would look for it in a file that is not there yet.
    lambda name, title: Image(title=title, file=name, width=1, height=1, collection_id=0),
)
DOCUMENT = Kind(
    "document",
    Document,
    _checked_document,
    lambda name, title: Document(title=title, file=name, file_size=0, collection_id=0),
)
KINDS = {kind.name: kind for kind in (PICTURE, DOCUMENT)}
OF_MODEL = {kind.model: kind for kind in KINDS.values()}


@dataclass(frozen=True)
class Held:
    """A file in the package. ``name``: the SHA-256 of its bytes and an extension."""

    name: str
    kind: Kind
    title: str
    sha1: str = ""


def name_of(data: bytes, extension: str) -> str:
    return f"{hashlib.sha256(data).hexdigest()}.{extension}"


def sha1_of(data: bytes) -> str:
    """As the libraries of pictures and documents keep it."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def known(held: Held) -> Any:
    """What the library has with the same bytes, or None."""
    return held.kind.model._default_manager.filter(file_hash=held.sha1).order_by("pk").first()


def created(held: Held, data: bytes, user: User | None) -> Any:
    new: Any = held.kind.model(
        title=held.title,
        file=ContentFile(data, f"{held.name[:16]}{held.name[64:]}"),
        file_size=len(data),
        file_hash=held.sha1,
        uploaded_by_user=user,
    )
    new.save()
    return new
