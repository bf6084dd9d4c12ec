"""Questions, quizzes and learners for the tests of this folder; built by the product's own functions."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from django.core.files.images import ImageFile
from PIL import Image as Drawing
from wagtail.images.models import Image
from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.models import Module
from courses.publishing import publish_version
from people.models import Official
from quizzes.kinds import Option, kind_of
from quizzes.models import Attempt, Question, QuestionBank, QuestionOption, Quiz, Scenario
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
    options: Sequence[tuple[str, bool] | dict[str, Any]] = (),
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
    options: Sequence[tuple[str, bool] | dict[str, Any]] = (),
    **fields: Any,
) -> Question:
    fields = picture_fields(kind) | fields
    question = Question(bank=bank, kind=kind, stem=stem or f"Câu hỏi {next(_numbers)}?", **fields)
    question.options = options_of(kind, options)
    question.save()
    return question


USUAL: dict[str, list[dict[str, Any]]] = {
    "single": [{"text": "Ký nháy", "correct": True}, {"text": "Ký số"}, {"text": "Ký tay"}],
    "multiple": [
        {"text": "Họ tên", "correct": True},
        {"text": "Ngày sinh", "correct": True},
        {"text": "Màu tóc"},
        {"text": "Sở thích"},
    ],
    "true-false": [{"text": "Đúng", "correct": True}, {"text": "Sai"}],
    "ordering": [{"text": "Soạn"}, {"text": "Trình ký"}, {"text": "Cấp số"}, {"text": "Phát hành"}],
    "matching": [
        {"text": "KT.", "match": "Cấp phó ký thay"},
        {"text": "TL.", "match": "Ký thừa lệnh"},
        {"text": "TUQ.", "match": "Ký thừa ủy quyền"},
        {"text": "", "match": "Ký nháy"},
    ],
    "short": [
        {"text": "chứng thực*", "correct": True},
        {"text": "sao y", "correct": True, "fraction": Decimal(50)},
        {"text": "công chứng"},
    ],
    "numeric": [
        {"text": "3.321", "correct": True},
        {"text": "3.321", "correct": True, "fraction": Decimal(50), "tolerance": Decimal(10)},
        {"text": "34"},
    ],
    "hotspot": [
        {"text": "Nút Ký số", "correct": True, "area": [600, 100, 300, 200]},
        {"text": "Nút Lưu", "area": [100, 100, 300, 200]},
        {"text": "Nút Trả lại", "area": [100, 700, 300, 200]},
    ],
}
KINDS = tuple(USUAL)


def options_of(kind: str, options: Sequence[tuple[str, bool] | dict[str, Any]] = ()) -> list[QuestionOption]:
    """The options given, as (text, correct) or by their fields, else those usual for the kind."""
    rows = [
        row if isinstance(row, dict) else {"text": row[0], "correct": row[1]}
        for row in options or USUAL[kind]
    ]
    return [
        QuestionOption(**{"feedback": f"Vì sao: {row['text']}", **row}, sort_order=place)
        for place, row in enumerate(rows)
    ]


def make_picture(width: int = 400, height: int = 300) -> Image:
    """Of any few colours; for questions that ask for a place."""
    file = BytesIO()
    Drawing.new("RGB", (width, height), "#dde6ea").save(file, "PNG")
    return Image.objects.create(title="Màn hình", file=ImageFile(file, name="man-hinh.png"))


def picture_fields(kind: str) -> dict[str, Any]:
    """What a question of the kind needs beside its options."""
    if not kind_of(kind).takes_picture:
        return {}
    return {"image": make_picture(), "image_alt": "Màn hình với ba nút"}


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
            bank=bank,
            kind=kind,
            stem=f"Câu hỏi {next(_numbers)}?",
            explanation="Lời giải thích.",
            live=True,
            **picture_fields(kind),
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


def make_quiz_of_all_kinds(module: Module, **fields: Any) -> Quiz:
    """Eight questions, one of each kind in the order of KINDS, and two more about a situation."""
    quiz = make_quiz(module, kinds=KINDS, draw=len(KINDS) + 2, shuffle_questions=False, **fields)
    scenario = Scenario.objects.create(
        bank=quiz.bank,
        title="Bà Hoa đến chứng thực",
        text="Bà Hoa mang theo hai bản chính.\n\nMột bản bị tẩy xóa.",
        image=make_picture(),
        image_alt="Bản chính bị tẩy xóa",
    )
    for stem in ("Bản nào được nhận?", "Bản còn lại xử lý thế nào?"):
        make_question(quiz.bank, stem=stem, scenario=scenario)
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
    right = kind_of(version.kind).right_response(version.options, version.settings)
    return kind_of(version.kind).checked(item.option_order, right)


def wrong_response(item: Any) -> list[str]:
    """One that earns nothing: all or nothing, and with partial credit too but for matching."""
    version = item.question_version
    match version.kind:
        case "ordering":
            return [option["key"] for option in reversed(version.options)]
        case "matching":
            first, second, *others = right_response(item)
            left, right = first.split("=")
            left2, right2 = second.split("=")
            return [f"{left}={right2}", f"{left2}={right}", *others]
        case "short" | "numeric":
            return [option["text"] for option in version.options if not option["correct"]][:1]
    return [option["key"] for option in version.options if not option["correct"]][:1]


def turned(kind: str, options: list[Option]) -> list[Option]:
    """Options that look the same on the paper and have another key."""
    if kind == "ordering":
        return options[::-1]
    if kind == "matching":
        pairs = [(option.get("match", ""), option.get("match_key", "")) for option in options]
        return [
            {**option, "match": match, "match_key": key}
            for option, (match, key) in zip(options, pairs[1:] + pairs[:1], strict=True)
        ]
    if kind in ("short", "numeric"):
        return [{**options[0], "key": "00000000", "text": "7", "tolerance": "1"}]
    changed: list[Option] = [{**option, "correct": not option["correct"]} for option in options]
    for option in changed:
        option.pop("fraction", None)
        option["area"] = [0, 0, 10, 10]
    return changed


def responses(attempt: Attempt, *, right: int) -> dict[int, list[str]]:
    """The first ``right`` questions answered rightly, the others wrongly."""
    items = attempt.items.select_related("question_version").order_by("order")
    return {
        item.order: right_response(item) if item.order <= right else wrong_response(item) for item in items
    }


def filled_in(html: str) -> dict[str, list[str]]:
    """What a browser posts from form controls as they stand: by name, the values in their order."""
    form = FormControls()
    form.feed(html)
    form.close()
    return form.posted


class FormControls(HTMLParser):
    """The successful controls of HTML: text, chosen boxes and the selected (or first) option of each select."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: dict[str, list[str]] = {}
        self._select = ""
        self._chosen = self._unnamed = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in pairs}
        box = marks.get("type") in ("radio", "checkbox")
        if tag == "select":
            self._select = marks["name"]
        elif tag == "option":
            self._chosen = "selected" in marks or self._select not in self.posted
            self._unnamed = "value" not in marks
            if self._chosen:
                self.posted[self._select] = [marks.get("value", "")]
        elif tag == "input" and "disabled" not in marks and (not box or "checked" in marks):
            self.posted.setdefault(marks["name"], []).append(marks["value"])

    def handle_data(self, text: str) -> None:
        if self._chosen and self._unnamed:
            self.posted[self._select] = [text]

    def handle_endtag(self, tag: str) -> None:
        self._chosen = False


def form_of(attempt: Attempt, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the paper as it is shown now, with changes by field name."""
    data: dict[str, Any] = {}
    for question in paper_of(attempt):
        data[f"known{question.order}"] = str(question.operation_id or "")
        data |= filled_in(kind_of(question.kind).controls(question))
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
