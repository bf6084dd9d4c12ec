"""Correcting a key: one event, a new version, and the bank brought along."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from quizzes.correcting import CorrectionRefused, graded_alike, versions_to_correct
from quizzes.keys import changes, frame_of, same_key
from quizzes.models import (
    CountsFor,
    KeyCorrection,
    KeyReplacement,
    Question,
    QuestionOption,
    QuestionVersion,
)
from quizzes.publishing import publish_question
from tests.factories import make_user
from tests.quizzes.conftest import make_bank, make_question, make_quiz
from tests.quizzes.corrections import correct, everybody, key_of


@pytest.fixture
def question(module) -> Question:
    """Live, in a quiz; “Ký nháy” is marked as right."""
    quiz = make_quiz(module, kinds=(), draw=1)
    return make_question(quiz.bank, stem="Ai ký nháy?")


@pytest.fixture
def wrong(question) -> QuestionVersion:
    return question.current_version


def right_texts(version: QuestionVersion) -> list[str]:
    return [option["text"] for option in version.options if option["correct"]]


def test_a_correction_is_an_event_with_a_new_version_that_new_papers_draw(question, wrong, module):
    trainer = make_user("giang-vien")
    made = correct(wrong, "Ký số", by=trainer, reason="  Nghị định 30 nói\nkhác ")
    assert (made.question, made.wrong, made.actor, made.reason) == (
        question,
        wrong,
        trainer,
        "Nghị định 30 nói khác",
    )
    assert made.corrected.number == 2
    assert right_texts(made.corrected) == ["Ký số"]
    assert right_texts(QuestionVersion.objects.get(pk=wrong.pk)) == ["Ký nháy"]
    question.refresh_from_db()
    module.refresh_from_db()
    assert question.current_version == made.corrected
    assert module.current_version.quiz["question_versions"] == [made.corrected.pk]
    assert QuestionVersion.objects.get(pk=wrong.pk).graded_by == made.corrected


def test_the_question_in_the_bank_has_the_right_key_too(question, wrong):
    correct(wrong, "Ký số")
    assert list(
        QuestionOption.objects.filter(question=question, correct=True).values_list("text", flat=True)
    ) == ["Ký số"]
    assert (
        Question.objects.get(pk=question.pk)
        .get_latest_revision_as_object()
        .options.filter(correct=True)
        .first()
        .text
        == "Ký số"
    )


def test_a_draft_keeps_its_text_and_gets_the_key(question, wrong):
    draft = question.get_latest_revision_as_object()
    draft.stem = "Câu hỏi đang sửa?"
    draft.save_revision()
    correct(wrong, "Ký số")
    question = Question.objects.get(pk=question.pk)
    draft = question.get_latest_revision_as_object()
    assert (question.stem, question.has_unpublished_changes) == ("Ai ký nháy?", True)
    assert (draft.stem, draft.options.get(correct=True).text) == ("Câu hỏi đang sửa?", "Ký số")


def test_an_unpublished_question_is_corrected_without_being_published(question, wrong, module):
    question.unpublish()
    made = correct(wrong, "Ký số")
    question = Question.objects.get(pk=question.pk)
    assert (question.live, question.current_version) == (False, made.corrected)
    publish_question(question.get_latest_revision_as_object())
    assert right_texts(Question.objects.get(pk=question.pk).current_version) == ["Ký số"]


def test_the_same_operation_again_is_one_correction(wrong):
    trainer, operation = make_user(), uuid4()
    made = [correct(wrong, "Ký số", by=trainer, operation=operation) for _ in range(2)]
    assert made[0] == made[1]
    assert KeyCorrection.objects.count() == 1
    assert QuestionVersion.objects.count() == 2


def test_who_comes_second_is_told_who_was_first(wrong):
    correct(wrong, "Ký số", by=make_user("lan", display_name="Cô Lan"))
    with translation.override("en"), pytest.raises(CorrectionRefused, match="Cô Lan has corrected this key"):
        correct(wrong, "Ký tay")
    assert KeyCorrection.objects.count() == 1


def test_the_database_allows_one_replacement_of_a_number(wrong):
    made = correct(wrong, "Ký số")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyReplacement.objects.create(correction=made, wrong=wrong, corrected=made.corrected, number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyReplacement.objects.create(correction=made, wrong=made.corrected, corrected=wrong, number=2)


def test_a_correction_that_changes_nothing_or_cannot_be_graded_by_is_refused(wrong):
    with translation.override("en"):
        for right, said in (
            (["Ký nháy"], "the same as before"),
            ([], "Exactly one option must be marked as right"),
        ):
            key = key_of(wrong, *right)
            if not right:
                for option in key.options:
                    option["correct"] = False
            with pytest.raises(CorrectionRefused, match=said):
                correct(wrong, key=key)
        with pytest.raises(CorrectionRefused, match="give a reason"):
            correct(wrong, "Ký số", reason="  ")
        other = key_of(wrong, "Ký số")
        other.options[0]["key"] = "12345678"
        with pytest.raises(CorrectionRefused, match="options differ"):
            correct(wrong, key=other)
    assert (KeyCorrection.objects.count(), QuestionVersion.objects.count()) == (0, 1)


def test_a_second_correction_takes_along_what_the_first_one_replaced(question, wrong):
    first = correct(wrong, "Ký số")
    second = correct(first.corrected, "Ký tay")
    assert graded_alike(question, {second.corrected.pk}) == {
        wrong.pk,
        first.corrected.pk,
        second.corrected.pk,
    }
    assert QuestionVersion.objects.get(pk=wrong.pk).graded_by == second.corrected
    assert right_texts(QuestionVersion.objects.get(pk=wrong.pk).graded_by) == ["Ký tay"]


def test_versions_with_the_same_options_are_offered_together(question, wrong):
    question = Question.objects.get(pk=question.pk)
    question.stem = "Ai ký nháy văn bản?"
    reworded = publish_question(question)
    question.options = [*question.options.all(), QuestionOption(text="Ký thay", sort_order=9)]
    other = publish_question(question)
    assert [version for version, _marks in versions_to_correct(question)] == [other, reworded, wrong]
    assert frame_of(reworded) == frame_of(wrong) != frame_of(other)
    made = correct(wrong, "Ký số", also=[reworded.pk])
    assert {row.wrong for row in made.replacements.all()} == {wrong, reworded}
    with translation.override("en"), pytest.raises(CorrectionRefused, match="cannot be corrected together"):
        correct(other, "Ký số", also=[made.corrected.pk])


def test_an_old_text_is_corrected_without_becoming_the_question_again(question, wrong):
    """Options were replaced since; papers with the old ones are graded anew, new papers have the new text."""
    question = Question.objects.get(pk=question.pk)
    question.options = [QuestionOption(text="A", correct=True), QuestionOption(text="B", sort_order=1)]
    newest = publish_question(question)
    made = correct(wrong, "Ký số")
    question = Question.objects.get(pk=question.pk)
    assert (question.current_version, made.corrected.number) == (newest, 3)
    assert publish_question(question) == newest


def test_a_key_that_was_already_mended_by_an_edit_needs_no_further_version(question, wrong):
    question = Question.objects.get(pk=question.pk)
    question.options = [
        QuestionOption(text=text, correct=text == "Ký số", feedback=f"Vì sao: {text}", sort_order=place)
        for place, text in enumerate(["Ký nháy", "Ký số", "Ký tay"])
    ]
    mended = publish_question(question)
    made = correct(wrong, "Ký số")
    assert made.corrected == mended
    assert QuestionVersion.objects.count() == 2


@pytest.mark.parametrize("counts_for", [CountsFor.ANSWERED, CountsFor.EVERYBODY])
def test_a_question_that_counts_for_all_is_no_longer_drawn(question, wrong, module, counts_for):
    made = correct(wrong, key=everybody(wrong, counts_for))
    question = Question.objects.get(pk=question.pk)
    module.refresh_from_db()
    assert (question.retired, question.current_version, made.counts_for) == (True, made.corrected, counts_for)
    assert module.current_version.quiz["question_versions"] == []
    assert question.get_latest_revision_as_object().retired
    question.retired = False
    assert publish_question(question).settings == {"partial": False, "fold": False}


def test_several_right_answers_of_a_single_choice_are_graded_but_not_asked_again(question, wrong):
    made = correct(wrong, "Ký số", "Ký nháy")
    assert right_texts(made.corrected) == ["Ký nháy", "Ký số"]
    assert Question.objects.get(pk=question.pk).retired


def test_no_key_is_the_same_as_another_by_chance(wrong):
    assert same_key(wrong, wrong)
    assert not same_key(wrong, correct(wrong, "Ký số").corrected)


def test_what_changed_is_said_in_words(wrong):
    with translation.override("en"):
        assert changes(wrong, correct(wrong, "Ký số").corrected) == [
            "“Ký nháy” is now wrong (before: right).",
            "“Ký số” is now right (before: wrong).",
        ]


def test_what_changed_in_an_order_and_in_the_rules_is_said_in_words(db):
    question = make_question(make_bank(), "ordering")
    wrong = question.current_version
    key = key_of(wrong, "Soạn", "Cấp số", "Trình ký", "Phát hành", partial=True, explanation="Cấp số trước.")
    with translation.override("en"):
        assert changes(wrong, correct(wrong, key=key).corrected) == [
            "The right order is now: Soạn → Cấp số → Trình ký → Phát hành "
            "(before: Soạn → Trình ký → Cấp số → Phát hành).",
            "Half-right answers now earn their share.",
            "What is explained after grading was written anew.",
        ]
        assert changes(wrong, correct(wrong.graded_by, key=everybody(wrong)).corrected) == [
            "The question is cancelled: everybody gets its full points."
        ]
