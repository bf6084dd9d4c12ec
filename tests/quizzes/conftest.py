"""Questions, quizzes and learners for the tests of this folder; built by the product's own functions."""

import itertools
from typing import Any

import pytest
from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.models import Module
from courses.publishing import publish_version
from people.models import Official
from quizzes.models import Attempt, Question, QuestionBank, QuestionOption, Quiz
from quizzes.papers import paper_of
from quizzes.publishing import freeze, publish_question
from records.learning import open_module, see_card
from records.models import ModuleProgress
from tests.factories import enrol, make_course, make_module, make_official

_numbers = itertools.count(1)


def make_bank() -> QuestionBank:
    return QuestionBank.objects.create(name=f"Kho {next(_numbers)}")


def make_question(
    bank: QuestionBank,
    kind: str = "single",
    stem: str = "",
    options: list[tuple[str, bool]] | None = None,
    *,
    publish: bool = True,
    **fields: Any,
) -> Question:
    """A published question; by default the first option is right (the first two for several answers)."""
    question = draft_question(bank, kind, stem, options, live=publish, **fields)
    if publish:
        publish_question(question)
        question.refresh_from_db()
    return question


def draft_question(
    bank: QuestionBank,
    kind: str = "single",
    stem: str = "",
    options: list[tuple[str, bool]] | None = None,
    **fields: Any,
) -> Question:
    question = Question(bank=bank, kind=kind, stem=stem or f"Câu hỏi {next(_numbers)}?", **fields)
    question.options = options_of(kind, options)
    question.save()
    return question


def options_of(kind: str, options: list[tuple[str, bool]] | None = None) -> list[QuestionOption]:
    usual = {
        "single": [("Ký nháy", True), ("Ký số", False), ("Ký tay", False)],
        "multiple": [("Họ tên", True), ("Ngày sinh", True), ("Màu tóc", False), ("Sở thích", False)],
        "true-false": [("Đúng", True), ("Sai", False)],
        "ordering": [("Soạn", False), ("Trình ký", False), ("Cấp số", False), ("Phát hành", False)],
    }
    return [
        QuestionOption(text=text, correct=correct, feedback=f"Vì sao: {text}", sort_order=place)
        for place, (text, correct) in enumerate(options or usual[kind])
    ]


def make_quiz(
    module: Module, *, kinds: tuple[str, ...] = ("single",) * 4, draw: int = 3, **fields: Any
) -> Quiz:
    """A quiz on a bank of its own; the module's new version carries it.

    The questions are frozen without the editor's revisions and registers, which no learner meets: a sixth of
    the time, and nearly every test here begins with this.
    """
    bank = make_bank()
    questions = Question.objects.bulk_create(
        Question(
            bank=bank, kind=kind, stem=f"Câu hỏi {next(_numbers)}?", explanation="Lời giải thích.", live=True
        )
        for kind in kinds
    )
    for question in questions:
        question.options = options_of(question.kind)
        freeze(question)
    with disable_reference_index_auto_update():
        quiz = Quiz.objects.create(module=module, bank=bank, draw=draw, **fields)
    module.refresh_from_db()
    return quiz


def read_module(official: Official, module: Module) -> ModuleProgress:
    """The official is enrolled and has read all cards."""
    course = module.get_parent().specific
    enrolment = official.enrolments.filter(course=course).first() or enrol(official, course)
    progress = open_module(enrolment, module)
    for card in progress.version.card_ids:
        progress = see_card(progress, card)
    return ModuleProgress.objects.select_related("version", "module", "enrolment").get(pk=progress.pk)


def right_response(item: Any) -> list[str]:
    version = item.question_version
    if version.kind == "ordering":
        return [option["key"] for option in version.options]
    return [key for key in item.option_order if key in {o["key"] for o in version.options if o["correct"]}]


def wrong_response(item: Any) -> list[str]:
    version = item.question_version
    if version.kind == "ordering":
        return [option["key"] for option in reversed(version.options)]
    return [option["key"] for option in version.options if not option["correct"]][:1]


def responses(attempt: Attempt, *, right: int) -> dict[int, list[str]]:
    """The first ``right`` questions answered rightly, the others wrongly."""
    items = attempt.items.select_related("question_version").order_by("order")
    return {
        item.order: right_response(item) if item.order <= right else wrong_response(item) for item in items
    }


def form_of(attempt: Attempt, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the paper as it is shown now, with changes by field name."""
    data: dict[str, Any] = {}
    for question in paper_of(attempt):
        data[f"known{question.order}"] = str(question.operation_id or "")
        for option in question.options:
            if question.kind == "ordering":
                data[f"q{question.order}-{option.key}"] = str(option.place or "")
            elif option.chosen:
                data.setdefault(f"q{question.order}", []).append(option.key)
    return data | changes


@pytest.fixture
def module(db: None) -> Module:
    """Live with version 1, without the editor's revision (see make_quiz)."""
    with disable_reference_index_auto_update():
        module = make_module(make_course(), cards=1, publish=False)
    Module.objects.filter(pk=module.pk).update(live=True)
    publish_version(module)
    module.refresh_from_db()
    return module


@pytest.fixture
def lan(db: None) -> Official:
    return make_official("Nguyễn Thị Lan")


@pytest.fixture
def progress(module: Module, lan: Official) -> ModuleProgress:
    """Lan has read a module whose quiz draws 3 of 4 questions and passes at 80 per cent."""
    make_quiz(module)
    return read_module(lan, module)
