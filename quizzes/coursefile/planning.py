"""What of a course file is here already, and what its import would make."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.exchange.fields import plain_fields
from courses.models import Course, LegalBasis
from lms.lib.text import fold
from quizzes.coursefile.media import known
from quizzes.coursefile.reading import CourseFile
from quizzes.exchange.judging import Candidate, judged
from quizzes.models import Question, QuestionBank


@dataclass
class BasisPlan:
    """``found``: the one that is used; None where it is made. ``differences``: (field, here, in the file)."""

    number: str
    title: str
    found: LegalBasis | None = None
    differences: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class BankPlan:
    """``there``: how many questions the folder has already; the quizzes draw from those too."""

    name: str
    found: QuestionBank | None
    there: int = 0


@dataclass
class Plan:
    """``same``: this very content was imported before. ``changed``: an earlier state of the course was.
    ``own``: the course was exported from this installation.
    """

    same: Course | None
    changed: Course | None
    own: Course | None
    bases: list[BasisPlan]
    banks: list[BankPlan]
    new: list[Candidate]
    there: int
    pictures_new: int
    pictures_there: int

    @property
    def unfinished(self) -> int:
        return sum(bool(candidate.faults) for candidate in self.new)


def plan_of(file: CourseFile) -> Plan:
    imported = Course.objects.filter(imported_from=file.key)
    same = imported.filter(imported_digest=file.digest).first()
    new, there = new_questions(file)
    here = [known(held) is not None for held in file.media.values()]
    return Plan(
        same=same,
        changed=None if same else imported.order_by("-pk").first(),
        own=Course.objects.filter(key=file.key).first(),
        bases=_bases(file),
        banks=_banks(file),
        new=new,
        there=there,
        pictures_new=here.count(False),
        pictures_there=here.count(True),
    )


def new_questions(file: CourseFile) -> tuple[list[Candidate], int]:
    """Those that the import makes, and how many are here already: by their key, or with the same content in the
    folder of the same name.
    """
    candidates = judged(file.questions, QuestionBank())
    new = [each for each in candidates if not each.known and each.question.folder[0] not in each.twins]
    return new, len(candidates) - len(new)


def bases_here() -> dict[str, LegalBasis]:
    """By number, however its letters and marks are written."""
    return {fold(basis.number): basis for basis in LegalBasis.objects.order_by("-pk")}


def _bases(file: CourseFile) -> list[BasisPlan]:
    here = bases_here()
    plans = []
    for number, (values, _after) in file.bases.items():
        found = here.get(fold(number))
        plan = BasisPlan(number, values["title"], found)
        if found:
            plan.differences = [
                (str(each.verbose_name), _shown(getattr(found, each.name)), _shown(values[each.name]))
                for each in plain_fields(LegalBasis)
                if getattr(found, each.name) != values[each.name]
            ]
        plans.append(plan)
    return plans


def _shown(value: Any) -> str:
    if value in (None, ""):
        return _("nothing")
    return date_format(value, "SHORT_DATE_FORMAT") if hasattr(value, "isoformat") else str(value)


def _banks(file: CourseFile) -> list[BankPlan]:
    found = {bank.name: bank for bank in QuestionBank.objects.filter(name__in=file.banks)}
    standing = Counter(
        Question.objects.filter(bank__in=found.values(), retired=False)
        .order_by()
        .values_list("bank", flat=True)
    )
    return [
        BankPlan(name, found.get(name), standing[found[name].pk] if name in found else 0)
        for name in file.banks
    ]
