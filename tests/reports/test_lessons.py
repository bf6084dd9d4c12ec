"""How lessons are studied: where people stop, how long cards take; sums from five learners on, and no names."""

import datetime
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import Module
from courses.publishing import publish_version
from quizzes.models import QuestionVersion
from quizzes.starting import start_attempt
from quizzes.statistics.formulas import ItemFigures, quiz_figures
from quizzes.statistics.rows import QuestionLine, QuizStatistics
from records.completing import finish_module
from records.learning import open_module
from records.models import CardReport, Enrolment, ModuleProgress
from reports import views_lessons
from reports.lessons import FLOOR, course_lines, findings, lesson_figures, versions_studied
from tests.factories import Cast, make_course, make_module, make_official
from tests.quizzes.conftest import make_quiz

LONG_AGO = datetime.timedelta(days=15)


@dataclass
class Reader:
    """Somebody who has seen so many cards in order, then went away or not; ``seconds`` on each but the last."""

    cards: int
    away: bool = False
    seconds: int = 0
    done: bool = False


def read(
    module: Module, *readers: Reader, period: int = 1, who: list | None = None, delta: bool = False
) -> list[ModuleProgress]:
    course = module.get_parent().specific
    made = []
    for number, reader in enumerate(readers):
        official = who[number] if who else make_official(account=False, at=None)
        enrolment = Enrolment.objects.create(official=official, course=course, period=period, delta=delta)
        progress = open_module(enrolment, module)
        ids = progress.version.card_ids
        seen = ids[: reader.cards]
        now = timezone.now() - (LONG_AGO if reader.away else datetime.timedelta())
        ModuleProgress.objects.filter(pk=progress.pk).update(
            cards_seen=seen,
            last_card=seen[-1],
            seen_at=now,
            started_at=now,
            card_seconds=dict.fromkeys(seen[:-1], reader.seconds) if reader.seconds else {},
            read_at=now if seen == ids else None,
        )
        if reader.done:
            finish_module(ModuleProgress.objects.get(pk=progress.pk))
        made.append(progress)
    return made


@pytest.fixture
def module(db) -> Module:
    return make_module(make_course(), "Ký số", cards=4)


@pytest.fixture
def trainer(client: Client, cast: Cast) -> Client:
    client.force_login(cast.trainer)
    return client


def page(client: Client, module: Module, query: str = "") -> str:
    return client.get(reverse("lesson_statistics", args=[module.pk]) + query).content.decode()


def test_figures_say_how_many_began_went_on_stopped_and_where(module):
    stopped = [Reader(2, away=True, seconds=20)] * 4 + [Reader(4, away=True, seconds=40)]
    read(module, *stopped, Reader(1), Reader(4, seconds=60, done=True), Reader(4, seconds=80, done=True))
    found = lesson_figures(module.current_version)
    assert (found.began, found.finished, found.stopped, found.going_on) == (8, 2, 5, 1)
    assert [line.seen for line in found.cards] == [8, 7, 3, 3]
    assert [line.stopped for line in found.cards] == [0, 4, 0, 0]
    assert found.at_quiz == 1
    assert [line.seconds for line in found.cards] == [20, None, None, None], (
        "the others: too few were measured"
    )
    assert list(findings(found)) == ["Nhiều người dừng nhất ở thẻ 2, “Thẻ 2”: 4 trong 5 người đã dừng."]


def test_stops_spread_over_all_cards_are_no_finding(module):
    read(module, *[Reader(cards, away=True) for cards in (1, 1, 2, 2, 3, 3, 4)])
    assert list(findings(lesson_figures(module.current_version))) == []


def test_who_is_at_the_quiz_has_not_stopped(module):
    make_quiz(module, draw=1)
    version = publish_version(module)
    module.refresh_from_db()
    *_others, last = read(module, *[Reader(4, away=True)] * 6)
    start_attempt(ModuleProgress.objects.get(pk=last.pk))
    found = lesson_figures(version)
    assert (found.stopped, found.at_quiz, found.going_on) == (5, 5, 1)
    assert [line.stopped for line in found.cards] == [0, 0, 0, 0]
    assert list(findings(found)) == [
        "Nhiều người dừng trước bài kiểm tra: 5 trong 5 người đã dừng đã đọc hết các thẻ."
    ]


def test_a_card_that_holds_people_far_longer_is_named(module):
    read(module, *[Reader(4)] * 5)
    ids = module.current_version.card_ids
    ModuleProgress.objects.update(card_seconds={ids[0]: 30, ids[1]: 95, ids[2]: 40})
    found = lesson_figures(module.current_version)
    assert found.minutes == pytest.approx(165 / 60)
    (sentence,) = findings(found)
    assert "Thẻ 2" in sentence
    assert "95 giây" in sentence
    ModuleProgress.objects.update(card_seconds={ids[0]: 60, ids[1]: 95, ids[2]: 70})
    assert list(findings(lesson_figures(module.current_version))) == []


def test_nothing_is_said_of_fewer_than_five_learners(trainer, module):
    read(module, *[Reader(2, away=True, seconds=20)] * (FLOOR - 1))
    shown = page(trainer, module)
    assert "Chưa đủ 5 người" in shown
    assert '<svg class="columns' not in shown
    assert "Thẻ 2" not in shown
    assert (
        "dưới 5 người học"
        in trainer.get(reverse("course_statistics", args=[module.get_parent().pk])).content.decode()
    )
    assert "dưới 5 người học" in trainer.get(reverse("lessons_statistics")).content.decode()
    read(module, Reader(4, seconds=20))
    shown = page(trainer, module)
    assert "2. Thẻ 2" in shown
    found = lesson_figures(module.current_version)
    assert {line.stopped for line in found.cards} == {None}, "only four have stopped"
    assert [line.seconds for line in found.cards] == [20, None, None, None]


def test_a_learner_of_two_periods_counts_once_by_the_latest(module):
    people = [make_official(account=False, at=None) for _person in range(5)]
    read(module, *[Reader(2, away=True)] * 5, who=people)
    read(module, *[Reader(4, done=True)] * 5, who=people, period=2)
    found = lesson_figures(module.current_version)
    assert (found.began, found.finished, found.stopped) == (5, 5, 0)
    (line,) = course_lines(module.get_parent().specific)
    assert (line.began, line.finished, line.stopped) == (5, 5, 0)


def test_who_learns_only_a_change_is_not_counted(module):
    people = [make_official(account=False, at=None) for _person in range(5)]
    read(module, *[Reader(2, away=True)] * 5, who=people, period=2, delta=True)
    assert versions_studied(module) == []
    assert lesson_figures(module.current_version).began == 0
    assert [line.began for line in course_lines(module.get_parent().specific)] == [0]


def test_each_version_has_its_own_figures(trainer, module):
    read(module, *[Reader(2, away=True)] * 6)
    module.cards = list(module.cards.raw_data)[1:]
    module.save()
    publish_version(module)
    module.refresh_from_db()
    read(module, *[Reader(3, done=True)] * 2)
    assert [(line.number, line.learners) for line in versions_studied(module)] == [(2, 2), (1, 6)]
    assert "1. Thẻ 1" in page(trainer, module), "of the newest version fewer than five are known"
    assert "Chưa đủ 5 người" in page(trainer, module, "?version=2")
    assert "1. Thẻ 1" in page(trainer, module, "?version=khong")
    assert [len(lesson_figures(version).cards) for version in module.versions.order_by("number")] == [4, 3]
    (line,) = course_lines(module.get_parent().specific)
    assert (line.began, line.stopped, line.stop) == (8, 6, "thẻ 1: Thẻ 2"), "the same card, now the first"


def test_reports_of_learners_stand_beside_their_card(trainer, cast, module):
    read(module, *[Reader(4)] * 5)
    version = module.current_version
    report = CardReport(
        official=cast.lan,
        module=module,
        version=version,
        card=version.card_ids[2],
        text="Nút đã đổi chỗ",
        operation_id="6e6c3d5e-5c63-4b86-9d2c-0f8a6f5f3c11",
    )
    report.copy_posting(cast.lan.posting_on())
    report.save()
    assert [line.reports for line in lesson_figures(version).cards] == [0, 0, 1, 0]
    assert reverse("card_report", args=[module.pk, version.card_ids[2]]) in page(trainer, module)
    assert [line.reports for line in course_lines(module.get_parent().specific)] == [1]


def test_no_person_is_named(trainer, module):
    read(module, *[Reader(4, done=True)] * 5)
    for address in (
        reverse("lessons_statistics"),
        reverse("course_statistics", args=[module.get_parent().pk]),
        reverse("lesson_statistics", args=[module.pk]),
    ):
        assert "Nguyễn Thị Ánh" not in trainer.get(address).content.decode()


def test_the_three_questions_that_need_a_look_most_are_named(trainer, module, monkeypatch):
    make_quiz(module, kinds=("single",) * 5, draw=2)
    publish_version(module)
    versions = list(QuestionVersion.objects.select_related("question").order_by("pk"))
    found: list[QuestionLine] = []
    statistics = QuizStatistics(quiz_figures([], 0), None, None, None, [], found)
    monkeypatch.setattr(views_lessons, "statistics_of", lambda _selection: statistics)
    assert "Chưa đủ lượt trả lời" in page(trainer, module)
    for version, facility, discrimination in zip(
        versions, (0.6, 0.99, 0.2, 0.5, 0.5), (0.5, 0.5, 0.5, -0.3, 0.1), strict=True
    ):
        found.append(QuestionLine(version, ItemFigures(30, facility, 0.5, discrimination, 0.5)))
    shown = page(trainer, module)
    named = [version for version in versions if version.stem[:100] in shown]
    assert len(named) == 3
    assert shown.index(versions[3].stem) < shown.index(versions[1].stem), "the gravest first"
    assert reverse("question_statistics", args=[module.pk, versions[3].pk]) in shown
    del found[1:]
    assert "Không câu hỏi nào" in page(trainer, module)


def test_ways_lead_here_from_the_editor_and_from_the_statistics_of_the_quiz(trainer, module):
    course = module.get_parent()
    make_quiz(module, draw=1)
    lesson = reverse("lesson_statistics", args=[module.pk])
    assert lesson in trainer.get(reverse("wagtailadmin_pages:edit", args=[module.pk])).content.decode()
    assert lesson in trainer.get(reverse("quiz_statistics", args=[module.pk])).content.decode()
    of_course = reverse("course_statistics", args=[course.pk])
    assert of_course in trainer.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()
    assert reverse("lessons_statistics") in trainer.get(reverse("quizzes_statistics")).content.decode()
    assert "Chưa ai bắt đầu bài học này" in page(trainer, module)


@pytest.mark.parametrize("role", ["lan", "ward_hr", "province_hr"])
def test_only_trainers_see_it(client, cast, module, role):
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    assert client.get(reverse("lesson_statistics", args=[module.pk])).status_code == 404
    assert client.get(reverse("lessons_statistics")).status_code == 404


def test_what_is_no_lesson_or_course_is_404(trainer, module):
    for name in ("lesson_statistics", "course_statistics"):
        assert trainer.get(reverse(name, args=[10**6])).status_code == 404


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_screens_cost_the_same_for_one_lesson_and_for_three_and_for_any_number_of_learners(trainer):
    course = make_course()
    read(make_module(course), *[Reader(1, away=True)] * 5)
    addresses = [
        reverse("lessons_statistics"),
        reverse("course_statistics", args=[course.pk]),
        reverse("lesson_statistics", args=[Module.objects.get().pk]),
    ]
    for address in addresses:
        trainer.get(address)
    before = [queries(trainer, address) for address in addresses]
    read(Module.objects.get(), *[Reader(2)] * 3)
    for _other in range(2):
        read(make_module(course), *[Reader(1, away=True)] * 5)
        make_course()
    assert [queries(trainer, address) for address in addresses] == before
