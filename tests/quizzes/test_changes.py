"""The paper of a renewal: questions about the change and no others, and the module is done with them."""

import pytest
from django.urls import reverse
from taggit.models import Tag

from courses.models import Module
from people.models import Official
from quizzes.grading import submit_attempt
from quizzes.models import Attempt, Quiz
from quizzes.starting import rules_of, start_attempt
from records.learning import open_module
from records.models import Completion, ModuleProgress
from records.renewing import confirm, propose, renew
from tests.factories import make_user, publish_change
from tests.quizzes.conftest import make_question, make_quiz, read_module, responses


def ask_about(quiz: Quiz, tag: str, *stems: str) -> None:
    """The quiz's questions about the latest change are those with the tag."""
    for stem in stems:
        question = make_question(quiz.bank, stem=stem)
        question.tags.add(tag)
        question.save()
    quiz.delta_tag = Tag.objects.get(name=tag)
    quiz.save()


def pass_quiz(progress: ModuleProgress) -> Attempt:
    attempt = start_attempt(progress)
    return submit_attempt(attempt, responses(attempt, right=attempt.items.count()))


def begun(official: Official, module: Module) -> ModuleProgress:
    enrolment = official.enrolments.order_by("-period")[0]
    return open_module(enrolment, module)


def change(module: Module, **how) -> None:
    version = publish_change(module, **how)
    round = propose(version)
    assert round is not None
    renew(confirm(round, by=make_user(), days=60).pk)
    module.refresh_from_db()


@pytest.fixture
def quiz(module: Module, lan: Official) -> Quiz:
    """Lan has completed a course of one card and a quiz."""
    quiz = make_quiz(module)
    pass_quiz(read_module(lan, module))
    assert Completion.objects.count() == 1
    return quiz


def test_only_the_questions_about_the_change_are_drawn_and_finish_it(
    quiz: Quiz, module: Module, lan: Official
):
    ask_about(quiz, "nd-123", "Ai ký trước?", "Ai cấp số?")
    change(module, card=None)  # no card says anything new
    progress = begun(lan, module)
    assert progress.read_at is not None
    attempt = pass_quiz(progress)
    assert sorted(item.question_version.stem for item in attempt.items.all()) == [
        "Ai cấp số?",
        "Ai ký trước?",
    ]
    assert (attempt.version.change, attempt.number) == ("material", 1)
    progress.refresh_from_db()
    assert progress.done_at is not None
    renewed = Completion.objects.get(enrolment__period=2)
    assert renewed.score == 10


def test_of_earlier_changes_only_what_is_still_drawn_is_asked(quiz: Quiz, module: Module, lan: Official):
    ask_about(quiz, "nd-123", "Còn đúng?", "Không còn đúng?")
    change(module)
    gone = quiz.bank.questions.get(stem="Không còn đúng?")
    gone.unpublish()
    ask_about(quiz, "nd-456", "Mới nhất?")
    change(module)
    _version, rules = rules_of(begun(lan, module))
    stems = quiz.bank.questions.filter(current_version__in=rules["question_versions"]).values_list(
        "stem", flat=True
    )
    assert sorted(stems) == ["Còn đúng?", "Mới nhất?"]


def test_a_change_without_questions_is_learnt_by_reading(quiz: Quiz, module: Module, lan: Official, client):
    change(module)
    client.force_login(lan.user)
    client.get(reverse("learning:module", args=[module.get_parent().slug, module.slug]), follow=True)
    assert Completion.objects.filter(enrolment__period=2).exists()


def test_the_phone_is_led_from_home_to_the_changed_card_the_questions_and_the_end(
    quiz: Quiz, module: Module, lan: Official, client
):
    ask_about(quiz, "nd-123", "Ai ký trước?")
    change(module)
    client.force_login(lan.user)
    home = client.get("/").content.decode()
    start = reverse("learning:module", args=[module.get_parent().slug, module.slug])
    assert "Ký số trước khi cấp số." in home
    assert "123/2026/NĐ-CP" in home
    assert f'href="{start}"' in home
    page = client.get(start, follow=True).content.decode()
    assert "Mới hoặc đã sửa" in page
    questions = reverse("quizzes:start", args=[module.get_parent().slug, module.slug])
    assert f'href="{questions}"' in page
    rules = client.get(questions).content.decode()
    assert "Câu hỏi về thay đổi" in rules
    client.post(questions)
    attempt = Attempt.objects.get(enrolment__period=2)
    submit_attempt(attempt, responses(attempt, right=1))
    result = client.get(reverse("quizzes:result", args=[attempt.key])).content.decode()
    assert "Anh/chị đã học xong phần thay đổi" in result
    course = client.get(reverse("learning:course", args=[module.get_parent().slug])).content.decode()
    assert "Khóa học này đã hoàn thành" in course
