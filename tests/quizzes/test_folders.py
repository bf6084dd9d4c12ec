"""The folders of the bank: a tree without rings, with counts; what moves is drawn anew."""

import pytest
from django.core.exceptions import ValidationError

from courses.models import Module
from quizzes.folders import tree
from quizzes.models import Question, QuestionBank, QuestionVersion
from quizzes.refiling import publish_all, refile
from tests.quizzes.conftest import draft_question, make_bank, make_question, make_quiz


def folder(name: str, parent: QuestionBank | None = None) -> QuestionBank:
    return QuestionBank.objects.create(name=name, parent=parent)


def units_of(module: Module) -> int:
    return len(Module.objects.get(pk=module.pk).current_version.quiz["parts"][0]["units"])


def version_of(module: Module) -> int:
    return Module.objects.get(pk=module.pk).current_version.number


def test_the_tree_has_each_folder_before_those_in_it_with_counts_from_below(db, django_assert_num_queries):
    paper = folder("Văn thư")
    out = folder("Văn bản đi", paper)
    stamp = folder("Đóng dấu", out)
    folder("Đất đai")
    make_question(stamp)
    draft_question(out, live=False)
    with django_assert_num_queries(3):
        rows = [(each.bank.name, each.depth, each.questions, each.published) for each in tree(counts=True)]
    assert rows == [
        ("Đất đai", 0, 0, 0),
        ("Văn thư", 0, 2, 1),
        ("Văn bản đi", 1, 2, 1),
        ("Đóng dấu", 2, 1, 1),
    ]


def test_a_folder_never_stands_in_itself_or_below(db):
    above = folder("Trên")
    below = folder("Dưới", above)
    above.parent = below
    with pytest.raises(ValidationError):
        above.full_clean()
    above.parent = above
    with pytest.raises(ValidationError):
        above.full_clean()


def test_a_ring_that_stands_in_the_database_hides_no_folder(db):
    above = folder("Trên")
    below = folder("Dưới", above)
    QuestionBank.objects.filter(pk=above.pk).update(parent=below)
    assert {each.bank.name for each in tree()} == {"Trên", "Dưới"}


def test_a_folder_that_moves_in_brings_its_questions_to_the_quizzes(module):
    quiz = make_quiz(module)
    other = make_bank()
    make_question(other)
    assert (version_of(module), units_of(module)) == (2, 4)
    other.parent = quiz.bank
    other.save()
    assert (version_of(module), units_of(module)) == (3, 5)
    other.parent = None
    other.save()
    assert (version_of(module), units_of(module)) == (4, 4)
    other.name = "Tên khác"
    other.save()
    assert version_of(module) == 4


def test_questions_move_with_their_drafts_and_the_module_is_published_once(module, cast):
    quiz = make_quiz(module)
    source = make_bank()
    questions = [make_question(source, stem="Cũ?"), make_question(source)]
    draft = questions[0].get_latest_revision_as_object()
    draft.stem = "Bản nháp mới?"
    draft.save_revision()
    versions = QuestionVersion.objects.count()
    assert refile(questions, by=cast.trainer, bank=quiz.bank) == 2
    assert version_of(module) == 3
    assert QuestionVersion.objects.count() == versions
    first, second = Question.objects.filter(pk__in=[each.pk for each in questions]).order_by("pk")
    assert (first.bank, first.stem, first.has_unpublished_changes) == (quiz.bank, "Cũ?", True)
    newest = first.get_latest_revision_as_object()
    assert (newest.bank, newest.stem) == (quiz.bank, "Bản nháp mới?")
    assert (second.bank, second.has_unpublished_changes, second.live_revision) == (
        quiz.bank,
        False,
        second.latest_revision,
    )


def test_tags_are_added_to_question_and_draft_and_capital_letters_make_no_other_tag(db, cast):
    question = make_question(make_bank())
    refile([question], by=cast.trainer, tags=["chứng thực"])
    refile([question], by=cast.trainer, tags=["Chứng thực", "phí"])
    fresh = Question.objects.get(pk=question.pk)
    assert sorted(tag.name for tag in fresh.tags.all()) == ["chứng thực", "phí"]
    assert sorted(tag.name for tag in fresh.get_latest_revision_as_object().tags.all()) == [
        "chứng thực",
        "phí",
    ]
    assert not fresh.has_unpublished_changes


def test_a_retired_question_is_drawn_no_more_until_it_is_taken_up(module, cast):
    quiz = make_quiz(module)
    question = quiz.bank.questions.first()
    refile([question], by=cast.trainer, retired=True)
    units = Module.objects.get(pk=module.pk).current_version.quiz["parts"][0]["units"]
    assert [question.current_version_id] not in units
    refile([question], by=cast.trainer, retired=False)
    units = Module.objects.get(pk=module.pk).current_version.quiz["parts"][0]["units"]
    assert [question.current_version_id] in units


def test_what_can_be_published_is_published_and_the_rest_named(module, cast):
    quiz = make_quiz(module)
    good = draft_question(quiz.bank, live=False)
    bad = draft_question(quiz.bank, options=[("A", False), ("B", False)], live=False)
    done = publish_all([good, bad], by=cast.trainer)
    assert (done.count, [question for question, _why in done.refused]) == (1, [bad])
    assert [each.live for each in Question.objects.filter(pk__in=[good.pk, bad.pk]).order_by("pk")] == [
        True,
        False,
    ]
    assert version_of(module) == 3


def test_a_draft_that_was_never_published_is_found_by_its_newest_text(db):
    question = draft_question(make_bank(), live=False)
    draft = question.get_latest_revision_as_object()
    draft.stem, draft.bank = "Đất công ích là gì?", make_bank()
    draft.save_revision()
    row = Question.objects.get(pk=question.pk)
    assert (row.stem, row.search_text, row.bank) == ("Đất công ích là gì?", "dat cong ich la gi?", draft.bank)
