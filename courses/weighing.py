"""What a phone loads for a lesson, in bytes."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import Resolver404, resolve
from wagtail.documents.models import Document

from courses.rendering import CardView


@dataclass
class Weight:
    """``text``: the cards as compressed HTML; ``pictures``: each once, in the larger size, as a sharp screen takes it.

    Loaded only when somebody asks for them, so counted apart: ``media`` (sound and film) and ``documents``.
    """

    text: int = 0
    pictures: int = 0
    media: int = 0
    documents: int = 0
    _seen: set[str] = field(default_factory=set, repr=False)

    @property
    def total(self) -> int:
        return self.text + self.pictures

    def add(self, sort: str, address: object) -> None:
        name = str(address or "")
        if name not in self._seen:
            self._seen.add(name)
            setattr(self, sort, getattr(self, sort) + size_of(name))


def weigh(cards: Iterable[CardView]) -> Weight:
    """Read from the rendered cards, so every card type counts with what it really shows."""
    weight = Weight()
    for card in cards:
        weight.text += len(gzip.compress(card.html.encode()))
        for tag in BeautifulSoup(card.html, "html.parser").find_all(["img", "audio", "video", "source", "a"]):
            if isinstance(tag, Tag):
                _add(weight, tag)
    return weight


def _add(weight: Weight, tag: Tag) -> None:
    if tag.name == "img":
        weight.add("pictures", tag.get("src"))
    elif tag.name == "a":
        if "/images/" not in str(tag.get("href")):  # a picture to look at more closely is no document
            weight.add("documents", tag.get("href"))
    else:
        weight.add("media", tag.get("src"))
        weight.add("pictures", tag.get("poster"))


@lru_cache(maxsize=2000)
def size_of(address: str) -> int:
    """Bytes of what a card shows or hands out; 0 for other addresses and for what is gone. It never changes."""
    if address.startswith(settings.MEDIA_URL):
        try:
            return default_storage.size(address.removeprefix(settings.MEDIA_URL))
        except FileNotFoundError:
            return 0
    try:
        found = resolve(address)
    except Resolver404:
        return 0
    if found.url_name != "wagtaildocs_serve":
        return 0
    return (
        Document.objects.filter(pk=found.kwargs["document_id"]).values_list("file_size", flat=True).first()
        or 0
    )
