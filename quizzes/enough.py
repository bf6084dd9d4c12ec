"""Whether every paper of a quiz gets as many questions as the quiz draws, whatever chance decides.

A paper is drawn part by part (quizzes.papers). A part can come out short in two ways: an earlier part took
questions that it needs, or what is left of it is a situation with more questions than still fit.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

Unit = tuple[int, ...]


@dataclass(frozen=True)
class Shortage:
    """A part that may come out short: it draws ``count`` questions and has ``has`` in its pool.

    ``left``: how many it gets when chance is worst. ``never``: not even when chance is kind.
    """

    part: int  # from 1
    count: int
    has: int
    left: int

    @property
    def never(self) -> bool:
        return self.has < self.count


def shortages(rules: Mapping[str, Any]) -> list[Shortage]:
    """The parts of a frozen quiz (quizzes.publishing.quiz_part) that may come out short; empty when none.

    Exact for questions that stand alone. Where earlier parts draw from the same situations it may warn of a
    chance that cannot quite happen; it never misses one.
    """
    found = []
    pools = [[tuple(unit) for unit in part["units"]] for part in rules["parts"]]
    counts: list[int] = [part["count"] for part in rules["parts"]]
    for at, pool in enumerate(pools):
        has = sum(len(unit) for unit in pool)
        lost = _lost_at_worst(pool, pools[:at], counts[:at])
        left = min(has - lost, counts[at] - _gap_at_worst(pool, counts[at], lost))
        if left < counts[at]:
            found.append(Shortage(at + 1, counts[at], has, max(left, 0)))
    return found


def drawn_at_least(rules: Mapping[str, Any]) -> int:
    """How many questions the shortest paper may have."""
    counts: list[int] = [part["count"] for part in rules["parts"]]
    return sum(counts) - sum(each.count - each.left for each in shortages(rules))


def _lost_at_worst(pool: Sequence[Unit], earlier: Sequence[Sequence[Unit]], counts: Sequence[int]) -> int:
    """The most questions of ``pool`` that earlier parts can take: a greatest flow from parts to questions.

    Units that the same parts can reach are one vessel, so the network is small however big the bank. Where an
    earlier part reaches only some questions of a situation (by a tag), taking those costs the whole situation.
    """
    holders: dict[int, list[tuple[int, int]]] = {}
    for part, units in enumerate(earlier):
        for unit in units:
            for version in unit:
                holders.setdefault(version, []).append((part, len(unit)))
    vessels: Counter[frozenset[int]] = Counter()
    reachable, dearest = 0, 1.0
    for unit in pool:
        taking = [held for version in unit for held in holders.get(version, ())]
        if taking:
            price = min(min(size for _part, size in taking), len(unit))
            vessels[frozenset(part for part, _size in taking)] += price
            reachable += len(unit)
            dearest = max(dearest, len(unit) / price)
    supply, room = list(counts), dict(vessels)
    flow: dict[tuple[int, frozenset[int]], int] = Counter()
    total: int = 0
    while path := _path(supply, room, flow):
        amount = _narrowest(path, supply, room, flow)
        supply[path[0][0]] -= amount
        room[path[-1][1]] -= amount
        for step, (part, vessel) in enumerate(path):
            flow[part, vessel] += amount
            if step:
                flow[part, path[step - 1][1]] -= amount
        total += amount
    most: int = min(reachable, ceil(total * dearest))
    return most


Step = tuple[int, frozenset[int]]


def _path(
    supply: Sequence[int], room: Mapping[frozenset[int], int], flow: Mapping[Step, int]
) -> list[Step] | None:
    """A shortest way for more flow: (part, vessel) steps; from a vessel back to a part that fills it already."""
    ways: list[list[Step]] = [
        [(part, vessel)] for part, left in enumerate(supply) if left for vessel in room if part in vessel
    ]
    seen = {way[-1][1] for way in ways}
    while ways:
        following = []
        for way in ways:
            vessel = way[-1][1]
            if room[vessel]:
                return way
            for part in vessel:
                if flow.get((part, vessel), 0):
                    for other in room:
                        if part in other and other not in seen:
                            seen.add(other)
                            following.append([*way, (part, other)])
        ways = following
    return None


def _narrowest(
    path: Sequence[Step],
    supply: Sequence[int],
    room: Mapping[frozenset[int], int],
    flow: Mapping[Step, int],
) -> int:
    limits = [supply[path[0][0]], room[path[-1][1]]]
    limits += [flow[part, path[step][1]] for step, (part, _vessel) in enumerate(path[1:])]
    return min(limits)


def _gap_at_worst(pool: Sequence[Unit], count: int, lost: int) -> int:
    """How many questions may be missing because all that is left of the pool are situations that no longer fit.

    ``lost``: the most that other parts can take from the pool.
    """
    sizes = Counter(len(unit) for unit in pool)
    worst = 0
    for gap in range(1, count + 1):
        # Short by ``gap``: whatever is that small was taken, and some of what is bigger fills the rest exactly.
        small = sum(size * number for size, number in sizes.items() if size <= gap)
        bigger = {size: number for size, number in sizes.items() if size > gap}
        all_bigger = sum(size * number for size, number in bigger.items())
        if any(
            small - lost <= count - gap - total <= small
            for total in _sums(bigger, count - gap)
            if total < all_bigger
        ):
            worst = gap
    return worst


def _sums(sizes: Mapping[int, int], most: int) -> set[int]:
    """All totals up to ``most`` of some of ``sizes`` (size → how many of it)."""
    sums = {0}
    for size, number in sizes.items():
        times = range(1, min(number, most // size) + 1)
        more = {total + size * each for total in sums for each in times}
        sums |= {total for total in more if total <= most}
    return sums
