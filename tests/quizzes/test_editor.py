"""The editors' desk for questions: what its forms refuse, what they say, how a question is found."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation
from wagtail.images.models import Image
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from quizzes.models import Question, QuestionBank, Quiz
from tests.factories import Cast, make_course, make_module
from tests.quizzes.conftest import draft_question, make_bank, make_question, make_quiz

LIST = "wagtailsnippets_quizzes_question:list"
ADD = "wagtailsnippets_quizzes_question:add"
EDIT = "wagtailsnippets_quizzes_question:edit"


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def form(bank: QuestionBank, options: list[tuple[str, bool]], **fields) -> dict:
    rows = [
        {"text": text, "feedback": ""} | ({"correct": "on"} if correct else {}) for text, correct in options
    ]
    return nested_form_data(
        {
            "bank": bank.pk,
            "kind": "single",
            "stem": "Ai ký trước?",
            "points": "1",
            "difficulty": 2,
            "explanation": "",
            "legal_basis": "",
            "article": "",
            "options": inline_formset(rows),
        }
        | fields
    )


def errors(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_trainer_publishes_a_question(trainer, cast):
    response = trainer.post(
        reverse(ADD),
        form(make_bank(), [("Văn thư", False), ("Người có thẩm quyền", True)])
        | {"action-publish": "action-publish"},
    )
    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.live, question.current_version.number) == (True, 1)
    assert [(each["text"], each["correct"]) for each in question.current_version.options] == [
        ("Văn thư", False),
        ("Người có thẩm quyền", True),
    ]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("single", [("A", False), ("B", False)], "Exactly one option must be marked as right"),
        ("multiple", [("A", False), ("B", False)], "At least one option must be marked as right."),
        ("true-false", [("A", True), ("B", False)], "has exactly the two options “Đúng” and “Sai”"),
        ("ordering", [("A", False), ("B", False)], "needs at least 3 options; now there are 2."),
        ("single", [("A", True), ("A ", False)], "The option “A” stands there twice."),
    ],
)
def test_a_question_that_cannot_be_graded_is_not_published_and_told_why(trainer, kind, options, message):
    response = trainer.post(
        reverse(ADD), form(make_bank(), options, kind=kind) | {"action-publish": "action-publish"}
    )
    assert response.status_code == 200
    assert message in errors(response)
    assert Question.objects.count() == 0


def test_a_draft_may_still_be_unfinished(trainer):
    response = trainer.post(reverse(ADD), form(make_bank(), [("A", False)]))
    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.live, question.current_version) == (False, None)


def test_an_edited_question_keeps_its_published_version_until_published(trainer):
    question = make_question(make_bank(), options=[("A", True), ("B", False)])
    rows = [
        {"id": option.pk, "text": option.text, "feedback": option.feedback}
        | ({"correct": "on"} if option.correct else {})
        for option in question.options.all()
    ]
    edited = nested_form_data(
        {
            "bank": question.bank.pk,
            "kind": "single",
            "stem": "Sửa?",
            "points": "1",
            "difficulty": 2,
            "explanation": "",
            "legal_basis": "",
            "article": "",
            "options": inline_formset(rows, initial=2),
        }
    )
    trainer.post(reverse(EDIT, args=[question.pk]), edited)
    question.refresh_from_db()
    assert question.current_version.number == 1
    trainer.post(reverse(EDIT, args=[question.pk]), edited | {"action-publish": "action-publish"})
    question.refresh_from_db()
    assert (question.current_version.number, question.current_version.stem) == (2, "Sửa?")


def found(trainer, **query) -> list[str]:
    page = trainer.get(reverse(LIST), query)
    return [question.stem for question in page.context["object_list"]]


def test_a_question_is_found_without_diacritics_and_by_filters(trainer):
    first, second = make_bank(), make_bank()
    make_question(first, stem="Chữ ký số đặt ở đâu?")
    make_question(first, "true-false", stem="Ký nháy là chữ ký số?")
    draft_question(second, stem="Văn bản đi là gì?", live=False)
    assert found(trainer) == ["Văn bản đi là gì?", "Ký nháy là chữ ký số?", "Chữ ký số đặt ở đâu?"]
    assert found(trainer, q="CHU KY so") == ["Ký nháy là chữ ký số?", "Chữ ký số đặt ở đâu?"]
    assert found(trainer, q="dau dat") == ["Chữ ký số đặt ở đâu?"]
    assert found(trainer, bank=second.pk) == ["Văn bản đi là gì?"]
    assert found(trainer, kind="true-false") == ["Ký nháy là chữ ký số?"]
    assert found(trainer, state="published", bank=second.pk) == []


def test_the_lists_cost_the_same_for_one_and_three_rows(trainer, django_assert_max_num_queries):
    costs = []
    for _ in range(3):
        make_quiz(make_module(make_course(), cards=1), kinds=("single",))
        cost = []
        for model in ("question", "questionbank", "quiz"):
            with django_assert_max_num_queries(20) as captured:
                trainer.get(reverse(f"wagtailsnippets_quizzes_{model}:list"))
            cost.append(len(captured))
        costs.append(cost)
    assert costs[1] == costs[2]
    assert costs[1] <= costs[0]  # the first visit of the day also keeps the session alive


def quiz_form(module, bank, draw: int) -> dict:
    return nested_form_data(
        {
            "module": module.pk,
            "bank": bank.pk,
            "draw": draw,
            "parts": inline_formset([]),
            "pass_percent": 80,
            "attempts_allowed": 0,
            "waiting_minutes": 0,
            "counting": "best",
            "time_limit_minutes": 0,
            "grace_seconds": 60,
            "shuffle_questions": "on",
            "shuffle_options": "on",
            "review": "full",
            "review_later": "full",
            "delta_draw": 5,
        }
    )


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_quiz_that_draws_more_than_its_bank_has_is_saved_with_a_warning(trainer, module):
    bank = make_bank()
    make_question(bank)
    make_question(bank)
    response = trainer.post(reverse("wagtailsnippets_quizzes_quiz:add"), quiz_form(module, bank, 5))
    assert response.status_code == 302
    trainer.get(response.url)  # shows the message
    assert f"bank “{bank}” draws 5 questions, but has only 2 published" in told(response)
    quiz = Quiz.objects.get()
    module.refresh_from_db()
    assert module.current_version.quiz["draw"] == 5
    response = trainer.post(
        reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk]), quiz_form(module, bank, 2)
    )
    assert response.status_code == 302
    assert "draws" not in told(response)


@pytest.mark.parametrize("role", ["lan", "ward_hr", "other_hr"])
def test_learners_and_hr_never_see_the_bank(client, cast, module, role):
    quiz = make_quiz(module)
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    question = quiz.bank.questions.first()
    for address in (reverse(LIST), reverse(ADD), reverse(EDIT, args=[question.pk])):
        response = client.get(address)
        assert response.status_code in {302, 404}
        assert question.stem not in response.content.decode()


def test_a_published_question_is_not_deleted(trainer):
    question = make_question(make_bank())
    trainer.post(reverse("wagtailsnippets_quizzes_question:delete", args=[question.pk]))
    assert Question.objects.filter(pk=question.pk).exists()


def test_a_question_takes_no_drawing_that_its_files_could_not_hold(trainer):
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 60"/>'
    image = Image.objects.create(title="Sơ đồ", file=ContentFile(drawing, name="so-do.svg"))
    fields = form(make_bank(), [("Đúng", True), ("Sai", False)], image=image.pk, image_alt="Sơ đồ")
    response = trainer.post(reverse(ADD), {**fields, "action-publish": "1"})
    assert "A question takes no drawing in SVG" in response.content.decode()
    assert not Question.objects.filter(live=True).exists()
