"""Loads the starter course through the functions that the trainers' own actions use."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from courses.models import Course, CourseIndex, LegalBasis, Module, ModuleLegalBasis
from courses.pictures import picture_of
from courses.tree import course_root
from lms.starter.reading import (
    Basis,
    Card,
    StarterCourse,
    StarterModule,
    StarterQuestion,
    StarterScenario,
    read_course,
)
from people.models import User
from quizzes.models import Question, QuestionBank, QuestionKind, QuestionOption, Quiz, Scenario
from quizzes.publishing import publish_question, republishing

HERE = Path(__file__).parent
SIGNATURES = HERE / "chu-ky-so-va-van-ban-dien-tu"  # two lessons of one size: the demo's and the benchmarks'

# In the order in which a newly posted official learns them.
FOLDERS = [
    HERE / name
    for name in (
        "mo-hinh-hai-cap-va-mot-cua",
        "cong-dich-vu-cong-va-vneid",
        "chu-ky-so-va-van-ban-dien-tu",
        "nghiep-vu-ho-tich-chung-thuc-dat-dai",
        "du-lieu-ca-nhan-va-an-toan-thong-tin",
    )
]

# A question is known by what its file calls it, on every installation alike.
_KEYS = uuid.UUID("6d0f4f1e-4c0b-5c1f-9b0a-7f6f7d8a5e21")


def load_starter(*, by: User | None = None) -> list[Course]:
    """Load all courses that come with the product, each as ``load_course`` does."""
    return [load_course(folder, by=by) for folder in FOLDERS]


def load_course(folder: Path, *, by: User | None = None) -> Course:
    """Build and publish what is not there yet: course, modules, legal bases, bank, questions and quizzes.

    Whatever is there already, and whatever trainers made of it, is left alone; so running it again does
    nothing. All or nothing. Raises StarterError, with the database untouched, when a file is not in order.
    """
    starter = read_course(folder)
    with transaction.atomic():
        root = CourseIndex.objects.select_for_update().get(pk=course_root().pk)  # one loader at a time
        course = _course(starter, root, by)
        bases = _bases(starter.bases)
        present = set(Module.objects.child_of(course).values_list("slug", flat=True))
        for module in starter.modules:
            if module.slug not in present:
                _load_module(module, course, bases, by)
    course.refresh_from_db()
    return course


def _course(starter: StarterCourse, root: CourseIndex, by: User | None) -> Course:
    found: Course | None = Course.objects.child_of(root).filter(slug=starter.slug).first()
    if found:
        return found
    course = Course(
        title=starter.title,
        slug=starter.slug,
        summary=starter.summary,
        periods=starter.periods,
        live=False,
        owner=by,
    )
    root.add_child(instance=course)
    course.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return course


def _bases(starter: Iterable[Basis]) -> dict[str, LegalBasis]:
    """By number; what the register has already stays as it is, also where it names no successor."""
    bases, new = {}, []
    for basis in starter:
        bases[basis.number], created = LegalBasis.objects.get_or_create(
            number=basis.number,
            defaults={
                "title": basis.title,
                "issued_on": basis.issued_on,
                "effective_from": basis.effective_from,
                "effective_to": basis.effective_to,
            },
        )
        if created and basis.replaced_by:
            new.append(basis)
    for basis in new:
        bases[basis.number].replaced_by = bases[basis.replaced_by]
        bases[basis.number].save()
    return bases


def _load_module(
    starter: StarterModule, course: Course, bases: dict[str, LegalBasis], by: User | None
) -> None:
    bank = QuestionBank.objects.get_or_create(name=starter.bank)[0]
    scenarios = {each.id: _scenario(each, starter.slug, bank) for each in starter.scenarios}
    with republishing():
        for question in starter.questions:
            scenario = scenarios.get(question.scenario)
            _load_question(question, starter.slug, bank, bases[question.basis], scenario, by)
    module = _draft(starter, course, bases, by)
    Quiz.objects.create(module=module, bank=bank, draw=starter.draw, pass_percent=starter.pass_percent)
    # Last, so that version 1 already holds the quiz and its questions.
    module.save_revision(user=by).publish(user=by, skip_permission_checks=True)


def _draft(starter: StarterModule, course: Course, bases: dict[str, LegalBasis], by: User | None) -> Module:
    module = Module(
        title=starter.title,
        slug=starter.slug,
        summary=starter.summary,
        minutes=starter.minutes,
        cards=[(card.kind, _card_value(card, bases)) for card in starter.cards],
        review_on=starter.review_on,
        review_reason=starter.review_reason,
        live=False,
        owner=by,
    )
    module.basis_links = [
        ModuleLegalBasis(basis=bases[link.number], article=link.article, sort_order=order)
        for order, link in enumerate(starter.bases)
    ]
    course.add_child(instance=module)
    return module


def _card_value(card: Card, bases: dict[str, LegalBasis]) -> dict[str, Any]:
    value = dict(card.value)
    if card.picture:
        value["image"] = picture_of(card.picture.name, card.picture.read_bytes(), card.value["heading"])
    if card.basis:
        value["basis"] = bases[card.basis]
    return value


def _scenario(starter: StarterScenario, module: str, bank: QuestionBank) -> Scenario:
    return Scenario.objects.get_or_create(
        key=uuid.uuid5(_KEYS, f"{module}/tinh-huong/{starter.id}"),
        defaults={"bank": bank, "title": starter.title, "text": starter.text},
    )[0]


def _load_question(
    starter: StarterQuestion,
    module: str,
    bank: QuestionBank,
    basis: LegalBasis,
    scenario: Scenario | None,
    by: User | None,
) -> None:
    key = uuid.uuid5(_KEYS, f"{module}/{starter.id}")
    if Question.objects.filter(key=key).exists():
        return
    question = Question(
        key=key,
        bank=bank,
        kind=starter.kind,
        scenario=scenario,
        stem=starter.stem,
        explanation=starter.explanation,
        legal_basis=basis,
        article=starter.article,
        difficulty=starter.difficulty,
        partial_credit=starter.partial,
        ignore_diacritics=starter.kind == QuestionKind.SHORT,
        live=False,
    )
    question.options = [
        QuestionOption(**option._asdict(), sort_order=order) for order, option in enumerate(starter.options)
    ]
    question.tags.add(*starter.tags)
    publish_question(question, by=by)
