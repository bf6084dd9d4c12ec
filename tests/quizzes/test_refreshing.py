"""Refreshers: who takes part, what comes when, three a day, and what others may see of it."""

import datetime
import re
import threading
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connections, transaction
from django.urls import reverse
from django.utils import timezone, translation

from quizzes.grading import submit_attempt
from quizzes.kinds import ResponseRefused
from quizzes.models import Question, RefresherItem, RefresherPlan, RefresherReview
from quizzes.refreshing import (
    A_DAY,
    answer_refresher,
    next_refresher,
    rating_of,
    start_plan,
    stop_plan,
)
from quizzes.starting import start_attempt
from records.models import Enrolment
from reports.refreshed import ANSWERS, PEOPLE, still_known
from tests.conftest import HouseClient
from tests.factories import CAU_ONG_LANH, enrol, make_hr, make_official, ward
from tests.quizzes.conftest import make_quiz, read_module, responses


@pytest.fixture
def course(module):
    """Five questions, two of them missed are enough to pass; refreshers are offered."""
    make_quiz(
        module, kinds=("single", "multiple", "true-false", "ordering", "single"), draw=5, pass_percent=60
    )
    course = module.get_parent().specific
    type(course).objects.filter(pk=course.pk).update(refreshers=True)
    course.refreshers = True
    return course


def complete(official, module, *, right: int = 3):
    """The course is completed with so many right answers, ten days ago."""
    attempt = start_attempt(read_module(official, module))
    submit_attempt(attempt, responses(attempt, right=right))
    assert Enrolment.objects.get(official=official).completed_at
    return attempt


def make_due() -> None:
    RefresherItem.objects.update(due_at=timezone.now() - datetime.timedelta(hours=1))


def right(refresher):
    from quizzes.kinds import kind_of

    version = refresher.version
    return kind_of(version.kind).right_response(version.options, version.settings)


def give(official, response=None) -> RefresherReview:
    refresher = next_refresher(official)
    return answer_refresher(
        refresher.item,
        refresher.number,
        refresher.version,
        right(refresher) if response is None else response,
    )


# --- Who takes part ----------------------------------------------------------------------------------------------


def test_only_who_has_completed_a_course_that_offers_it_takes_part(course, module, lan):
    enrol(lan, course)
    assert start_plan(lan, course) is None
    complete(lan, module)
    assert start_plan(lan, course).items.count() == 5
    course.refreshers = False
    assert start_plan(lan, course) is None


def test_taking_part_twice_is_once_and_stopping_keeps_what_was_learnt(course, module, lan):
    complete(lan, module)
    plan = start_plan(lan, course)
    assert start_plan(lan, course) == plan
    make_due()
    give(lan)
    stop_plan(lan, course)
    assert next_refresher(lan) is None
    start_plan(lan, course)
    assert (RefresherPlan.objects.count(), RefresherItem.objects.count()) == (1, 5)
    assert next_refresher(lan) is not None


# --- What comes when ---------------------------------------------------------------------------------------------


def test_what_was_missed_in_the_quiz_comes_first_and_on_the_next_day(course, module, lan):
    attempt = complete(lan, module, right=3)
    start_plan(lan, course)
    missed = set(attempt.items.filter(points=0).values_list("question_version__question", flat=True))
    assert set(RefresherItem.objects.filter(missed=True).values_list("question", flat=True)) == missed
    assert next_refresher(lan) is None, "not on the day of the quiz"
    tomorrow = timezone.now() + datetime.timedelta(days=1, minutes=1)
    due = RefresherItem.objects.filter(due_at__lte=tomorrow)
    assert set(due.values_list("question", flat=True)) == missed
    make_due()
    first, second = give(lan), give(lan)
    assert {first.item.question_id, second.item.question_id} == missed


def test_a_right_answer_comes_back_later_than_a_wrong_one(course, module, lan):
    complete(lan, module, right=5)
    start_plan(lan, course)
    make_due()
    known = give(lan)
    missed = give(lan, response=[])
    known.item.refresh_from_db()
    missed.item.refresh_from_db()
    assert (known.share, missed.share) == (1, 0)
    assert missed.item.due_at - timezone.now() <= datetime.timedelta(days=1)
    assert known.item.due_at > missed.item.due_at
    assert (known.item.missed, missed.item.missed) == (False, True)


@pytest.mark.parametrize(("share", "rating"), [("1", 3), ("0.75", 2), ("0.5", 2), ("0.49", 1), ("0", 1)])
def test_a_share_becomes_a_rating(share, rating):
    assert rating_of(Decimal(share)) == rating


def test_three_a_day_whatever_is_due(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    refresher = next_refresher(lan)
    for _each in range(A_DAY):
        give(lan)
    assert next_refresher(lan) is None
    other = RefresherItem.objects.exclude(reviews__isnull=False).first()
    with pytest.raises(ResponseRefused):
        answer_refresher(other, 1, other.question.current_version, [])
    assert refresher.left_today == A_DAY


def test_retired_and_withdrawn_questions_do_not_come(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    Question.objects.update(retired=True)
    assert next_refresher(lan) is None


def test_a_question_that_is_not_due_is_not_answered_ahead(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    item = RefresherItem.objects.first()
    with pytest.raises(ResponseRefused):
        answer_refresher(item, 1, item.question.current_version, [])
    assert RefresherReview.objects.count() == 0


def test_the_same_answer_twice_is_once(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    refresher = next_refresher(lan)
    first = answer_refresher(refresher.item, refresher.number, refresher.version, right(refresher))
    again = answer_refresher(refresher.item, refresher.number, refresher.version, [])
    assert (again, RefresherReview.objects.count()) == (first, 1)
    with pytest.raises(ResponseRefused):
        answer_refresher(refresher.item, 7, refresher.version, right(refresher))


def test_an_answer_is_never_changed(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    review = give(lan)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefresherReview.objects.filter(pk=review.pk).update(share=0)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_give_one_answer(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    refresher = next_refresher(lan)
    barrier, kept = threading.Barrier(2), []

    def tab(response) -> None:
        barrier.wait(30)
        try:
            kept.append(answer_refresher(refresher.item, 1, refresher.version, response).pk)
        finally:
            connections.close_all()

    tabs = [threading.Thread(target=tab, args=[response]) for response in (right(refresher), [])]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(60)
    assert len(kept) == 2
    assert len(set(kept)) == RefresherReview.objects.count() == 1


# --- The screens -------------------------------------------------------------------------------------------------


@pytest.fixture
def phone(lan, client):
    client.force_login(lan.user)
    client.cookies["django_language"] = "en"
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_way_from_the_course_to_todays_questions(phone, course, module, lan):
    complete(lan, module)
    page = words(phone.get(reverse("learning:course", args=[course.slug])))
    assert "Take part" in page
    response = phone.post(reverse("quizzes:take_part", args=[course.slug]), follow=True)
    assert "up to three short questions a day" in words(response)
    make_due()
    assert "3 short questions" in words(phone.get(reverse("learning:home")))
    page = phone.get(reverse("quizzes:refresher"))
    refresher = next_refresher(lan)
    assert refresher.version.stem in words(page)
    form = {"item": refresher.item.pk, "number": 1, "version": refresher.version.pk}
    assert "nothing was sent yet" in words(phone.post(reverse("quizzes:refresher"), form, follow=True))
    kind = refresher.version.kind
    answers = right(refresher)
    form |= (
        {f"q1-{key}": str(place) for place, key in enumerate(answers, start=1)}
        if kind == "ordering"
        else {"q1": answers}
    )
    done = phone.post(reverse("quizzes:refresher"), form, follow=True)
    assert "you still know it" in words(done)
    assert "Lời giải thích." in words(done)
    assert RefresherReview.objects.get().ward.code == CAU_ONG_LANH


def test_nothing_before_the_answer_tells_the_key(phone, course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    page = phone.get(reverse("quizzes:refresher")).content.decode()
    assert "Vì sao:" not in page
    assert "Lời giải thích." not in page
    assert "correct" not in page


def test_a_course_without_the_offer_shows_no_switch(phone, course, module, lan):
    complete(lan, module)
    type(course).objects.update(refreshers=False)
    assert "Take part" not in words(phone.get(reverse("learning:course", args=[course.slug])))
    assert phone.post(reverse("quizzes:take_part", args=[course.slug])).status_code == 404


def test_somebody_elses_question_and_answer_are_not_found(course, module, lan):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    refresher = next_refresher(lan)
    review = give(lan)
    other = HouseClient()
    other.force_login(make_official("Trần Văn B").user)
    form = {"item": refresher.item.pk, "number": 1, "version": refresher.version.pk, "q1": "x"}
    assert other.post(reverse("quizzes:refresher"), form).status_code == 404
    assert other.get(reverse("quizzes:refreshed", args=[review.key])).status_code == 404


@pytest.mark.parametrize("form", [{}, {"item": "x"}, {"item": "9" * 30, "number": "1", "version": "1"}])
def test_a_broken_form_is_not_found(phone, form):
    assert phone.post(reverse("quizzes:refresher"), form).status_code == 404


# --- What others see ---------------------------------------------------------------------------------------------


def answered(course, module, people: int, each: int, *, wrong: int = 0) -> None:
    for number in range(people):
        official = make_official(f"Cán bộ {number}")
        complete(official, module)
        plan = start_plan(official, course)
        item = plan.items.select_related("question__current_version").first()
        for place in range(each):
            RefresherReview.objects.create(
                official=official,
                item=item,
                number=place + 1,
                question_version=item.question.current_version,
                option_order=[],
                response=[],
                share=0 if number < wrong else 1,
                ward=ward(),
            )


def test_the_ward_sees_its_share_from_the_floor_on(course, module, django_assert_num_queries):
    wards = type(ward()).objects.filter(pk=ward().pk)
    answered(course, module, PEOPLE, ANSWERS // PEOPLE, wrong=1)
    with django_assert_num_queries(1):
        known = still_known(wards)
    assert known == (0.8, ANSWERS, PEOPLE)
    assert still_known(type(ward()).objects.filter(code="26929")) is None


def test_few_people_or_few_answers_are_not_shown(course, module):
    answered(course, module, PEOPLE - 1, ANSWERS)
    assert still_known(type(ward()).objects.all()) is None


def test_hr_sees_the_share_and_no_answer_of_a_person(course, module):
    answered(course, module, PEOPLE, ANSWERS // PEOPLE, wrong=1)
    hr = HouseClient()
    hr.force_login(make_hr(of_ward=CAU_ONG_LANH))
    hr.cookies["django_language"] = "en"
    page = words(hr.get(reverse("reports:dashboard")))
    assert "80 % of 20 refresher answers by 5 officials" in page
    official = RefresherReview.objects.filter(share=0).first().official
    person = words(hr.get(reverse("reports:person", args=[official.staff_number])))
    assert "efresher" not in person


def test_staff_of_the_desk_have_no_way_to_single_answers(course, module, lan, client):
    complete(lan, module)
    start_plan(lan, course)
    make_due()
    review = give(lan)
    trainer = make_official("Người dạy")
    trainer.user.groups.add(Group.objects.get_or_create(name="Trainers")[0])
    client.force_login(trainer.user)
    with translation.override("en"):
        assert client.get(reverse("quizzes:refreshed", args=[review.key])).status_code == 404
