"""HR decides on a person's quiz, within its scope and with a reason (rule 8)."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt, QuizAllowance
from quizzes.starting import start_attempt
from tests.factories import make_user
from tests.quizzes.conftest import make_quiz, module, read_module, responses  # noqa: F401


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def failed(cast, module) -> Attempt:  # noqa: F811
    """Lan had one attempt, used it up, and three right answers came after it was submitted."""
    make_quiz(module, attempts_allowed=1)
    attempt = submit_attempt(start_attempt(read_module(cast.lan, module)))
    submit_attempt(attempt, responses(attempt, right=3))
    return attempt


def address(attempt: Attempt) -> str:
    return reverse("reports:quiz", args=[attempt.enrolment_id, attempt.module_id])


@pytest.fixture
def hr(client, cast):
    client.force_login(cast.ward_hr)
    client.cookies["django_language"] = "en"
    return client


def granting(**changes):
    return {"them-attempts": "1", "them-reason": "Mất điện", "them-operation_id": str(uuid4()), **changes}


def test_the_person_page_leads_to_the_case(hr, failed, cast):
    page = hr.get(reverse("reports:person", args=[cast.lan.staff_number])).content.decode()
    assert address(failed) in page
    case = hr.get(address(failed)).content.decode()
    for part in (
        "Attempt 1 – graded",
        "0/3",
        "All attempts are used.",
        "would add 1 to the points",
        "Question 2",
    ):
        assert part in case
    assert "Câu hỏi" not in case  # neither questions nor answers


def test_a_further_attempt_is_granted_once_and_told(hr, failed, cast):
    posted = granting()
    for _ in range(2):
        assert hr.post(address(failed), posted).status_code == 302
    allowance = QuizAllowance.objects.get()
    assert (allowance.attempts, allowance.reason, allowance.actor) == (1, "Mất điện", cast.ward_hr)
    page = hr.get(address(failed)).content.decode()
    assert "The decision is kept." in page
    assert "1 further attempt" in page
    assert start_attempt(failed.enrolment.progress.get()).number == 2


@pytest.mark.parametrize("changes", [{"them-reason": ""}, {"them-attempts": "0"}, {"them-attempts": "21"}])
def test_an_incomplete_decision_is_shown_again_and_nothing_is_granted(hr, failed, changes):
    response = hr.post(address(failed), granting(**changes))
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert QuizAllowance.objects.count() == 0


def test_ticked_late_answers_count_from_then_on(hr, failed):
    ticked = list(Answer.objects.filter(late=True).order_by("pk").values_list("pk", flat=True))
    response = hr.post(address(failed), {"accept": "1", "answer": ticked, "reason": "Mất sóng"}, follow=True)
    assert "3 late answers were accepted. The attempt now has 3 points." in response.content.decode()
    assert "late answers were accepted, 3 points" in response.content.decode()
    after = Attempt.objects.get()
    assert (after.points, after.passed, after.grade_number) == (3, True, 2)


def test_nothing_ticked_or_of_another_attempt_changes_nothing(hr, failed):
    for posted in ({}, {"answer": ["0", "x"]}):
        response = hr.post(address(failed), {"accept": "1", "reason": "x", **posted}, follow=True)
        assert "No late answer was ticked." in response.content.decode()
    assert Attempt.objects.get().points == 0


def test_an_answer_after_the_grading_is_not_ticked_beforehand(hr, failed):
    page = hr.get(address(failed)).content.decode()
    assert page.count("after the result could be seen") == 3
    assert 'name="answer"' in page
    assert "checked" not in page


def test_hr_beyond_the_scope_finds_no_such_page(client, failed, cast):
    for stranger in (cast.other_hr, cast.lan.user or make_user("khong-ai")):
        client.force_login(stranger)
        assert client.get(address(failed)).status_code == 404
        assert client.post(address(failed), granting()).status_code == 404
    assert QuizAllowance.objects.count() == 0


def test_nobody_decides_on_an_own_case(client, failed, cast):
    cast.lan.user = cast.ward_hr
    cast.lan.save()
    client.force_login(cast.ward_hr)
    assert client.get(address(failed)).status_code == 404
    assert client.post(address(failed), granting()).status_code == 404


def test_a_module_of_another_course_is_no_case(hr, failed):
    from tests.factories import make_course, make_module

    other = make_module(make_course())
    assert hr.get(reverse("reports:quiz", args=[failed.enrolment_id, other.pk])).status_code == 404
