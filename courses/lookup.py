"""Looking up: the cards of all published lessons, found without diacritics. See docs/decisions/0021-lookup.md.

A card is found when it has all words that were typed, each as a word or as the beginning of one, in any order. What was
typed with diacritics comes first where it stands so; then hits in the heading, then the words side by side,
then whole words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Left, Length
from django.utils.html import escape
from django.utils.safestring import SafeString

from courses.lookup_rows import folded, rows_of, typed
from courses.models import Course, Module, ModuleVersion, PublishedCard
from lms.lib.text import exact, fold

MOST_LETTERS = 100
MOST_WORDS = 12
SHOWN = 30

WINDOW = 28  # words of a card's text that a result shows
BEFORE = 6  # of them at most so many before the first hit

_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")


@dataclass(frozen=True)
class Query:
    """What somebody looks for. ``text`` is what was typed, made exact and cut to what is searched.

    ``pieces``: what a card must have, without diacritics, each with a blank before it, such as `` chung`` or
    `` 30 2020``. ``accented``: those that were typed with diacritics, as they were typed.
    """

    text: str
    pieces: tuple[str, ...]
    accented: tuple[str, ...]

    @classmethod
    def of(cls, raw: str) -> "Query":
        text = exact(raw[: 10 * MOST_LETTERS])[:MOST_LETTERS].strip()
        words = text.split(" ")[:MOST_WORDS]
        pieces = {folded(word).rstrip(): typed(word).rstrip() for word in words if folded(word)}
        return cls(text, tuple(pieces), tuple(each for piece, each in pieces.items() if each != piece))

    @property
    def phrase(self) -> str:
        return "".join(self.pieces)

    @property
    def words(self) -> list[str]:
        """Its words as typed, for trying each of them alone; empty where it is one word."""
        words = [word for word in dict.fromkeys(self.text.split(" ")) if folded(word)]
        return words if len(words) > 1 else []


@dataclass(frozen=True)
class Hit:
    """One card; ``heading`` and ``snippet`` are HTML with the hits in mark elements, all else escaped."""

    version: UUID
    card: str
    number: int
    heading: SafeString
    snippet: SafeString


@dataclass(frozen=True)
class LessonHits:
    title: str
    course: str
    hits: list[Hit]


@dataclass(frozen=True)
class Found:
    """Results by lesson, the lesson of the best hit first. ``count``: all there are; ``shown``: at most 30 of them."""

    lessons: list[LessonHits]
    shown: int
    count: int

    @property
    def more(self) -> int:
        return self.count - self.shown


def index_cards(version: ModuleVersion) -> None:
    """The module's cards are found as this version has them, and no longer as an earlier one had them. Repeatable."""
    rows = [
        PublishedCard(module_id=version.module_id, version=version, **row)
        for row in rows_of(version.cards, version.legal_bases)
    ]
    with transaction.atomic():
        PublishedCard.objects.filter(module=version.module_id).delete()
        PublishedCard.objects.bulk_create(rows)


def rebuild() -> int:
    """All of the index anew, from the current version of every module; the number of cards in it."""
    with transaction.atomic():
        PublishedCard.objects.all().delete()
        current = Module.objects.filter(current_version__isnull=False).values("current_version")
        for version in ModuleVersion.objects.filter(pk__in=current).iterator(chunk_size=50):
            index_cards(version)
    return PublishedCard.objects.count()


def open_courses() -> dict[str, str]:
    """The titles of the published courses that are not archived, by where they are in the page tree."""
    return dict(Course.objects.filter(live=True, archived_at=None).values_list("path", "title"))


def findable(courses: Iterable[str]) -> QuerySet[PublishedCard]:
    """The cards that may be found now: of published modules that are not archived, in these courses (open_courses).

    Asked of the pages themselves, so that whatever takes a page down takes its cards out of reach in the same moment.
    ``course_path``: where the module's course is in the page tree.
    """
    return PublishedCard.objects.annotate(
        course_path=Left("module__path", Length("module__path") - Module.steplen)
    ).filter(
        module__live=True,
        module__archived_at=None,
        module__current_version=F("version"),
        course_path__in=list(courses),
    )


def search(query: Query) -> Found:
    """Three queries; none for a query without words."""
    if not query.pieces:
        return Found([], 0, 0)
    courses = open_courses()
    matching = findable(courses).filter(_has("folded", query.pieces))
    # First numbers only, then the few cards that are shown: sorting their texts would take twice as long.
    ranked = list(_ranked(matching, query).values_list("pk", flat=True))
    lessons = _by_lesson(ranked[:SHOWN], query, courses)
    return Found(lessons, len(ranked[:SHOWN]), len(ranked))


def _ranked(matching: QuerySet[PublishedCard], query: Query) -> QuerySet[PublishedCard]:
    order = [
        _has("typed", query.accented),
        _has("folded_heading", query.pieces),
        _has("folded", [query.phrase]),
        _has("folded", [f"{piece} " for piece in query.pieces]),
    ]
    ranks = [Case(When(condition, then=0), default=1) for condition in order if condition]
    return matching.order_by(*ranks, "module__path", "number")


def _by_lesson(best: list[int], query: Query, courses: dict[str, str]) -> list[LessonHits]:
    # Not the whole version, which holds all its cards.
    fields = ("module", "card", "number", "heading", "text", "version__key", "version__title")
    cards = PublishedCard.objects.select_related("version", "module").only(*fields, "module__path")
    found = cards.in_bulk(best)
    lessons: dict[int, LessonHits] = {}
    for row in (found[pk] for pk in best if pk in found):  # not what was published anew in between
        course = courses[row.module.path[: -Module.steplen]]
        lesson = lessons.setdefault(row.module_id, LessonHits(row.version.title, course, []))
        heading, text = marked(row.heading, query), snippet(row.text, query)
        lesson.hits.append(Hit(row.version.key, row.card, row.number, heading, text))
    return list(lessons.values())


def _has(field: str, pieces: Iterable[str]) -> Q:
    return Q(*(Q((f"{field}__contains", piece)) for piece in pieces))


def marked(text: str, query: Query) -> SafeString:
    """The text as HTML, the hits in mark elements."""
    return _mark(text, [(hit.start, hit.end) for hit in _hits(list(_WORD.finditer(text)), query)])


def snippet(text: str, query: Query) -> SafeString:
    """The part of the text that has most of the pieces closest together; its beginning where it has none."""
    words = list(_WORD.finditer(text))
    hits = _hits(words, query)
    first = max(0, min(_best(hits) - BEFORE, len(words) - WINDOW)) if hits else 0
    last = first + WINDOW - 1
    begin = words[first].start() if first else 0
    end = words[last].end() if last < len(words) - 1 else len(text)
    inside = [(hit.start - begin, hit.end - begin) for hit in hits if begin <= hit.start and hit.end <= end]
    before, after = ("… " if begin else ""), (" …" if end < len(text) else "")
    return SafeString(before + _mark(text[begin:end], inside) + after)


class _Place(NamedTuple):
    """A hit in a text: number of its first word, where it begins and ends, which piece it is."""

    word: int
    start: int
    end: int
    piece: str


@lru_cache(maxsize=10_000)
def _bare(word: str) -> str:
    return fold(word)


def _hits(words: list[re.Match[str]], query: Query) -> list[_Place]:
    """In the order of the text, whole words also where only their beginning was typed.

    Of a piece that was typed with diacritics only those places that have them, if there is one.
    """
    bare = [_bare(word[0]) for word in words]
    hits = [
        _Place(at, words[at].start(), words[at + len(parts) - 1].end(), piece)
        for piece, parts in ((piece, piece.split()) for piece in query.pieces)
        for at in range(len(words) - len(parts) + 1)
        if bare[at + len(parts) - 1].startswith(parts[-1]) and bare[at : at + len(parts) - 1] == parts[:-1]
    ]
    text = words[0].string if words else ""
    for accented in query.accented:
        piece = folded(accented).rstrip()
        exactly = {
            hit
            for hit in hits
            if hit.piece == piece and typed(text[hit.start : hit.end]).startswith(accented)
        }
        if exactly:
            hits = [hit for hit in hits if hit.piece != piece or hit in exactly]
    return sorted(hits)


def _best(hits: list[_Place]) -> int:
    """The word from which most pieces follow soonest."""

    def worth(at: int) -> tuple[int, int]:
        first = hits[at].word
        near = dict[str, int]()
        for hit in hits[at:]:
            if hit.word < first + WINDOW - BEFORE:
                near.setdefault(hit.piece, hit.word)
        return len(near), first - max(near.values())

    return hits[max(range(len(hits)), key=worth)].word


def _mark(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """Spans that overlap, or with nothing but blanks between them, become one mark."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    parts, done = [], 0
    for start, end in joined:
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return SafeString("".join([*parts, escape(text[done:])]))
