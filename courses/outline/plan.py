"""What an outline says, whatever the file: lessons with cards, each with the place where it stands in the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import batched
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.exchange.cards import complaints
from courses.models import Course, LegalBasis, Module
from courses.outline import LONG, MOST_STEPS
from lms.lib.text import fold

WORDS_A_MINUTE = 130
LONGEST_HEADING = 90


class OutlineRefused(Exception):
    """Nothing of the file was read. ``str()`` is a translated sentence that says why and what to do."""


@dataclass(frozen=True)
class Passage:
    """A piece of a text card: a paragraph, or an entry of a list. ``html``: with <b> and <i> alone."""

    html: str
    text: str
    listed: str = ""  # "ul", "ol" or none


@dataclass(frozen=True)
class Picture:
    """``data``: a PNG or JPEG file that was checked."""

    data: bytes
    extension: str
    alt: str


@dataclass
class Card:
    """``value``: what the block of this kind takes, but for a text card's ``body``, which is made of ``passages``.

    ``refused``: why it cannot be taken; ``notes``: what the trainer should know of it.
    """

    kind: str
    heading: str
    where: str
    value: dict[str, Any] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    picture: Picture | None = None
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(Module.cards.field.stream_block.child_blocks[self.kind].label)

    @property
    def words(self) -> int:
        lists = [each for each in self.value.values() if isinstance(each, list)]
        texts = [each for each in self.value.values() if isinstance(each, str)]
        texts += [each for entries in lists for each in entries]
        texts += [passage.text for passage in self.passages]
        return sum(len(text.split()) for text in texts)

    @property
    def is_long(self) -> bool:
        return self.words > LONG or len(self.value.get("steps", ())) > MOST_STEPS

    def block_value(self) -> dict[str, Any]:
        value = {"heading": self.heading, **self.value}
        return value | {"body": body_of(self.passages)} if self.kind == "text" else value


@dataclass
class Link:
    number: str
    article: str
    basis: LegalBasis | None = None


@dataclass
class Lesson:
    title: str
    where: str
    summary: str = ""
    cards: list[Card] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def taken(self) -> list[Card]:
        return [card for card in self.cards if not card.refused]

    @property
    def minutes(self) -> int:
        return max(1, -(-sum(card.words for card in self.taken) // WORDS_A_MINUTE))


@dataclass
class Outline:
    """``left_out``: (where, why) of what stands in the file and goes nowhere."""

    lessons: list[Lesson] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cards(self) -> int:
        return sum(len(lesson.taken) for lesson in self.lessons)

    @property
    def long(self) -> int:
        return sum(card.is_long for lesson in self.lessons for card in lesson.taken)


def body_of(passages: Sequence[Passage]) -> str:
    """Rich text: entries that follow each other in one list stand in one list."""
    pieces: list[str] = []
    inside = ""
    for passage in passages:
        if passage.listed != inside:
            pieces.append(f"</{inside}>" if inside else "")
            pieces.append(f"<{passage.listed}>" if passage.listed else "")
            inside = passage.listed
        pieces.append(f"<li>{passage.html}</li>" if passage.listed else f"<p>{passage.html}</p>")
    return "".join(pieces) + (f"</{inside}>" if inside else "")


def plain(text: str, listed: str = "") -> Passage:
    return Passage(escape(text, quote=False), text, listed)


def checked(outline: Outline, course: Course, *, split: bool) -> Outline:
    """With what the database knows: legal bases, lessons of the same title; each card checked by its block.

    ``split``: the trainer agreed that long cards become several.
    """
    bases = {fold(basis.number): basis for basis in LegalBasis.objects.all()}
    present = {fold(title) for title in Module.objects.child_of(course).values_list("title", flat=True)}
    for lesson in outline.lessons:
        if fold(lesson.title) in present:
            lesson.notes.append(
                _("The course has a lesson of this title already; this one stands beside it.")
            )
        if split:
            lesson.cards = [part for card in lesson.cards for part in _parts(card)]
        for card in lesson.cards:
            card.refused += _faults(card)
        lesson.links = list(_known(lesson, bases))
        if not lesson.taken:
            lesson.notes.append(_("The lesson has no card."))
    return outline


def _known(lesson: Lesson, bases: dict[str, LegalBasis]) -> Iterator[Link]:
    seen: set[int] = set()
    for link in lesson.links:
        link.basis = bases.get(fold(link.number))
        if link.basis is None:
            lesson.notes.append(
                _(
                    "“%(number)s” is not in the register of legal bases, so it is left out. Enter it there first."
                )
                % {"number": link.number[:80]}
            )
        elif link.basis.pk not in seen:
            seen.add(link.basis.pk)
            yield link


def _faults(card: Card) -> list[str]:
    block = Module.cards.field.stream_block.child_blocks[card.kind]
    try:
        block.clean(block.normalize(card.block_value()))
    except ValidationError as error:
        return list(complaints(error, block))
    return []


def _parts(card: Card) -> list[Card]:
    """A long card as several, split between paragraphs or steps; one that cannot be split stays as it is."""
    if not card.is_long or card.refused:
        return [card]
    if card.kind == "steps":
        count = -(-len(card.value["steps"]) // MOST_STEPS)
        size = -(-len(card.value["steps"]) // max(count, 1))
        pieces = [{**card.value, "steps": list(some)} for some in batched(card.value["steps"], max(size, 2))]
        if len(pieces[-1]["steps"]) < 2:
            return [card]
        return _numbered(card, [replace(card, value=piece) for piece in pieces])
    if card.kind == "text":
        groups: list[list[Passage]] = [[]]
        for passage in card.passages:
            words = sum(len(each.text.split()) for each in groups[-1])
            if groups[-1] and words + len(passage.text.split()) > LONG:
                groups.append([])
            groups[-1].append(passage)
        return _numbered(card, [replace(card, passages=tuple(group)) for group in groups])
    return [card]


def _numbered(card: Card, parts: list[Card]) -> list[Card]:
    """Each part says which it is; the picture and the introduction stay with the first."""
    if len(parts) == 1:
        return [card]
    for number, part in enumerate(parts, start=1):
        end = f" ({number}/{len(parts)})"
        part.heading = card.heading[: LONGEST_HEADING - len(end)] + end
        part.notes, part.refused = list(card.notes) if number == 1 else [], []
        if number > 1:
            part.picture = None
            part.value = {
                name: "" if name in ("intro", "image_alt") else value for name, value in part.value.items()
            }
    return parts
