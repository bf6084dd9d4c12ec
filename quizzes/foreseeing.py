"""What a corrected key would do, before anybody confirms it: who rises, who falls, what rests on it.

Read only. Names and single units are for accounts in whose scope they are (rule 8); others see sums.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.models import ModuleVersion
from people.models import Posting, User
from people.scope import wards_in_scope
from quizzes.counting import HALF_A_STEP, is_passed
from quizzes.grading import earned_points, stored
from quizzes.models import Answer, Attempt, AttemptItem, QuestionVersion

FEW = 5  # a unit with fewer attempts would show single people to those who may not see them
NAMED = 200  # names shown on a page

# What apps above know to rest on attempts: {attempt ids} → how many certificates (reports.apps).
_rest_on: list[Callable[[Collection[int]], int]] = []


def register_certificates(counts: Callable[[Collection[int]], int]) -> None:
    """An app above says how many certificates rest on attempts; quizzes know of none."""
    _rest_on[:] = [counts]


class Effect(NamedTuple):
    """One attempt before and after; points are those of the whole attempt."""

    attempt: int
    official: int
    ward: tuple[str, str]
    before: Fraction
    after: Fraction
    passed_before: bool
    passed_after: bool

    @property
    def points_before(self) -> Decimal:
        return stored(self.before)

    @property
    def points_after(self) -> Decimal:
        return stored(self.after)

    @property
    def kind(self) -> str:
        """ "rises", "falls" or "stays"."""
        return "rises" if self.after > self.before else "falls" if self.after < self.before else "stays"


@dataclass
class Sums:
    """Counts of attempts."""

    attempts: int = 0
    rises: int = 0
    falls: int = 0
    to_passed: int = 0
    to_failed: int = 0

    def add(self, effect: Effect) -> None:
        self.attempts += 1
        self.rises += effect.kind == "rises"
        self.falls += effect.kind == "falls"
        self.to_passed += effect.passed_after and not effect.passed_before
        self.to_failed += effect.passed_before and not effect.passed_after

    def include(self, other: "Sums") -> None:
        for name in ("attempts", "rises", "falls", "to_passed", "to_failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Person:
    """An attempt that would change, for an account that may see its official."""

    attempt: Attempt
    effect: Effect


@dataclass
class Foreseen:
    """``units``: (unit, province) with its sums; ``others`` all small units that the account may not see."""

    total: Sums = field(default_factory=Sums)
    still_open: int = 0
    told: int = 0
    certificates: int = 0
    units: list[tuple[tuple[str, str], Sums]] = field(default_factory=list)
    others: Sums = field(default_factory=Sums)
    people: list[Person] = field(default_factory=list)
    people_in_scope: int = 0


def foresee(versions: Collection[int], corrected: QuestionVersion, user: User) -> Foreseen:
    """What regrading the attempts with these versions by the key of ``corrected`` would do, as ``user`` may see it."""
    found, by_ward = Foreseen(), dict[tuple[str, str], Sums]()
    changed: dict[int, Effect] = {}
    rising: Counter[int] = Counter()
    for effect in effects(versions, corrected):
        found.total.add(effect)
        by_ward.setdefault(effect.ward, Sums()).add(effect)
        if effect.kind != "stays":
            changed[effect.attempt] = effect
            rising[effect.official] += effect.kind == "rises"
    found.told = sum(count > 0 for count in rising.values())
    found.still_open = attempts_with(versions).exclude(state__in=Attempt.CLOSED).count()
    grounds = [pk for pk, effect in changed.items() if effect.passed_before]
    found.certificates = sum(count(grounds) for count in _rest_on)
    seen = attempts_seen_by(user, attempts_with(versions))
    own = set(seen.order_by().values_list("ward_name", "province_name").distinct())
    for ward, sums in sorted(by_ward.items(), key=lambda each: (-each[1].attempts, each[0])):
        if sums.attempts < FEW and ward not in own:
            found.others.include(sums)
        else:
            found.units.append((ward, sums))
    visible = [
        pk for pk in seen.order_by("official__sort_key", "pk").values_list("pk", flat=True) if pk in changed
    ]
    found.people_in_scope = len(visible)
    named = Attempt.objects.select_related("official").in_bulk(visible[:NAMED])
    found.people = [Person(named[pk], changed[pk]) for pk in visible[:NAMED]]
    return found


def attempts_with(versions: Collection[int]) -> QuerySet[Attempt]:
    items = AttemptItem.objects.filter(question_version__in=versions)
    return Attempt.objects.filter(pk__in=items.values("attempt"))


def attempts_seen_by(user: User, attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Those of officials who serve in the account's scope, and those made there by whoever left (rules 2 and 8)."""
    if user.is_superuser:
        return attempts
    wards = wards_in_scope(user)
    serves_there = Posting.objects.on().filter(official=OuterRef("official"), ward__in=wards)
    return attempts.filter(Q(ward__in=wards) | Exists(serves_there))


def effects(versions: Collection[int], corrected: QuestionVersion) -> Iterator[Effect]:
    """Every closed attempt with one of the versions on its paper. Three queries, however many there are.

    As far as can be said without writing: what is confirmed is worked out anew for each attempt, under its lock.
    """
    items = AttemptItem.objects.filter(question_version__in=versions, attempt__state__in=Attempt.CLOSED)
    answers = Answer.objects.filter(item__in=items.values("pk"), late=False).order_by("pk")
    responses: dict[int, list[str]] = dict(answers.values_list("item", "response"))
    drawn_from = ModuleVersion.objects.filter(pk__in=attempts_with(versions).values("version")).only("parts")
    quizzes = {version.pk: version.quiz or {} for version in drawn_from}
    worth: dict[tuple[object, ...], Fraction] = {}
    for item in items.select_related("attempt").order_by("attempt").iterator(chunk_size=2000):
        attempt, response = item.attempt, responses.get(item.pk, [])
        known = (item.max_points, *response)
        if known not in worth:
            worth[known] = earned_points(item, response, corrected)
        before = Fraction(attempt.points or 0)
        after, passed = before, bool(attempt.passed)
        if stored(worth[known]) != item.points:
            quiz = quizzes[attempt.version_id]
            after = before - Fraction(item.points or 0) + worth[known]
            passed = is_passed(after + quiz["draw"] * HALF_A_STEP, attempt.max_points, quiz)
        ward = (attempt.ward_name, attempt.province_name)
        yield Effect(attempt.pk, attempt.official_id, ward, before, after, bool(attempt.passed), passed)
