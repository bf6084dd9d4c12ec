"""Questions that ask the same: word for word but for case, diacritics and punctuation, or nearly so."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from lms.lib.text import fold
from quizzes.models import Question

ALIKE = 0.75  # of the three-letter pieces of both, so many are common to both
_OTHER = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Twin:
    """Another question that asks the same or nearly the same; ``percent`` is 100 for the same words."""

    question: Question
    percent: int

    @property
    def same(self) -> bool:
        return self.percent == 100


def bare(stem: str) -> str:
    """What is compared: lower case, no diacritics, no punctuation, single blanks."""
    return _OTHER.sub(" ", fold(stem)).strip()


def pieces(text: str) -> frozenset[str]:
    """The three-letter pieces of a bare text, its ends marked."""
    marked = f" {text} "
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard: common pieces among all pieces of both, from 0 to 1."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def twins_of(stem: str, *, but: int | None = None, most: int = 5) -> list[Twin]:
    """The questions of the bank that ask the same as ``stem``, the most alike first; ``but``: not this one.

    All folders; retired ones too, for they may be taken up again. Two queries; some 100 ms for 5,000 questions.
    """
    text = bare(stem)
    if not text:
        return []
    mine, found = pieces(text), list[tuple[int, int]]()
    for pk, other in Question.objects.exclude(pk=but).order_by().values_list("pk", "search_text").iterator():
        theirs = bare(other)
        if theirs == text:
            found.append((100, pk))
        elif ALIKE * len(text) <= len(theirs) * 1.3 and ALIKE * len(theirs) <= len(text) * 1.3:
            share = likeness(mine, pieces(theirs))
            if share >= ALIKE:
                found.append((min(99, int(share * 100)), pk))
    found = sorted(found, key=lambda each: (-each[0], each[1]))[:most]
    questions = Question.objects.select_related("bank").in_bulk([pk for _percent, pk in found])
    return [Twin(questions[pk], percent) for percent, pk in found]


def all_twins(stems: Iterable[tuple[int, str]]) -> list[tuple[int, int, int]]:
    """(percent, id, id) for all pairs among ``stems`` (id, stem) that ask the same, the most alike first.

    Two texts that are so much alike share one of their rarest pieces, so only those are looked up (prefix
    filtering; Chaudhuri, Ganti and Kaushik 2006). 5,000 questions take a few seconds at most.
    """
    texts = {pk: text for pk, stem in stems if (text := bare(stem))}
    sets = {pk: pieces(text) for pk, text in texts.items()}
    often = Counter(piece for each in sets.values() for piece in each)
    seen_with: dict[str, list[int]] = {}
    pairs = []
    for pk in sorted(sets, key=lambda pk: (len(sets[pk]), pk)):
        mine = sets[pk]
        rarest = sorted(mine, key=lambda piece: (often[piece], piece))
        prefix = rarest[: len(mine) - ceil(ALIKE * len(mine)) + 1]
        near = {other for piece in prefix for other in seen_with.get(piece, ())}
        for other in near:
            if len(sets[other]) < ALIKE * len(mine):
                continue
            share = 1.0 if texts[pk] == texts[other] else likeness(mine, sets[other])
            if share >= ALIKE:
                percent = 100 if texts[pk] == texts[other] else min(99, int(share * 100))
                pairs.append((percent, min(pk, other), max(pk, other)))
        for piece in prefix:
            seen_with.setdefault(piece, []).append(pk)
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))


def groups_of(pairs: Iterable[tuple[int, int, int]]) -> Iterator[list[int]]:
    """Ids that belong together by any chain of pairs, each group in ascending order."""
    leader: dict[int, int] = {}

    def lead(pk: int) -> int:
        while leader.setdefault(pk, pk) != pk:
            pk = leader[pk]
        return pk

    for _percent, one, other in pairs:
        first, second = sorted((lead(one), lead(other)))
        leader[second] = first
    groups: dict[int, list[int]] = {}
    for pk in sorted(leader):
        groups.setdefault(lead(pk), []).append(pk)
    yield from groups.values()
