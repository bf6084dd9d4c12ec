import datetime

import pytest
from django.utils import timezone

from records.learning import open_module, see_card, studies_of, study_of
from records.models import Completion, ModuleProgress
from tests.factories import Cast, enrol, make_course, make_module


def test_a_learner_finishes_the_version_that_was_begun(cast: Cast):
    course = make_course()
    module = make_module(course, cards=2)
    progress = open_module(enrol(cast.lan, course), module)
    module.title = "Tên khác"
    module.save_revision().publish()
    module.refresh_from_db()
    again = open_module(progress.enrolment, module)
    assert module.current_version.number == 2
    assert again.version.number == 1


def test_a_card_seen_twice_counts_once_and_progress_is_the_share_of_cards(cast: Cast):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course, cards=4))
    first = progress.version.card_ids[0]
    for _repeat in range(3):
        progress = see_card(progress, first)
    assert (progress.cards_seen, progress.percent, progress.read_at) == ([first], 25, None)


def test_a_card_seen_meanwhile_in_another_tab_is_not_lost(cast: Cast):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course, cards=4))
    first, second, *_rest = progress.version.card_ids
    other_tab = ModuleProgress.objects.get(pk=progress.pk)
    see_card(progress, first)
    seen = see_card(other_tab, second)
    assert (seen.cards_seen, seen.last_card) == ([first, second], second)
    assert ModuleProgress.objects.get(pk=progress.pk).cards_seen == [first, second]


def test_two_tabs_that_see_the_last_two_cards_finish_the_module_once(cast: Cast):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course, cards=2))
    first, second = progress.version.card_ids
    other_tab = ModuleProgress.objects.get(pk=progress.pk)
    see_card(progress, first)
    assert see_card(other_tab, second).done_at is not None
    assert Completion.objects.count() == 1


def test_one_more_card_takes_one_statement(cast: Cast, django_assert_num_queries):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course, cards=3))
    first, second, _third = progress.version.card_ids
    for card in (first, second, first):  # the last one was seen before and is only where the learner is now
        with django_assert_num_queries(1):
            progress = see_card(progress, card)
    progress.refresh_from_db()
    assert (progress.cards_seen, progress.last_card) == ([first, second], first)


@pytest.mark.parametrize(
    ("seen", "resume_at"),
    [([], 1), ([1], 2), ([1, 2], 3), ([3], 1), ([1, 4], 2), ([1, 2, 4], 3), ([1, 2, 3, 4], 1)],
)
def test_going_on_leads_to_the_first_unread_card(cast: Cast, seen: list[int], resume_at: int):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course, cards=4))
    for number in seen:
        progress = see_card(progress, progress.version.card_ids[number - 1])
    (step,) = study_of(cast.lan, course.slug).steps
    assert step.resume_at == resume_at


def test_going_on_counts_the_cards_of_the_version_that_was_begun(cast: Cast):
    course = make_course()
    module = make_module(course, cards=3)
    progress = open_module(enrol(cast.lan, course), module)
    see_card(progress, progress.version.card_ids[0])
    module.cards = list(reversed(module.cards.raw_data))
    module.save_revision().publish()
    (step,) = study_of(cast.lan, course.slug).steps
    assert step.resume_at == 2


def test_a_card_of_another_module_is_refused(cast: Cast):
    course = make_course()
    enrolment = enrol(cast.lan, course)
    mine, other = (open_module(enrolment, make_module(course, title)) for title in ("Một", "Hai"))
    with pytest.raises(ValueError, match="no card"):
        see_card(mine, other.version.card_ids[0])


def test_the_first_card_starts_the_enrolment_and_later_ones_do_not_move_it(cast: Cast):
    course = make_course()
    enrolment = enrol(cast.lan, course)
    first, second = make_module(course, "Một"), make_module(course, "Hai")
    open_module(enrolment, first)
    enrolment.refresh_from_db()
    started = enrolment.started_at
    open_module(enrolment, second)
    enrolment.refresh_from_db()
    assert started is not None
    assert enrolment.started_at == started


def test_the_most_urgent_open_course_comes_first(cast: Cast):
    today = timezone.localdate()
    for title, days in (("Sau", 30), ("Trước", 3), ("Quá hạn", -3)):
        course = make_course(title)
        make_module(course)
        enrol(cast.lan, course, due_on=today + datetime.timedelta(days=days))
    enrol(cast.lan, make_course("Không hạn"))
    assert [study.course.title for study in studies_of(cast.lan)] == ["Quá hạn", "Trước", "Sau", "Không hạn"]


def test_a_renewal_is_studied_in_its_own_period(cast: Cast):
    course = make_course()
    module = make_module(course, cards=1)
    first = open_module(enrol(cast.lan, course), module)
    see_card(first, first.version.card_ids[0])
    enrol(cast.lan, course, period=2)
    study = study_of(cast.lan, course.slug)
    assert study is not None
    assert (study.enrolment.period, study.done, study.next_step.state) == (2, 0, "new")
    assert ModuleProgress.objects.get(pk=first.pk).done_at is not None


@pytest.mark.parametrize("courses", [1, 3])
def test_studies_cost_two_queries_however_many_courses(cast: Cast, django_assert_num_queries, courses: int):
    for number in range(courses):
        course = make_course(f"Khóa {number}")
        open_module(enrol(cast.lan, course), make_module(course))
        make_module(course, "Hai")
    with django_assert_num_queries(2):
        for study in studies_of(cast.lan):
            assert [step.state for step in study.steps] == ["reading", "new"]
