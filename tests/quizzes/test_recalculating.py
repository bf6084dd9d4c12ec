"""Regrading after a correction: upgrades at once, downgrades by HR's word, each once."""

from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import Kind, Message
from quizzes.answering import save_answer
from quizzes.correcting import CorrectionRefused, NewKey
from quizzes.grading import earned_points, is_passed, stored, submit_attempt
from quizzes.models import (
    Attempt,
    CountsFor,
    GradeStep,
    KeyCorrection,
    KeyReplacement,
    QuestionVersion,
    Regrade,
    RegradeDecision,
)
from quizzes.recalculating import (
    DecisionRefused,
    decide,
    regrade,
    regrade_attempt,
    tell_officials,
    unfinished,
)
from quizzes.regrading import accept_late
from quizzes.starting import start_attempt
from quizzes.tasks import regrade_unfinished
from records.models import Completion, ModuleProgress
from tests.factories import make_official, make_user
from tests.quizzes.conftest import read_module, responses
from tests.quizzes.corrections import correct, everybody, item_of, key_of, quiz_with, sat

APPROVED, DECLINED = RegradeDecision.Verdict.APPROVED, RegradeDecision.Verdict.DECLINED


@pytest.fixture
def wrong(module) -> QuestionVersion:
    """One question in the quiz: who chose “Ký nháy” passed."""
    quiz_with(module, "single")
    return QuestionVersion.objects.get()


def answered(official: Any, module: Any, text: str) -> Attempt:
    attempt = start_attempt(read_module(official, module))
    version = item_of(attempt).question_version
    key = next((option["key"] for option in version.options if option["text"] == text), None)
    return submit_attempt(attempt, {1: [key]} if key else {})


def row_of(attempt: Attempt) -> tuple[str, int, int, bool, bool]:
    row = attempt.regrades.get()
    return row.outcome, int(row.points_before), int(row.points_after), row.passed_before, row.passed_after


def grades(attempt: Attempt) -> list[tuple[int, str, Decimal, bool]]:
    return list(attempt.grade_steps.values_list("number", "cause", "points", "passed"))


@pytest.fixture
def sittings(module, wrong) -> dict[str, Attempt]:
    """Three officials chose each another option, one answered nothing."""
    texts = ["Ký nháy", "Ký số", "Ký tay", ""]
    return {text: answered(make_official(f"Người {text or 'bỏ trống'}"), module, text) for text in texts}


# --- What is applied and what waits ----------------------------------------------------------------------------


def test_upgrades_apply_downgrades_wait_and_the_rest_stays(wrong, sittings):
    made = correct(wrong, "Ký số")
    assert regrade(made.pk)
    assert {text: row_of(attempt) for text, attempt in sittings.items()} == {
        "Ký nháy": ("awaiting", 1, 0, True, False),
        "Ký số": ("applied", 0, 1, False, True),
        "Ký tay": ("unchanged", 0, 0, False, False),
        "": ("unchanged", 0, 0, False, False),
    }
    assert {text: grades(attempt)[1:] for text, attempt in sittings.items()} == {
        "Ký nháy": [],
        "Ký số": [(2, "key-corrected", 1, True)],
        "Ký tay": [],
        "": [],
    }
    step = sittings["Ký số"].grade_steps.get(number=2)
    assert (step.actor, step.reason, step.regrade.correction) == (made.actor, made.reason, made)


def test_an_upgrade_that_passes_finishes_module_and_course(wrong, sittings):
    assert Completion.objects.count() == 1  # of who chose what was marked as right
    regrade(correct(wrong, "Ký số").pk)
    attempt = sittings["Ký số"]
    progress = ModuleProgress.objects.get(enrolment=attempt.enrolment)
    assert (progress.done_at is not None, progress.score) == (True, 10)
    assert Completion.objects.get(official=attempt.official).score == 10
    assert Completion.objects.count() == 2


@pytest.mark.parametrize(
    ("counts_for", "points"),
    [
        (CountsFor.ANSWERED, {"Ký nháy": 1, "Ký số": 1, "Ký tay": 1, "": 0}),
        (CountsFor.EVERYBODY, {"Ký nháy": 1, "Ký số": 1, "Ký tay": 1, "": 1}),
    ],
)
def test_a_question_may_count_for_all(wrong, sittings, counts_for, points):
    regrade(correct(wrong, key=everybody(wrong, counts_for)).pk)
    found = {text: Attempt.objects.get(pk=attempt.pk).points for text, attempt in sittings.items()}
    assert found == points


def test_an_open_attempt_is_graded_by_the_corrected_key_and_only_once(module, wrong, lan):
    attempt = start_attempt(read_module(lan, module))
    made = correct(wrong, "Ký số")
    assert regrade(made.pk)
    right = next(option["key"] for option in wrong.options if option["text"] == "Ký số")
    submit_attempt(attempt, {1: [right]})
    assert grades(attempt) == [(1, "submitted", 1, True)]
    regrade_attempt(made, attempt.pk)
    assert (grades(attempt), row_of(attempt)[0]) == ([(1, "submitted", 1, True)], "unchanged")


def test_who_began_before_the_correction_is_graded_by_it_ever_after(module, wrong, lan):
    """The frozen quiz of a version begun earlier goes on drawing the wrong version."""
    progress = read_module(lan, module)
    correct(wrong, "Ký số")
    attempt = start_attempt(progress)
    assert item_of(attempt).question_version == wrong
    right = next(option["key"] for option in wrong.options if option["text"] == "Ký số")
    assert submit_attempt(attempt, {1: [right]}).passed


# --- The job ---------------------------------------------------------------------------------------------------


def test_the_job_may_be_repeated_and_broken_off(module, wrong, sittings, monkeypatch):
    monkeypatch.setattr("quizzes.recalculating.BATCH", 1)
    made = correct(wrong, "Ký số")
    assert unfinished() == [made.pk]
    assert not regrade(made.pk, seconds=0)
    made.refresh_from_db()
    assert (made.reached, made.finished_at, made.leased_until) == (sittings["Ký nháy"].pk, None, None)
    regrade_unfinished()
    made.refresh_from_db()
    assert (made.finished_at is not None, made.leased_until, unfinished()) == (True, None, [])
    assert regrade(made.pk)
    assert Regrade.objects.count() == 4
    assert GradeStep.objects.count() == 5


def test_what_a_worker_died_over_is_taken_up_where_it_was(wrong, sittings, monkeypatch):
    correct(wrong, "Ký số")
    real, seen = regrade_attempt, []

    def dies_at_the_third(correction: KeyCorrection, attempt_id: int) -> list[Regrade]:
        seen.append(attempt_id)
        if len(seen) == 3:
            raise RuntimeError("power cut")
        return real(correction, attempt_id)

    with monkeypatch.context() as broken:
        broken.setattr("quizzes.recalculating.regrade_attempt", dies_at_the_third)
        regrade_unfinished()  # says so in the log, and goes on with others
    assert Regrade.objects.count() == 2
    assert unfinished() == []  # until its lease is over
    KeyCorrection.objects.update(leased_until=None)
    regrade_unfinished()
    assert (Regrade.objects.count(), GradeStep.objects.count()) == (4, 5)


def test_each_correction_does_each_question_once(wrong, sittings):
    regrade(correct(wrong, "Ký số").pk)
    row = sittings["Ký số"].regrades.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# --- HR's word -------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(wrong, sittings) -> Regrade:
    regrade(correct(wrong, "Ký số").pk)
    return Regrade.objects.open().get()


def test_an_approved_downgrade_is_a_further_grade_and_undoes_nothing(waiting, sittings):
    hr = make_user("nhan-su")
    decision = decide(waiting, verdict=APPROVED, actor=hr, reason="Đã đối chiếu")
    attempt = Attempt.objects.get(pk=sittings["Ký nháy"].pk)
    assert (attempt.points, attempt.passed) == (0, False)
    assert grades(attempt)[1:] == [(2, "key-corrected", 0, False)]
    assert (decision.step.number, decision.step.actor, decision.step.reason) == (2, hr, "Đã đối chiếu")
    assert ModuleProgress.objects.get(enrolment=attempt.enrolment).done_at is not None
    assert Completion.objects.filter(official=attempt.official).count() == 1
    assert list(Regrade.objects.open()) == []


def test_a_declined_downgrade_leaves_the_grade_as_it_was(waiting, sittings):
    decide(waiting, verdict=DECLINED, actor=make_user(), reason="Câu hỏi viết chưa rõ")
    attempt = Attempt.objects.get(pk=sittings["Ký nháy"].pk)
    assert (attempt.points, attempt.passed, len(grades(attempt))) == (1, True, 1)
    assert list(Regrade.objects.open()) == []
    assert not Message.objects.filter(official=attempt.official, kind=Kind.RESULT_CORRECTED).exists()


def test_a_downgrade_is_decided_once_and_with_a_reason(waiting):
    hr, other = make_user(), make_user("khac", display_name="Anh Bình")
    with translation.override("en"), pytest.raises(DecisionRefused, match="give a reason"):
        decide(waiting, verdict=APPROVED, actor=hr, reason=" ")
    first = decide(waiting, verdict=DECLINED, actor=other, reason="Giữ")
    assert decide(waiting, verdict=DECLINED, actor=other, reason="Giữ") == first
    with (
        translation.override("en"),
        pytest.raises(DecisionRefused, match="Anh Bình has decided this already"),
    ):
        decide(waiting, verdict=APPROVED, actor=hr, reason="Hạ")
    assert RegradeDecision.objects.count() == 1


def test_a_further_correction_of_the_question_takes_the_place_of_what_waits(waiting, wrong, sittings):
    again = correct(wrong.graded_by, "Ký nháy", "Ký số")
    regrade(again.pk)
    assert list(Regrade.objects.open()) == []
    with translation.override("en"), pytest.raises(DecisionRefused, match="corrected once more"):
        decide(waiting, verdict=APPROVED, actor=make_user(), reason="Hạ")
    assert Attempt.objects.get(pk=sittings["Ký nháy"].pk).points == 1


def test_a_downgrade_that_waits_does_not_disturb_another_questions_correction(module, lan):
    quiz_with(module, "single", "single", shuffle_questions=False)
    attempt = sat(lan, module, right=1)
    first, second = (item.question_version for item in attempt.items.order_by("order"))
    regrade(correct(first, "Ký tay").pk)
    regrade(correct(second, "Ký số").pk)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (2, True)
    decide(Regrade.objects.open().get(), verdict=APPROVED, actor=make_user(), reason="Hạ")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (1, False)
    assert [step.item_points for step in attempt.grade_steps.all()] == [
        {"1": "1.00000", "2": "0.00000"},
        {"1": "1.00000", "2": "1.00000"},
        {"1": "0.00000", "2": "1.00000"},
    ]


def test_what_was_corrected_found_and_decided_is_never_changed_or_deleted(waiting):
    decide(waiting, verdict=DECLINED, actor=make_user(), reason="Giữ")
    for rows, change in (
        (KeyCorrection.objects.all(), {"reason": "Khác"}),
        (KeyCorrection.objects.all(), {"finished_at": None}),
        (KeyReplacement.objects.all(), {"number": 9}),
        (Regrade.objects.all(), {"points_after": 5}),
        (RegradeDecision.objects.all(), {"verdict": APPROVED}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


# --- Telling ---------------------------------------------------------------------------------------------------


def test_whose_result_rose_gets_one_notice(module, wrong, lan):
    attempts = [answered(lan, module, text) for text in ("Ký tay", "Ký số", "Ký tay")]
    made = correct(wrong, "Ký số")
    regrade(made.pk)
    notice = Message.objects.get(kind=Kind.RESULT_CORRECTED)
    assert (notice.official, notice.path) == (lan, f"/luot/{attempts[1].key}/ket-qua/")
    tell_officials(made)
    assert Message.objects.filter(kind=Kind.RESULT_CORRECTED).count() == 1


def test_an_approved_downgrade_is_told_in_plain_words(waiting, sittings):
    decide(waiting, verdict=APPROVED, actor=make_user(), reason="Đã đối chiếu")
    notice = Message.objects.get(official=sittings["Ký nháy"].official, kind=Kind.RESULT_CORRECTED)
    assert "1" in notice.body
    assert "0" in notice.body


# --- The oracle ------------------------------------------------------------------------------------------------

KINDS = ("single", "multiple", "ordering", "true-false")


def any_key(chance: Random, version: QuestionVersion) -> NewKey:
    options = deepcopy(version.options)
    if version.kind == "ordering":
        chance.shuffle(options)
    else:
        count = chance.randint(1, len(options) - 1) if version.kind == "multiple" else 1
        right = chance.sample(range(len(options)), count)
        for place, option in enumerate(options):
            option["correct"] = place in right
    counts_for = chance.choice([CountsFor.KEY] * 6 + [CountsFor.ANSWERED, CountsFor.EVERYBODY])
    return NewKey(options, partial=chance.random() < 0.5, counts_for=counts_for)


def any_response(chance: Random, version: QuestionVersion) -> list[str]:
    keys = [option["key"] for option in version.options]
    if chance.random() < 0.2:
        return []
    match version.kind:
        case "ordering":
            return chance.sample(keys, len(keys))
        case "multiple":
            return chance.sample(keys, chance.randint(1, len(keys)))
    return [chance.choice(keys)]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_regrading_and_hrs_yes_end_where_grading_afresh_by_the_corrected_keys_would(module, seed):
    """Whatever was answered and whichever keys are corrected in whatever order: the oracle is one fresh grading."""
    chance = Random(seed)
    with transaction.atomic():
        quiz_with(module, *KINDS, shuffle_questions=False, pass_percent=chance.choice([34, 50, 67, 80]))
        attempt = start_attempt(read_module(make_official(), module))
        items = list(attempt.items.select_related("question_version").order_by("order"))
        submit_attempt(attempt, {item.order: any_response(chance, item.question_version) for item in items})
        for _ in range(chance.randint(1, 4)):
            attempt.refresh_from_db()
            before = attempt.points
            version = QuestionVersion.objects.get(pk=chance.choice(items).question_version_id).graded_by
            with suppress(CorrectionRefused):  # the same key again
                regrade(correct(version, key=any_key(chance, version)).pk)
            attempt.refresh_from_db()
            assert attempt.points >= before
            for row in Regrade.objects.open():
                decide(row, verdict=APPROVED, actor=row.correction.actor, reason="Đúng")
        fresh = [
            earned_points(
                item, answer_of(item), QuestionVersion.objects.get(pk=item.question_version_id).graded_by
            )
            for item in items
        ]
        total = sum(fresh, Fraction(0))
        attempt.refresh_from_db()
        assert (attempt.points, attempt.passed) == (
            stored(total),
            is_passed(total, attempt.max_points, attempt.version.quiz),
        )
        assert list(attempt.items.order_by("order").values_list("points", flat=True)) == [
            stored(points) for points in fresh
        ]
        transaction.set_rollback(True)


def answer_of(item: Any) -> list[str]:
    newest = item.answers.order_by("-pk").first()
    return newest.response if newest else []


def test_the_oracle_has_work_to_do(module, lan):
    """A key of another option really changes what is earned."""
    quiz_with(module, "multiple")
    attempt = start_attempt(read_module(lan, module))
    submit_attempt(attempt, responses(attempt, right=1))
    version = item_of(attempt).question_version
    made = correct(version, key=key_of(version, "Màu tóc", "Họ tên", partial=True))
    regrade(made.pk)
    assert row_of(attempt)[:1] == ("awaiting",)


def test_a_late_answer_that_was_let_count_counts_by_the_corrected_key_too(module, wrong, cast):
    """Its in-time answer would earn nothing by the corrected key; the late one, accepted before, does."""
    attempt = answered(cast.lan, module, "Ký tay")
    keys = {option["text"]: option["key"] for option in wrong.options}
    late = save_answer(attempt, 1, [keys["Ký nháy"]], uuid4())
    accept_late(attempt.pk, [late.pk], actor=cast.admin, reason="Mất mạng")
    regrade(correct(wrong, "Ký số").pk)
    assert row_of(attempt) == ("awaiting", 1, 0, True, False)
    regrade(correct(wrong.graded_by, "Ký nháy").pk)
    assert attempt.regrades.last().outcome == "unchanged"
    assert list(Regrade.objects.open()) == []
