"""The trainers' screens of renewals: what waits, whom it touches, and the word that enrols them."""

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Module
from records.models import Enrolment, RenewalRound
from records.renewing import propose
from tests.factories import Cast, enrol, make_course, make_module, publish_change
from tests.records.test_renewing import complete

LIST = "/quan-tri/hoc-cap-nhat/"


@pytest.fixture
def trainer(client: Client, cast: Cast) -> Client:
    client.force_login(cast.trainer)
    return client


@pytest.fixture
def round(cast: Cast) -> RenewalRound:
    module: Module = make_module(make_course(), cards=2)
    complete(cast.lan, module)
    made = propose(publish_change(module))
    assert made is not None
    return made


def test_a_trainer_sees_whom_it_touches_and_confirms_once(trainer: Client, cast: Cast, round: RenewalRound):
    address = reverse("renewal_round", args=[round.pk])
    for page in ("/quan-tri/", LIST, address):
        assert "Ký số trước khi cấp số." in trainer.get(page).content.decode()
    assert Enrolment.objects.count() == 1  # looking changes nothing
    refused = trainer.post(address, {"confirm": "1", "days": "3"})
    assert refused.status_code == 422
    for _again in range(2):
        trainer.post(address, {"confirm": "1", "days": "45"})
    round.refresh_from_db()
    assert (round.state, round.days, round.decided_by) == ("confirmed", 45, cast.trainer)
    trainer.post(address, {"decline": "1"})
    round.refresh_from_db()
    assert round.state == "confirmed"
    page = trainer.get(address).content.decode()
    assert "Mọi người có 45 ngày" in page
    assert "Nguyễn Thị Lan" not in page  # a trainer has no scope


def test_only_whoever_may_publish_the_lesson_decides(trainer: Client, cast: Cast, round: RenewalRound):
    group = cast.trainer.groups.get()
    group.page_permissions.filter(permission__codename="publish_page").delete()
    page = trainer.post(
        reverse("renewal_round", args=[round.pk]), {"confirm": "1", "days": "45"}, follow=True
    )
    assert "Chỉ người được xuất bản bài học này" in page.content.decode()
    round.refresh_from_db()
    assert round.state == "proposed"


@pytest.mark.parametrize("role", ["lan", "ward_hr"])
def test_officials_and_hr_do_not_find_the_trainers_screens(
    client: Client, cast: Cast, round: RenewalRound, role: str
):
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    for address in (LIST, reverse("renewal_round", args=[round.pk])):
        assert client.get(address).status_code == 404


def test_the_preview_asks_as_many_questions_of_the_database_for_one_as_for_many(
    trainer: Client, cast: Cast, round: RenewalRound, django_assert_max_num_queries
):
    enrol(cast.lan, make_course())
    with django_assert_max_num_queries(60):
        trainer.get(reverse("renewal_round", args=[round.pk]))
