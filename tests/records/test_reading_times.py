"""Time per card: from view to view by the server's clock, never more than went by, nothing that is no reading."""

import datetime
from datetime import UTC

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from records.learning import open_module, see_card
from records.models import ModuleProgress
from records.reading_times import PAUSE, with_gap
from tests.factories import Cast, enrol, make_course, make_module

START = datetime.datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def progress(cast: Cast) -> ModuleProgress:
    course = make_course()
    return open_module(enrol(cast.lan, course), make_module(course, cards=5))


def view(progress: ModuleProgress, card: int, *, second: int) -> ModuleProgress:
    with time_machine.travel(START + datetime.timedelta(seconds=second), tick=False):
        return see_card(progress, progress.version.card_ids[card - 1])


def seconds(progress: ModuleProgress) -> dict[int, int]:
    """Seconds by the number of the card, as stored."""
    stored = ModuleProgress.objects.get(pk=progress.pk).card_seconds
    return {progress.version.card_ids.index(card) + 1: spent for card, spent in stored.items()}


def test_a_card_has_the_time_until_the_next_one_is_opened(progress):
    for card, second in ((1, 0), (2, 40), (3, 65), (2, 95), (4, 105)):
        progress = view(progress, card, second=second)
    assert seconds(progress) == {1: 40, 2: 35, 3: 30}


def test_the_same_card_again_writes_nothing_and_its_time_runs_on(progress, django_assert_num_queries):
    progress = view(progress, 1, second=0)
    with django_assert_num_queries(0):
        progress = view(progress, 1, second=30)
    progress = view(progress, 2, second=50)
    assert seconds(progress) == {1: 50}


def test_a_phone_put_away_does_not_count(progress):
    progress = view(progress, 1, second=0)
    progress = view(progress, 2, second=600)
    progress = view(progress, 3, second=1201)
    progress = view(progress, 4, second=1220)
    assert seconds(progress) == {1: 600, 3: 19}


def test_a_clock_that_was_put_back_takes_no_time_away(progress):
    progress = view(progress, 1, second=1000)
    progress = view(progress, 2, second=1030)
    progress = view(progress, 3, second=0)
    progress = view(progress, 4, second=20)
    assert seconds(progress) == {1: 30, 3: 20}


def test_two_tabs_share_the_time_that_went_by(progress):
    other_tab = ModuleProgress.objects.select_related("version").get(pk=progress.pk)
    view(progress, 1, second=0)
    other_tab = view(other_tab, 2, second=20)  # it knows nothing of the first card's view
    stale = ModuleProgress.objects.select_related("version").get(pk=progress.pk)
    other_tab = view(other_tab, 1, second=50)
    view(stale, 3, second=60)  # all it read has been seen before, but somebody was here meanwhile
    assert seconds(progress) == {1: 30, 2: 30}


def test_cards_opened_ahead_in_tabs_have_no_time_of_their_own(progress):
    for card in (1, 2, 3):
        progress = view(progress, card, second=0)
    progress = view(progress, 4, second=25)
    assert seconds(progress) == {3: 25}


def test_reading_to_the_end_measures_the_card_before_the_last(progress):
    for card in range(1, 6):
        progress = view(progress, card, second=card * 10)
    assert progress.done_at is not None
    assert seconds(progress) == {1: 10, 2: 10, 3: 10, 4: 10}


def test_looking_something_up_after_it_is_done_is_no_reading_time(progress):
    for card in range(1, 6):
        progress = view(progress, card, second=card * 10)
    for card, second in ((2, 70), (3, 90)):
        progress = view(progress, card, second=second)
    assert seconds(progress) == {1: 10, 2: 10, 3: 10, 4: 10}
    assert progress.seen_at == START + datetime.timedelta(seconds=90)


def test_a_card_fetched_ahead_measures_nothing(client: Client, cast: Cast, progress):
    client.force_login(cast.lan.user)
    course, module = progress.enrolment.course, progress.module

    def get(card: int, second: int, **headers: str) -> None:
        with time_machine.travel(START + datetime.timedelta(seconds=second), tick=False):
            client.get(reverse("learning:card", args=[course.slug, module.slug, card]), headers=headers)

    get(1, 0)
    get(2, 5, **{"Sec-Purpose": "prefetch"})
    get(2, 45)
    get(3, 60)
    assert seconds(progress) == {1: 45, 2: 15}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-2000, 2000)), max_size=30))
def test_whatever_happens_the_sum_is_no_more_than_the_time_that_went_by(views):
    spent: dict[str, int] = {}
    card, since, now, passed = "", None, START, datetime.timedelta()
    for following, gap in views:
        now += datetime.timedelta(seconds=gap)
        passed += max(datetime.timedelta(seconds=gap), datetime.timedelta())
        before = sum(spent.values())
        spent = with_gap(spent, card, since, now)
        assert 0 <= sum(spent.values()) - before <= PAUSE.total_seconds()
        card, since = following, now
    assert sum(spent.values()) <= passed.total_seconds()
