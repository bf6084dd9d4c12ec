"""Certificates that end by time: their last day, and the renewal that is proposed, previewed, confirmed."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates import expiring
from certificates.expiring import ask, confirm, decline, propose_due, renew, touched
from certificates.issuing import enter_in_register, issue_certificate
from certificates.models import Certificate, ExpiryRound
from certificates.printed import printed
from certificates.validity import add_months
from courses.models import Course, Module
from notifications.models import Kind, Message
from people.models import Official
from records import renewing
from records.completing import finish_module
from records.learning import open_module, see_card, study_of
from records.models import Completion, Enrolment
from records.rounds import RoundRefused
from tests.certificates.conftest import at_once, issue
from tests.factories import (
    Cast,
    correct,
    enrol,
    make_completion,
    make_course,
    make_module,
    make_official,
    publish_change,
)

LEARNT = datetime.datetime(2026, 8, 31, 3, 0, tzinfo=datetime.UTC)
LAST_DAY = datetime.date(2027, 2, 28)
IN_THE_WINDOW = datetime.datetime(2027, 1, 5, 3, 0, tzinfo=datetime.UTC)
AFTER = datetime.datetime(2027, 3, 1, 3, 0, tzinfo=datetime.UTC)


@pytest.fixture
def course(db: None) -> Course:
    course = make_course()
    course.validity_months = 6
    course.save()
    return course


@pytest.fixture
def module(course: Course) -> Module:
    return make_module(course, cards=1)


def learn(enrolment: Enrolment, *modules: Module) -> Completion:
    for module in modules:
        progress = open_module(enrolment, Module.objects.get(pk=module.pk))
        for card in progress.version.card_ids:
            progress = see_card(progress, card)
        finish_module(progress)
    return enrolment.completions.get()


def learnt(official: Official, *modules: Module) -> Completion:
    with time_machine.travel(LEARNT, tick=False):
        return learn(enrol(official, modules[0].get_parent().specific), *modules)


def proposed() -> ExpiryRound:
    propose_due()
    return ExpiryRound.objects.get()


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_last_day_is_the_same_day_some_months_later_or_the_last_of_a_shorter_month():
    days = [
        ((2026, 8, 31), 6),
        ((2027, 8, 31), 6),
        ((2026, 11, 22), 12),
        ((2026, 12, 31), 2),
        ((2026, 1, 1), 11),
    ]
    assert [str(add_months(datetime.date(*day), months)) for day, months in days] == [
        "2027-02-28",
        "2028-02-29",
        "2027-11-22",
        "2027-02-28",
        "2026-12-01",
    ]


def test_an_entry_keeps_the_last_day_that_its_course_gave_it(cast: Cast, course: Course, folder):
    first = issue(make_completion(cast.lan, course, at=LEARNT))
    assert first.valid_until == LAST_DAY  # from the completion, whenever it is entered
    Course.objects.filter(pk=course.pk).update(validity_months=24)
    assert Certificate.objects.get(pk=first.pk).valid_until == LAST_DAY
    corrected = enter_in_register(correct(first.completion, cast.admin, full_name="Nguyễn Thị Lan Anh"))
    assert (corrected.replaces, corrected.valid_until) == (first, LAST_DAY)
    assert ("Có giá trị đến ngày", "28/02/2027") in [(line.label, line.text) for line in printed(corrected)]
    for other in (None, datetime.date(2030, 1, 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.filter(pk=first.pk).update(valid_until=other)
    Course.objects.filter(pk=course.pk).update(validity_months=0)
    unlimited = enter_in_register(make_completion(make_official(), Course.objects.get(pk=course.pk)))
    assert unlimited.valid_until is None
    assert "valid" not in {line.name for line in printed(unlimited)}


def test_its_pages_say_until_when_and_that_it_is_over_but_never_that_it_was_revoked(
    cast: Cast, course: Course, folder, client: Client
):
    certificate = issue(make_completion(cast.lan, course, at=LEARNT))
    public = certificate.get_absolute_url()
    pages = (
        (cast.lan.user, "/giay-xac-nhan/"),
        (cast.ward_hr, reverse("reports:person", args=[cast.lan.staff_number])),
    )
    with time_machine.travel(datetime.datetime(2027, 2, 28, 3, 0, tzinfo=datetime.UTC)):
        assert "còn hiệu lực" in page(client, public)
        for user, address in pages:
            client.force_login(user)
            assert "Có giá trị đến ngày 28/02/2027" in page(client, address)
    with time_machine.travel(AFTER):
        said = page(client, public)
        assert "hết hạn từ ngày 01/03/2027" in said
        assert "thu hồi" not in said
        for user, address in pages:
            client.force_login(user)
            assert "hết hạn từ ngày 01/03/2027" in page(client, address).lower()


def test_a_month_is_proposed_once_when_its_window_opens_and_touches_nobody_by_itself(
    cast: Cast, course: Course, module: Module
):
    enter_in_register(learnt(cast.lan, module))
    with time_machine.travel(datetime.datetime(2026, 12, 2, 3, 0, tzinfo=datetime.UTC)):
        assert propose_due() == 0  # 61 days before February
    with time_machine.travel(IN_THE_WINDOW):
        assert (propose_due(), propose_due()) == (1, 0)
        round = ExpiryRound.objects.get()
        assert (round.course, str(round.month), round.state) == (course, "2027-02-01", "proposed")
        assert not renew(round.pk)
    assert Enrolment.objects.count() == 1
    assert not Message.objects.filter(kind=Kind.RENEWAL_DUE).exists()


def test_confirming_asks_for_the_whole_course_again_by_the_last_day(
    cast: Cast, course: Course, module: Module, client: Client
):
    """Rules 1, 5 and 9: a further period, nothing is reset, twice is once; the new certificate renews the old one."""
    other = make_module(course, "Bài hai", cards=1)
    old = enter_in_register(learnt(cast.lan, module, other))
    away = make_official("Lê Thị Chi", at=None)
    enter_in_register(learnt(away, module, other))
    publish_change(other, change="editorial")
    with time_machine.travel(IN_THE_WINDOW):
        round = proposed()
        assert (list(touched(round)), list(expiring.away(round))) == ([cast.lan], [away])
        for _again in range(2):
            confirm(round, by=cast.trainer)
            renew(round.pk)
        renewal = Enrolment.objects.get(period=2)
        assert (renewal.official, renewal.delta, renewal.expires_on, renewal.due_on) == (
            cast.lan,
            False,
            LAST_DAY,
            LAST_DAY,
        )
        assert "28/02/2027" in Message.objects.get(kind=Kind.RENEWAL_DUE).body
        study = study_of(cast.lan, course.slug)
        assert study is not None
        assert [(step.module.pk, step.state) for step in study.steps] == [
            (module.pk, "new"),
            (other.pk, "new"),
        ]
        client.force_login(cast.lan.user)
        for address in (reverse("learning:home"), reverse("learning:course", args=[course.slug])):
            assert "có giá trị đến ngày 28/02/2027" in page(client, address)
        assert "học lại khóa học" in page(client, "/giay-xac-nhan/")
        again = learn(renewal, module, other)
        assert again.enrolment.progress.get(module=other.pk).version.number == 2
        new = issue_certificate(again.pk)
        Certificate.objects.filter(pk=old.pk).update(
            state="issued", file="x.pdf", sha256="0" * 64, size=1, stored_at=timezone.now()
        )
        assert (new.renews, new.first_completed_on, str(new.valid_until)) == (old, None, "2027-07-05")
        lines = {line.name: line.text for line in printed(new)}
        assert lines["renewal"] == f"Học lại toàn khóa; tiếp theo giấy số {old.register_number}"
        assert lines["studied"] == "ngày 05/01/2027"
    with time_machine.travel(AFTER):
        said = page(client, old.get_absolute_url())
        assert f"bằng giấy số {new.register_number}" in said
        assert "phần thay đổi" not in said


def test_whoever_is_renewing_was_revoked_or_could_learn_nothing_is_left_out(cast: Cast, module: Module):
    people = [cast.lan, make_official("Trần Văn Bình")]
    for person in people:
        enter_in_register(learnt(person, module))
    with time_machine.travel(IN_THE_WINDOW):
        change = renewing.propose(publish_change(module))
        assert change is not None
        renewing.ask(change, cast.lan.pk)  # an open renewal of the course
        round = proposed()
        assert list(touched(round)) == [people[1]]
        module.unpublish()
        assert not touched(ExpiryRound.objects.get(pk=round.pk)).exists()


def test_a_round_that_is_confirmed_late_leaves_a_week(cast: Cast, module: Module):
    enter_in_register(learnt(cast.lan, module))
    with time_machine.travel(AFTER):
        enrolment = ask(proposed(), cast.lan.pk)
        assert enrolment is not None
        assert (enrolment.expires_on, str(enrolment.due_on)) == (LAST_DAY, "2027-03-08")


def test_a_declined_month_asks_nobody_and_stays_declined(cast: Cast, module: Module):
    enter_in_register(learnt(cast.lan, module))
    with time_machine.travel(IN_THE_WINDOW):
        round = decline(proposed(), by=cast.trainer)
        with pytest.raises(RoundRefused):
            confirm(round, by=cast.trainer)
        assert not renew(round.pk)
        assert propose_due() == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            ExpiryRound.objects.filter(pk=round.pk).update(state="confirmed")


def test_a_trainer_sees_whom_a_month_touches_and_only_who_may_publish_confirms(
    cast: Cast, course: Course, module: Module, client: Client
):
    enter_in_register(learnt(cast.lan, module))
    with time_machine.travel(IN_THE_WINDOW):
        round = proposed()
        address = reverse("expiry_round", args=[round.pk])
        for stranger in (cast.lan.user, cast.ward_hr):
            client.force_login(stranger)
            assert client.get(address).status_code == 404
        client.force_login(cast.trainer)
        for shown in ("/quan-tri/", reverse("expiry_rounds"), address):
            assert "02/2027" in page(client, shown)
        assert "Nguyễn Thị Lan" not in page(client, address)  # a trainer has no scope
        publishing = cast.trainer.groups.get().page_permissions.filter(permission__codename="publish_page")
        kept = list(publishing)
        publishing.delete()
        refused = client.post(address, {"confirm": "1"}, follow=True).content.decode()
        assert "Chỉ người được xuất bản khóa học này" in refused
        cast.trainer.groups.get().page_permissions.add(*kept, bulk=False)
        for _again in range(2):
            client.post(address, {"confirm": "1"})
        client.post(address, {"decline": "1"})
        round.refresh_from_db()
        assert (round.state, round.decided_by) == ("confirmed", cast.trainer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_propose_confirm_and_work_at_once_ask_everybody_once(cast: Cast):
    course = make_course()
    Course.objects.filter(pk=course.pk).update(validity_months=6)
    module = make_module(Course.objects.get(pk=course.pk), cards=1)
    people = [cast.lan, make_official("Trần Văn Bình")]
    for person in people:
        enter_in_register(learnt(person, module))

    with time_machine.travel(IN_THE_WINDOW):

        def work(_number: int) -> None:
            propose_due()
            round = confirm(ExpiryRound.objects.get(), by=cast.trainer)
            for person in people:
                ask(round, person.pk)

        at_once(2, work)
    assert sorted(Enrolment.objects.filter(period__gt=1).values_list("official", "period")) == sorted(
        (person.pk, 2) for person in people
    )
    assert Message.objects.filter(kind=Kind.RENEWAL_DUE).count() == 2
