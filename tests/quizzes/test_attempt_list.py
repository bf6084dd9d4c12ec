"""The trainer's list of attempts: everybody enrolled, with the state of each attempt; filters in the address."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from quizzes.grading import submit_attempt
from quizzes.models import Attempt, Quiz, QuizAllowance
from quizzes.starting import start_attempt
from tests.factories import enrol, make_official, make_user
from tests.quizzes.conftest import make_quiz, read_module, responses


@pytest.fixture
def quiz(module) -> Quiz:
    return make_quiz(module)


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.trainer)
    return client


@pytest.fixture
def people(cast, quiz, module):
    """Lan passed at the second attempt, Bình is at it, Hoa has not begun; somebody is enrolled elsewhere."""
    progress = read_module(cast.lan, module)
    submit_attempt(start_attempt(progress))
    second = start_attempt(progress)
    submit_attempt(second, responses(second, right=3))
    start_attempt(read_module(make_official("Trần Văn Bình"), module))
    enrol(make_official("Lê Thị Hoa"), module.get_parent().specific)
    make_official("Phạm Văn Khác")


def names(response) -> list[str]:
    return re.findall(r"<th scope=\"row(?:group)?\".*?>([^<>]+)</a>", response.content.decode())


def listed(client, quiz, **filters) -> list[str]:
    return names(client.get(reverse("quiz_attempts", args=[quiz.pk]), filters))


def test_everybody_enrolled_stands_in_the_list_with_all_attempts(desk, quiz, people):
    assert listed(desk, quiz) == ["Trần Văn Bình", "Lê Thị Hoa", "Nguyễn Thị Lan"]
    body = desk.get(reverse("quiz_attempts", args=[quiz.pk])).content.decode()
    listing = body[body.index('<table class="listing">') :].partition("</table>")[0]
    assert listing.count("<tr>") == 1 + 4
    assert 'rowspan="2"' in body


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "not-started"}, ["Lê Thị Hoa"]),
        ({"state": "in-progress"}, ["Trần Văn Bình"]),
        ({"state": "graded"}, ["Nguyễn Thị Lan"]),
        ({"state": "late"}, []),
        ({"q": "nguyen"}, ["Nguyễn Thị Lan"]),
        ({"q": "binh", "state": "graded"}, []),
        ({"state": "khong-co"}, ["Trần Văn Bình", "Lê Thị Hoa", "Nguyễn Thị Lan"]),
    ],
)
def test_filters_are_in_the_address(desk, quiz, people, filters, found):
    assert listed(desk, quiz, **filters) == found


def test_a_list_costs_the_same_for_one_and_three_people(
    desk, quiz, module, cast, django_assert_max_num_queries
):
    counts = []
    for name in ("A", "B", "C"):
        start_attempt(read_module(make_official(f"Nguyễn Văn {name}"), module))
        with django_assert_max_num_queries(40) as queries:
            listed(desk, quiz)
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_trainer_grants_what_hr_grants(desk, quiz, people, cast):
    enrolment = cast.lan.enrolments.get()
    address = reverse("quiz_case", args=[quiz.pk, enrolment.pk])
    assert "Nguyễn Thị Lan" in desk.get(address).content.decode()
    posted = {"them-minutes": "10", "them-reason": "Khuyết tật", "them-operation_id": str(uuid4())}
    assert desk.post(address, posted).status_code == 302
    assert QuizAllowance.objects.get().actor == cast.trainer


@pytest.mark.parametrize("who", ["reviewer", "hr", "lan"])
def test_for_others_there_is_no_such_list(client, quiz, people, cast, who):
    reviewer = make_user("tham-dinh")
    reviewer.groups.add(Group.objects.get(name="Reviewers"))
    user = {"reviewer": reviewer, "hr": cast.ward_hr, "lan": cast.lan.user or make_user("lan")}[who]
    client.force_login(user)
    for address in (
        reverse("quiz_attempts", args=[quiz.pk]),
        reverse("quiz_case", args=[quiz.pk, Attempt.objects.first().enrolment_id]),
    ):
        assert client.get(address).status_code == 404
