"""Questions that ask the same are found whatever their case, diacritics and punctuation."""

import pytest

from quizzes.duplicates import all_twins, bare, groups_of, twins_of
from quizzes.models import Question
from tests.quizzes.conftest import draft_question, make_bank

STEM = "Ai ký văn bản khi Chủ tịch Ủy ban nhân dân xã đi vắng và đã giao việc?"


@pytest.mark.parametrize(
    ("stem", "percent"),
    [
        ("AI KÝ VĂN BẢN khi Chủ tịch Ủy ban nhân dân xã đi vắng, và đã giao việc…", 100),
        ("Ai ky van ban khi Chu tich Uy ban nhan dan xa di vang va da giao viec", 100),
        ("Ai ký văn bản khi Chủ tịch Ủy ban nhân dân phường đi vắng và đã giao việc?", 84),
    ],
)
def test_the_same_question_in_other_clothes_is_found(db, stem, percent):
    question = draft_question(make_bank(), stem=stem)
    (twin,) = twins_of(STEM)
    assert (twin.question, twin.same) == (question, percent == 100)
    assert abs(twin.percent - percent) <= 3


@pytest.mark.parametrize("stem", ["Ai đóng dấu?", "Văn bản đi được vào sổ khi nào?", "?!"])
def test_another_question_is_none(db, stem):
    draft_question(make_bank(), stem=stem)
    assert twins_of(STEM) == []


def test_a_question_is_not_its_own_twin_and_an_empty_one_has_none(db):
    question = draft_question(make_bank(), stem=STEM)
    assert twins_of(STEM, but=question.pk) == []
    assert twins_of(" … ") == []


def test_the_report_finds_what_the_form_finds(db):
    stems = [
        STEM,
        STEM.upper(),
        STEM.replace("xã", "phường"),
        "Ai đóng dấu lên văn bản điện tử?",
        "Ai đóng dấu lên văn bản giấy?",
        "Văn bản đi được vào sổ khi nào?",
    ]
    questions = [draft_question(make_bank(), stem=stem) for stem in stems]
    pairs = all_twins(Question.objects.values_list("pk", "search_text"))
    told = {frozenset((one, other)) for _percent, one, other in pairs}
    expected = {
        frozenset((question.pk, twin.question.pk))
        for question in questions
        for twin in twins_of(question.stem, but=question.pk)
    }
    assert told == expected
    assert list(groups_of(pairs)) == [[question.pk for question in questions[:3]]]


def test_what_is_compared():
    assert bare("  “Ký số” – là gì?\n") == "ky so la gi"


def test_hundreds_of_questions_are_one_query_more_than_the_twins(db, django_assert_num_queries):
    bank = make_bank()
    Question.objects.bulk_create(
        Question(bank=bank, stem=f"Câu {n}", search_text=f"cau hoi so {n} ve van thu luu tru")
        for n in range(300)
    )
    twin = draft_question(bank, stem=STEM)
    with django_assert_num_queries(2):
        assert [each.question for each in twins_of(STEM)] == [twin]
