"""One official's record as HR may see it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from courses.models import Course, Module
from people.models import Official, Posting, Ward
from quizzes.models import Attempt, Quiz
from records.models import Completion, Enrolment, ModuleProgress, RenewalTask


@dataclass(frozen=True)
class ModuleLine:
    """A module of an enrolment; ``progress`` is None where it has not been opened."""

    pk: int
    title: str
    required: bool
    progress: ModuleProgress | None
    has_quiz: bool


@dataclass(frozen=True)
class EnrolmentLine:
    enrolment: Enrolment
    modules: list[ModuleLine]

    @property
    def done(self) -> int:
        return sum(line.progress is not None and line.progress.done_at is not None for line in self.modules)


@dataclass(frozen=True)
class Record:
    """``whole``: everything the official holds; otherwise only what belongs to the wards in question.

    ``completions`` say whether they were earned in these wards (``earned_here``).
    """

    whole: bool
    postings: QuerySet[Posting]
    enrolments: list[EnrolmentLine]
    attempts: QuerySet[Attempt]
    completions: QuerySet[Completion]


def record_of(official: Official, wards: QuerySet[Ward], *, everything: bool = False) -> Record:
    """What HR of ``wards`` sees of an official (rule 8).

    HR of the ward where the official serves today sees the whole record: it is held by one of their own. HR of
    a former ward sees what was earned there and nothing of later wards. ``everything`` is for administrators.
    """
    here = wards.order_by().values("pk")
    whole = everything or Posting.objects.on().filter(official=official, ward__in=here).exists()
    in_scope = Q() if whole else Q(ward__in=here)
    corrected = Completion.objects.filter(corrects=OuterRef("pk"))
    return Record(
        whole=whole,
        postings=official.postings.filter(in_scope)
        .select_related("ward__province", "department", "position")
        .order_by("-starts_on"),
        enrolments=_enrolments(official) if whole else [],
        attempts=Attempt.objects.filter(in_scope, official=official)
        .select_related("version", "enrolment__course")
        .defer("version__cards", "version__legal_bases", "version__parts")
        .order_by("-started_at", "-pk"),
        completions=Completion.objects.filter(in_scope, ~Exists(corrected), official=official)
        .annotate(earned_here=ExpressionWrapper(Q(ward__in=here), BooleanField()))
        .select_related("certificate__revocation", "certificate__replaced_by")
        .order_by("-completed_at", "-pk"),
    )


def _enrolments(official: Official) -> list[EnrolmentLine]:
    """Four queries, however many courses and modules there are; a fifth where there are renewals."""
    enrolments = list(official.enrolments.select_related("course"))
    progress: dict[int, dict[int, ModuleProgress]] = defaultdict(dict)
    begun = ModuleProgress.objects.filter(enrolment__official=official).select_related("version", "module")
    for row in begun.defer("version__cards", "version__legal_bases", "version__parts", "module__cards"):
        progress[row.enrolment_id][row.module_id] = row
    modules = _modules({enrolment.course for enrolment in enrolments})
    taught = {module.pk for found in modules.values() for module in found}
    begun_in = {pk for found in progress.values() for pk in found}
    quizzed = set(Quiz.objects.filter(module__in=taught | begun_in).values_list("module", flat=True))
    asked = _asked([enrolment.pk for enrolment in enrolments if enrolment.delta])
    return [
        EnrolmentLine(
            enrolment,
            _lines(
                [
                    module
                    for module in modules[enrolment.course_id]
                    if not enrolment.delta or module.pk in asked[enrolment.pk]
                ],
                progress[enrolment.pk],
                quizzed,
            ),
        )
        for enrolment in enrolments
    ]


def _asked(renewals: list[int]) -> dict[int, set[int]]:
    """{enrolment id: ids of the modules whose changes it asks for}."""
    found: dict[int, set[int]] = defaultdict(set)
    if renewals:
        for enrolment, module in RenewalTask.objects.filter(enrolment__in=renewals).values_list(
            "enrolment", "module"
        ):
            found[enrolment].add(module)
    return found


def _modules(courses: set[Course]) -> dict[int, list[Module]]:
    """{course id: its published modules in the trainer's order}."""
    found: dict[int, list[Module]] = defaultdict(list)
    if not courses:
        return found
    below = reduce(or_, (Q(path__startswith=course.path, depth=course.depth + 1) for course in courses))
    by_path = {course.path: course.pk for course in courses}
    published = Module.objects.live().filter(below, current_version__isnull=False).order_by("path")
    for module in published.only("title", "path", "depth", "required"):
        found[by_path[module.path[: -module.steplen]]].append(module)
    return found


def _lines(modules: list[Module], begun: dict[int, ModuleProgress], quizzed: set[int]) -> list[ModuleLine]:
    """What is published now, then what was begun before it was withdrawn."""
    listed = [
        ModuleLine(module.pk, module.title, module.required, begun.get(module.pk), module.pk in quizzed)
        for module in modules
    ]
    known = {module.pk for module in modules}
    gone = [row for pk, row in begun.items() if pk not in known]
    return [
        *listed,
        *(
            ModuleLine(row.module_id, row.version.title, row.module.required, row, row.module_id in quizzed)
            for row in gone
        ),
    ]
