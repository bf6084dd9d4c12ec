"""The list of a course, and what changed between two published versions, as trainers read it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from courses.comparing import compare, marked
from courses.models import Module, ModuleLegalBasis
from courses.publishing import publish_version
from tests.factories import Cast, make_basis, make_course, make_module, text_card
from tests.quizzes.conftest import make_quiz


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def test_words_that_went_and_came_are_marked_and_nothing_else():
    assert marked("Nộp trong 5 ngày", "Nộp trong 3 ngày làm việc") == (
        "Nộp trong <del>5</del> <ins>3</ins> ngày <ins>làm việc</ins>"
    )
    assert marked("", "<b>") == "<ins>&lt;b&gt;</ins>"


def test_two_versions_are_compared_card_by_card(trainer):
    module = make_module(make_course(), "Ký số", cards=0, publish=False)
    steps = {"heading": "Trình ký", "intro": "", "steps": ["Soạn", "Ký"]}
    module.cards = [text_card("A", "<p>Một <b>hai</b></p>"), text_card("B"), text_card("C"), ("steps", steps)]
    module.live = True
    module.save()
    ModuleLegalBasis.objects.create(module=module, basis=make_basis("30/2020/NĐ-CP", "Văn thư"))
    publish_version(module)
    first, _gone, third, fourth = module.cards.get_prep_value()
    first["value"]["heading"] = "A mới"
    fourth["value"]["steps"][1]["value"] = "Ký số"
    case = {"type": "case", "value": {"heading": "Mới", "situation": "Dân hỏi", "right": "Đáp"}, "id": "mới"}
    module.cards = Module.cards.field.stream_block.to_python([case, third, first, fourth])
    module.title = "Ký số đúng"
    module.save()
    module.basis_links.all().delete()
    make_quiz(module, kinds=("single",), draw=1, pass_percent=60)
    version = publish_version(module)
    found = compare(module.versions.get(number=1), version)
    changes = {card.heading: (card.change, card.lines) for card in found.cards}
    assert [card.heading for card in found.cards if card.change != "moved"] == [
        "Mới",
        "A mới",
        "Trình ký",
        "B",
    ]
    assert changes["Mới"][0] == "added"
    assert changes["A mới"] == ("changed", [("Heading", "A <ins>mới</ins>")])
    assert changes["Trình ký"] == ("changed", [("Steps", "Soạn / Ký <ins>số</ins>")])
    assert changes["B"] == ("removed", [("Heading", "<del>B</del>"), ("Text", "<del>Nội dung thẻ.</del>")])
    assert found.texts == [("Title", "Ký số <ins>đúng</ins>")]
    assert [label for label, _text in found.bases] == ["30/2020/NĐ-CP"]
    assert "<del>" in found.bases[0][1]
    assert dict(found.parts)["pass mark in percent"] == "<ins>60</ins>"

    page = trainer.get(reverse("lesson_versions", args=[module.pk])).content.decode()
    assert "Ký <ins>số</ins>" in page
    oldest = trainer.get(reverse("lesson_versions", args=[module.pk]), {"ban": "1"}).content.decode()
    assert "nothing to compare" in oldest
    assert trainer.get(reverse("lesson_versions", args=[module.pk]), {"ban": "9"}).status_code == 404
    assert compare(version, version).nothing


def test_a_lesson_never_published_has_no_versions_to_see_and_others_find_no_page(trainer, cast: Cast):
    draft = make_module(make_course(), publish=False)
    assert trainer.get(reverse("lesson_versions", args=[draft.pk])).status_code == 404
    published = make_module(make_course())
    trainer.force_login(cast.lan.user)
    assert trainer.get(reverse("lesson_versions", args=[published.pk])).status_code == 404


def test_the_list_of_a_course_says_what_each_lesson_holds(trainer, cast: Cast):
    course = make_course()
    module = make_module(course, "Ký số", cards=3, minutes=7)
    draft = make_module(course, "Chưa xong", cards=1, publish=False)
    quiz = make_quiz(module, kinds=("single", "multiple"), draw=2)
    draft.go_live_at = timezone.now() + datetime.timedelta(days=3)
    draft.save_revision().publish()
    address = reverse("wagtailadmin_explore", args=[course.pk])
    page = trainer.get(address).content.decode()
    assert "version 2 · 3 cards · 7 minutes" in page
    assert "Quiz: 2 of 2 questions" in page
    assert reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk]) in page
    assert reverse("quiz_statistics", args=[module.pk]) in page
    assert "not published yet · 1 card" in page
    assert "goes live" in page
    assert "Add a quiz" in page

    trainer.get(address)
    with CaptureQueriesContext(connection) as captured:
        trainer.get(address)
    two = [query["sql"] for query in captured.captured_queries if "quizzes_quiz" in query["sql"]]
    for _ in range(2):
        make_quiz(make_module(course), kinds=("single",), draw=1)
    with CaptureQueriesContext(connection) as captured:
        trainer.get(address)
    four = [query["sql"] for query in captured.captured_queries if "quizzes_quiz" in query["sql"]]
    assert len(two) == len(four) == 1
    assert Module.objects.child_of(course).count() == 4
