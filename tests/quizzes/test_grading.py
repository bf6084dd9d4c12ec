import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from quizzes.answering import OperationConflict, save_answer, save_answers
from quizzes.counting import is_passed
from quizzes.grading import points_to_pass, submit_attempt
from quizzes.kinds import ResponseRefused, kind_of
from quizzes.models import Answer, Attempt, AttemptItem, Question, Quiz
from quizzes.publishing import publish_question
from quizzes.starting import AttemptRefused, start_attempt
from records.learning import open_module
from records.models import Completion, ModuleProgress
from tests.factories import BINH_THANH, enrol, make_course, make_module, make_official, make_posting
from tests.quizzes.conftest import (
    make_question,
    make_quiz,
    options_of,
    read_module,
    responses,
    right_response,
    wrong_response,
)


def items(attempt: Attempt) -> list[AttemptItem]:
    return list(attempt.items.select_related("question_version").order_by("order"))


def refusal(progress: ModuleProgress) -> str:
    with translation.override("en"), pytest.raises(AttemptRefused) as caught:
        start_attempt(progress)
    return str(caught.value)


# --- Starting -----------------------------------------------------------------------------------------------


def test_starting_draws_a_paper_and_copies_the_posting_of_the_day(progress, lan):
    attempt = start_attempt(progress)
    assert (attempt.number, attempt.state, attempt.max_points) == (1, "in-progress", 3)
    assert (attempt.enrolment, attempt.official, attempt.version) == (
        progress.enrolment,
        lan,
        progress.version,
    )
    assert (attempt.ward_name, attempt.position_name) == ("Phường Cầu Ông Lãnh", "Văn thư")
    paper = items(attempt)
    assert [item.order for item in paper] == [1, 2, 3]
    drawable = set(progress.version.quiz["question_versions"])
    assert {item.question_version_id for item in paper} < drawable
    for item in paper:
        assert sorted(item.option_order) == sorted(option["key"] for option in item.question_version.options)


def test_starting_again_gives_the_open_attempt(progress):
    assert start_attempt(progress) == start_attempt(progress)
    assert Attempt.objects.count() == 1


def test_a_quiz_opens_when_all_cards_are_read(module, lan):
    make_quiz(module)
    progress = open_module(enrol(lan, module.get_parent().specific), module)
    assert refusal(progress) == "Please read all cards of this lesson first. Then the quiz opens."
    assert Attempt.objects.count() == 0


def test_attempts_are_limited(module, lan):
    make_quiz(module, attempts_allowed=2)
    progress = read_module(lan, module)
    for _ in range(2):
        submit_attempt(start_attempt(progress))
    assert refusal(progress).startswith("You have used all 2 attempts allowed.")
    assert Attempt.objects.count() == 2


def test_a_passed_module_is_not_taken_again(progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt, responses(attempt, right=3))
    assert refusal(progress).startswith("You have passed this lesson already.")


def test_a_quiz_without_questions_is_refused_in_words(module, lan):
    make_quiz(module, kinds=())
    assert refusal(read_module(lan, module)).startswith("This quiz has no published question yet.")


def test_who_began_before_there_were_questions_gets_the_newest_paper(module, lan):
    quiz = make_quiz(module, kinds=())
    read_module(lan, module)
    make_question(quiz.bank)
    attempt = start_attempt(read_module(lan, module))
    module.refresh_from_db()
    assert (attempt.version, attempt.max_points) == (module.current_version, 1)


def test_a_learner_finishes_the_version_that_was_begun(progress, module):
    begun = progress.version
    Quiz.objects.get(module=module).bank.questions.first().unpublish()
    module.refresh_from_db()
    assert module.current_version != begun
    assert start_attempt(progress).version == begun


# --- Responses ----------------------------------------------------------------------------------------------

KEYS = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("single", ["b"], ["b"]),
        ("single", [], []),
        ("true-false", ["c"], ["c"]),
        ("multiple", ["c", "a"], ["a", "c"]),
        ("multiple", [], []),
        ("ordering", ["c", "a", "b"], ["c", "a", "b"]),
        ("ordering", [], []),
    ],
)
def test_a_response_that_fits_is_kept_in_one_form(kind, given, kept):
    assert kind_of(kind).checked(KEYS, given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("single", ["a", "b"]),
        ("single", ["x"]),
        ("true-false", ["a", "b"]),
        ("multiple", ["a", "a"]),
        ("multiple", ["a", "x"]),
        ("ordering", ["a", "b"]),
        ("ordering", ["a", "b", "b"]),
        ("ordering", ["a", "b", "x"]),
        ("ordering", ["a", "b", "c", "d"]),
    ],
)
def test_a_response_that_does_not_fit_is_refused(kind, given):
    with pytest.raises(ResponseRefused):
        kind_of(kind).checked(KEYS, given)


def test_the_newest_answer_counts_and_the_older_ones_stay(progress):
    attempt = start_attempt(progress)
    first, *rest = items(attempt)
    save_answer(attempt, 1, wrong_response(first), uuid4())
    save_answer(attempt, 1, right_response(first), uuid4())
    for item in rest:
        save_answer(attempt, item.order, right_response(item), uuid4())
    assert submit_attempt(attempt).points == 3
    assert Answer.objects.filter(item=first).count() == 2


def test_a_repeated_operation_gives_the_row_it_made(progress):
    attempt = start_attempt(progress)
    item, operation = items(attempt)[0], uuid4()
    kept = save_answer(attempt, 1, right_response(item), operation)
    assert save_answer(attempt, 1, right_response(item), operation) == kept
    assert Answer.objects.count() == 1


def test_a_known_operation_with_another_body_or_question_is_a_conflict(progress):
    attempt = start_attempt(progress)
    first, second = items(attempt)[:2]
    operation = uuid4()
    save_answer(attempt, 1, right_response(first), operation)
    with pytest.raises(OperationConflict):
        save_answer(attempt, 1, wrong_response(first), operation)
    with pytest.raises(OperationConflict):
        save_answer(attempt, 2, right_response(second), operation)
    assert [answer.response for answer in Answer.objects.all()] == [right_response(first)]


def test_a_response_to_a_question_not_on_the_paper_is_refused(progress):
    with pytest.raises(AttemptItem.DoesNotExist):
        save_answer(start_attempt(progress), 4, [], uuid4())


def test_an_answer_after_grading_is_kept_as_late_and_changes_nothing(progress):
    attempt = start_attempt(progress)
    item, early, late = items(attempt)[0], uuid4(), uuid4()
    save_answer(attempt, 1, wrong_response(item), early)
    graded = submit_attempt(attempt)
    answer = save_answer(attempt, 1, right_response(item), late)
    assert (answer.late, answer.response) == (True, right_response(item))
    assert save_answer(attempt, 1, right_response(item), late) == answer
    assert not save_answer(attempt, 1, wrong_response(item), early).late
    attempt.refresh_from_db()
    assert (attempt.points, attempt.graded_at) == (0, graded.graded_at)


def test_the_database_itself_refuses_an_answer_in_time_after_grading(progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt)
    with pytest.raises(IntegrityError, match="the attempt is over or graded"), transaction.atomic():
        Answer.objects.create(item=items(attempt)[0], operation_id=uuid4(), response=[])


# --- Grading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["single", "multiple", "true-false", "ordering"])
def test_each_kind_is_graded_all_or_nothing(module, lan, kind):
    make_quiz(module, kinds=(kind,) * 3, draw=3, pass_percent=100)
    progress = read_module(lan, module)
    attempt = start_attempt(progress)
    right, wrong, _blank = items(attempt)
    submit_attempt(attempt, {1: right_response(right), 2: wrong_response(wrong)})
    assert [item.points for item in items(attempt)] == [1, 0, 0]


def test_half_of_several_right_answers_earn_nothing(module, lan):
    make_quiz(module, kinds=("multiple",), draw=1)
    attempt = start_attempt(read_module(lan, module))
    assert submit_attempt(attempt, {1: right_response(items(attempt)[0])[:1]}).points == 0


def test_passing_finishes_the_module_with_its_score_and_the_course(progress, module):
    Quiz.objects.filter(module=module).update(pass_percent=100)
    attempt = start_attempt(progress)
    graded = submit_attempt(attempt, responses(attempt, right=3))
    assert (graded.state, graded.passed, graded.points, graded.score) == ("graded", True, 3, Decimal("10.00"))
    progress.refresh_from_db()
    assert progress.done_at is not None
    assert progress.score == Decimal("10.00")
    completion = Completion.objects.get()
    assert (completion.enrolment, completion.score) == (progress.enrolment, Decimal("10.00"))


def test_failing_leaves_the_module_open(progress):
    attempt = start_attempt(progress)
    graded = submit_attempt(attempt, responses(attempt, right=2))
    assert (graded.passed, graded.points, graded.score) == (False, 2, Decimal("6.67"))
    progress.refresh_from_db()
    assert (progress.done_at, progress.score) == (None, None)
    assert start_attempt(progress).number == 2


def test_submitting_twice_is_submitting_once(progress):
    attempt = start_attempt(progress)
    first = submit_attempt(attempt, responses(attempt, right=3))
    again = submit_attempt(attempt, responses(attempt, right=3))
    assert (again.graded_at, again.points) == (first.graded_at, first.points)
    assert (Answer.objects.count(), Completion.objects.count()) == (3, 1)


def test_what_a_second_submission_brings_is_kept_as_late_once(progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt, responses(attempt, right=0))
    for _ in range(2):
        assert submit_attempt(attempt, responses(attempt, right=1)).points == 0
    late = Answer.objects.get(late=True)
    assert late.response == right_response(items(attempt)[0])


def test_saving_a_form_keeps_only_what_is_new(progress):
    attempt = start_attempt(progress)
    for _ in range(2):
        save_answers(attempt, responses(attempt, right=3))
    save_answers(attempt, {1: []})
    assert Answer.objects.count() == 4
    assert submit_attempt(attempt).points == 2


def test_a_submission_that_does_not_fit_changes_nothing(progress):
    attempt = start_attempt(progress)
    with pytest.raises(ResponseRefused):
        submit_attempt(attempt, {**responses(attempt, right=2), 3: ["khong-co"]})
    attempt.refresh_from_db()
    assert (attempt.state, Answer.objects.count()) == ("in-progress", 0)


def test_an_attempt_is_graded_by_the_version_it_was_drawn_from(module, lan):
    """The key is corrected between the start and the submission: the old key counts for this attempt."""
    quiz = make_quiz(module, kinds=("single",), draw=1, pass_percent=100)
    attempt = start_attempt(read_module(lan, module))
    old = right_response(items(attempt)[0])
    question = Question.objects.get(bank=quiz.bank)
    question.options = options_of("single", [("Ký nháy", False), ("Ký số", True), ("Ký tay", False)])
    assert publish_question(question).number == 2
    Quiz.objects.get(pk=quiz.pk).delete()
    graded = submit_attempt(attempt, {1: old})
    assert (graded.points, graded.passed) == (1, True)


def test_an_attempt_keeps_the_ward_after_a_transfer(progress, lan):
    attempt = start_attempt(progress)
    submit_attempt(attempt)
    lan.postings.update(ends_on=datetime.date(2026, 1, 31))
    make_posting(lan, BINH_THANH, starts_on=datetime.date(2026, 2, 1))
    attempt.refresh_from_db()
    assert attempt.ward_name == "Phường Cầu Ông Lãnh"


@pytest.mark.parametrize(
    "change", [{"points": 3}, {"passed": True}, {"state": "in-progress"}, {"ward_name": "x"}]
)
def test_the_database_refuses_to_change_a_graded_attempt(progress, change):
    attempt = submit_attempt(start_attempt(progress))
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(**change)


@pytest.mark.parametrize("rows", ["items", "answers"])
def test_the_database_refuses_to_change_or_remove_papers_and_answers(progress, rows):
    attempt = start_attempt(progress)
    save_answers(attempt, responses(attempt, right=3))
    submit_attempt(attempt)
    queryset = attempt.items if rows == "items" else Answer.objects.filter(item__attempt=attempt)
    change = {"points": 0} if rows == "items" else {"response": []}
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        queryset.update(**change)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        queryset.all()._raw_delete("default")


def test_an_official_without_a_posting_may_take_a_quiz(module):
    make_quiz(module)
    lone = make_official("Trần Văn Bình", at=None)
    attempt = start_attempt(read_module(lone, module))
    assert (attempt.ward, attempt.ward_name) == (None, "")


def test_each_period_of_a_course_has_its_own_attempts(module, lan):
    make_quiz(module, attempts_allowed=1)
    submit_attempt(start_attempt(read_module(lan, module)))
    renewal = open_module(enrol(lan, module.get_parent().specific, period=2), module)
    ModuleProgress.objects.filter(pk=renewal.pk).update(read_at=renewal.started_at)
    assert start_attempt(ModuleProgress.objects.get(pk=renewal.pk)).number == 1


@given(st.integers(1, 200), st.integers(1, 100))
def test_the_fewest_points_that_pass_are_the_fewest(total, percent):
    needed = points_to_pass(total, percent)
    assert 1 <= needed <= total
    assert is_passed(needed, total, {"pass_percent": percent})
    assert not is_passed(needed - 1, total, {"pass_percent": percent})


def test_starting_and_submitting_cost_the_same_for_one_and_three_questions(
    lan, django_assert_num_queries, django_assert_max_num_queries
):
    counts = []
    for draw in (1, 3):
        module = make_module(make_course(), cards=1)
        make_quiz(module, draw=draw)
        progress = read_module(lan, module)
        with django_assert_max_num_queries(20) as queries:
            attempt = start_attempt(progress)
        started = len(queries)
        given = responses(attempt, right=draw)
        with django_assert_max_num_queries(30) as queries:
            submit_attempt(attempt, given)
        counts.append((started, len(queries)))
    assert counts[0] == counts[1]
    print(counts)
