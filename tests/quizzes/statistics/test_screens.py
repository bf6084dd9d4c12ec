"""The statistics of real attempts: rows, filters, floors and the screens."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from courses.models import Module
from quizzes.grading import submit_attempt
from quizzes.models import Attempt, QuestionVersion
from quizzes.starting import start_attempt
from quizzes.statistics.distractors import answer_lines, wrong_beats_right
from quizzes.statistics.rows import Selection, answers_to, by_month, by_ward, statistics_of
from tests.factories import BINH_THANH, make_course, make_module, make_official
from tests.quizzes.conftest import make_quiz, read_module, right_response, wrong_response


def versions(module):
    return QuestionVersion.objects.filter(question__bank=module.quiz.bank).order_by("pk")


def sit(module, right: set[int], *, at: str = "26758", official=None) -> Attempt:
    """A closed attempt with the questions whose stems end in these numbers answered rightly."""
    official = official or make_official(at=at)
    attempt = start_attempt(read_module(official, module))
    items = attempt.items.select_related("question_version__question").order_by("order")
    first = min(versions(module).values_list("question", flat=True))
    answers = {
        item.order: right_response(item)
        if item.question_version.question_id - first in right
        else wrong_response(item)
        for item in items
    }
    return submit_attempt(attempt, answers)


@pytest.fixture(scope="module")
def taken_once(around_the_file):
    """Twenty learners on three questions: the first parts the strong from the weak, the second does the opposite."""
    module = make_module(make_course(), cards=1)
    make_quiz(module, kinds=("single", "multiple", "ordering"), draw=3, pass_percent=60)
    for number in range(20):
        strong = number % 2 == 0
        right = ({0, 2} if strong else {1}) if number < 18 else {0, 1, 2}
        sit(module, right, at="26758" if number < 15 else BINH_THANH)
    return module.pk


@pytest.fixture
def taken(taken_once, db):
    return Module.objects.get(pk=taken_once)


def test_questions_are_judged_by_how_they_go_with_the_rest(taken):
    found = statistics_of(Selection(taken))
    assert found.figures.attempts == 20
    assert found.figures.passed == 11, "nine strong ones with two of three and two with all"
    first, second, third = found.questions
    assert first.figures.facility == pytest.approx(11 / 20)
    assert second.figures.facility == pytest.approx(11 / 20)
    assert second.figures.discrimination < 0 < third.figures.discrimination
    assert found.consistency is not None, "every paper had the same three questions"
    assert sum(found.scores) / 20 == pytest.approx(found.figures.mean)


def test_the_rows_cost_three_queries_whatever_their_number(taken, django_assert_num_queries):
    with django_assert_num_queries(3):
        statistics_of(Selection(taken))


def test_first_attempts_count_unless_all_are_asked_for(taken):
    lan = make_official("Lan")
    sit(taken, set(), official=lan)
    sit(taken, {0}, official=lan)
    assert statistics_of(Selection(taken)).figures.attempts == 21
    assert statistics_of(Selection(taken, which="all")).figures.attempts == 22


def test_an_open_attempt_counts_for_nothing(taken):
    start_attempt(read_module(make_official(), taken))
    assert statistics_of(Selection(taken, which="all")).figures.attempts == 20


def test_days_and_places_narrow_the_rows(taken):
    today = timezone.localdate()
    assert statistics_of(Selection(taken, since=today, until=today)).figures.attempts == 20
    assert statistics_of(Selection(taken, until=today - datetime.timedelta(days=1))).figures.attempts == 0
    binh_thanh = Attempt.objects.filter(ward__code=BINH_THANH).first().ward
    assert statistics_of(Selection(taken, ward=binh_thanh)).figures.attempts == 5


def test_a_place_with_few_attempts_is_not_shown_by_itself(taken):
    shown, others = by_ward(Selection(taken))
    assert shown == []
    assert (others.attempts, others.passed) == (20, 11 / 20), "the two small ones together"
    for _more in range(5):
        sit(taken, {0, 2})
    shown, others = by_ward(Selection(taken))
    assert [(group.attempts, "Cầu Ông Lãnh" in group.name) for group in shown] == [(20, True)]
    assert others is None, "five attempts would point at five people"


def test_months_have_the_floor_too(taken):
    (month,) = by_month(Selection(taken))
    assert (month.name, month.attempts) == (f"{timezone.localdate():%m/%Y}", 20)
    Attempt.objects.first()
    assert by_month(Selection(taken, until=datetime.date(2020, 1, 1))) == []


def test_the_answers_show_who_chose_what(taken):
    version = QuestionVersion.objects.get(kind="single")
    given = answers_to(Selection(taken), version)
    lines = {line.text: line for line in answer_lines(version, given)}
    assert (lines["Ký nháy"].right, lines["Ký nháy"].count) == (True, 11)
    assert (lines["Ký số"].count, lines["Ký tay"].count) == (9, 0), "options nobody chose are listed too"
    assert sum(line.count for line in lines.values()) == 20


def test_a_key_that_the_best_contradict_is_told(module):
    make_quiz(module, kinds=("single",) * 5, draw=5)
    for number in range(24):
        sit(module, {1, 2, 3, 4} if number < 12 else {0})
    version = versions(module).first()
    assert wrong_beats_right(answer_lines(version, answers_to(Selection(module), version)))
    other = versions(module).last()
    assert not wrong_beats_right(answer_lines(other, answers_to(Selection(module), other)))


# --- The screens -----------------------------------------------------------------------------------------------


@pytest.fixture
def trainer(client, cast):
    client.force_login(cast.trainer)
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        yield client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def addresses(module) -> list[str]:
    version = versions(module).first()
    return [
        reverse("quizzes_statistics"),
        reverse("quiz_statistics", args=[module.pk]),
        reverse("question_statistics", args=[module.pk, version.pk]),
    ]


def test_the_screens_show_figures_and_verdicts(trainer, taken):
    overview, quiz, question = (words(trainer.get(address)) for address in addresses(taken))
    assert f"{taken.title} 20 55 %" in overview
    assert "The answer key may be wrong" in quiz
    assert "version 1" in question
    assert "Ký nháy (right) 11 55 %" in question


def test_below_the_floor_only_the_number_is_told(trainer, module):
    make_quiz(module, kinds=("single",) * 3, draw=3)
    sit(module, {0})
    overview, quiz, question = (words(trainer.get(address)) for address in addresses(module))
    assert "fewer than 20 attempts" in overview
    assert "1 attempts fit these filters" in quiz
    assert "Not enough answers yet: 1 of 20" in question
    assert "100 %" not in quiz + question


def test_nobody_is_named(trainer, taken):
    official = make_official("Trần Văn Độc Nhất")
    sit(taken, {0}, official=official)
    for address in addresses(taken):
        page = words(trainer.get(address))
        assert official.full_name not in page
        assert official.staff_number not in page


def test_filters_that_make_no_sense_are_told_and_not_used(trainer, taken):
    address = reverse("quiz_statistics", args=[taken.pk])
    page = words(trainer.get(address, {"since": "2026-05-02", "until": "2026-05-01", "ward": "999999"}))
    assert "The last day is before the first." in page


def test_the_question_of_another_quiz_is_not_found(trainer, taken):
    version = QuestionVersion.objects.first()
    assert trainer.get(reverse("question_statistics", args=[taken.pk + 1, version.pk])).status_code == 404


@pytest.mark.parametrize("role", ["ward_hr", "province_hr", "lan"])
def test_learners_and_hr_see_no_statistics(client, cast, taken, role):
    user = getattr(cast, role)
    client.force_login(user.user if role == "lan" else user)
    for address in addresses(taken):
        assert client.get(address).status_code in (302, 403, 404)


def test_the_page_of_a_quiz_costs_the_same_for_any_number_of_attempts(trainer, taken):
    address = reverse("quiz_statistics", args=[taken.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            trainer.get(address)
        return len(captured)

    trainer.get(address)
    before = queries()
    for _more in range(3):
        sit(taken, {1})
    assert queries() == before


def test_the_start_page_names_the_questions_that_fail_with_the_figures_of_their_own_pages(
    trainer, taken, django_assert_num_queries
):
    from django.core.cache import cache

    from quizzes.statistics.failing import KEY, _figures, _sums, failing_questions
    from quizzes.statistics.rows import Selection, statistics_of

    cache.delete(KEY)
    own = {line.version.pk: line.figures for line in statistics_of(Selection(taken)).questions}
    sums = {row["question_version"]: _figures(row) for row in _sums()}
    assert set(sums) == {pk for pk, figures in own.items() if figures.answers >= 20}
    for pk, figures in sums.items():
        assert figures.answers == own[pk].answers
        assert figures.facility == pytest.approx(own[pk].facility)
        assert figures.discrimination == pytest.approx(own[pk].discrimination)
    lines = failing_questions()
    assert [line.verdict.tone for line in lines] == sorted(line.verdict.tone for line in lines)
    page = words(trainer.get("/quan-tri/"))
    assert lines
    for line in lines:
        assert str(line.question)[:40] in page
        assert line.verdict.sentence in page
    with django_assert_num_queries(2):  # the cache, a table here, and the questions
        failing_questions()
