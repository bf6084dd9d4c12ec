"""A material change: whom it touches, who is asked once, and what stays as it was (DESIGN, "Versions and renewal")."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from courses.models import Course, Module, ModuleVersion
from notifications.models import Kind, Message
from people.models import Official
from records import renewing, rounds
from records.learning import open_module, progress_in, see_card, study_of
from records.models import Completion, Enrolment, RenewalRound, RenewalTask
from records.renewing import ask, confirm, decline, plan_round, propose, renew, touched
from records.rounds import RoundRefused
from records.updating import changed_cards
from tests.factories import (
    BINH_THANH,
    THANH_VINH,
    Cast,
    enrol,
    make_course,
    make_module,
    make_official,
    publish_change,
)


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def module(course: Course) -> Module:
    return make_module(course, cards=3)


def read(official: Official, module: Module) -> None:
    """Every card of the module in the latest period that there is."""
    enrolment = official.enrolments.filter(course=module.get_parent().pk).order_by("-period").first()
    assert enrolment is not None
    progress = open_module(enrolment, module)
    for card in progress.version.card_ids:
        progress = see_card(progress, card)


def complete(official: Official, *modules: Module) -> Completion:
    enrolment = enrol(official, modules[0].get_parent().specific)
    for module in modules:
        read(official, module)
    return enrolment.completions.get()


def change(module: Module, **how: object) -> RenewalRound:
    version = publish_change(module, **how)  # type: ignore[arg-type]
    module.refresh_from_db()
    made = propose(version)
    assert made is not None
    return made


def confirmed(round: RenewalRound, by: Cast, *, days: int = 60) -> RenewalRound:
    round = confirm(round, by=by.trainer, days=days)
    assert renew(round.pk)
    return round


def test_a_material_change_is_proposed_and_touches_nobody_by_itself(cast: Cast, module: Module):
    complete(cast.lan, module)
    before = Enrolment.objects.count()
    round = change(module)
    assert (round.state, round.course.title, round.days) == ("proposed", "Chữ ký số", 60)
    assert propose(round.version) == round
    assert not renew(round.pk)
    assert (Enrolment.objects.count(), Message.objects.filter(kind=Kind.RENEWAL_DUE).count()) == (before, 0)


def test_editorial_changes_first_versions_and_optional_lessons_propose_nothing(
    module: Module, course: Course
):
    optional = make_module(course, required=False)
    for version in (
        module.current_version,
        publish_change(module, change="editorial"),
        publish_change(optional),
    ):
        assert isinstance(version, ModuleVersion)
        assert propose(version) is None
    assert not RenewalRound.objects.exists()


def test_the_sweep_proposes_what_no_signal_reached(module: Module):
    publish_change(module)
    assert (renewing.propose_missing(), renewing.propose_missing()) == (1, 0)


def test_confirming_asks_once_whoever_holds_an_older_version(cast: Cast, module: Module):
    """Rules 1, 5, 7 and 9: nothing is reset, twice is once, each is told once."""
    old = complete(cast.lan, module)
    begun = make_official("Trần Văn Bình", at=BINH_THANH)
    open_module(enrol(begun, module.get_parent().specific), module)
    away = make_official("Lê Thị Chi", at=None)
    complete(away, module)
    version = module.current_version
    round = change(module)
    plan = plan_round(round, cast.admin)
    assert (plan.touched, plan.midway, plan.away, plan.merged) == (1, 1, 1, 0)
    assert [(ward.name, count) for ward, count in plan.units] == [("Phường Cầu Ông Lãnh", 1)]
    assert plan.names == [cast.lan]
    round = confirmed(round, cast, days=30)
    assert confirm(round, by=cast.admin, days=90).decided_by == cast.trainer
    renew(round.pk)
    task = RenewalTask.objects.get()
    renewal = task.enrolment
    assert (renewal.official, renewal.period, renewal.delta) == (cast.lan, 2, True)
    assert renewal.due_on == timezone.localdate() + datetime.timedelta(days=30)
    assert (task.version, task.held) == (round.version, version)
    message = Message.objects.get(kind=Kind.RENEWAL_DUE)
    assert message.official == cast.lan
    assert "Ký số trước khi cấp số." in message.body
    assert "123/2026/NĐ-CP" in message.body
    old.refresh_from_db()
    assert (old.enrolment.period, old.enrolment.completed_at) == (1, old.completed_at)


def test_learning_only_what_changed_completes_the_renewal(cast: Cast, module: Module, course: Course):
    other = make_module(course, "Bài hai")
    complete(cast.lan, module, other)
    confirmed(change(module, card=2), cast)
    study = study_of(cast.lan, course.slug)
    assert study is not None
    assert [step.module.pk for step in study.steps] == [module.pk]
    assert [(step.module.pk, step.state) for step in study.others] == [(other.pk, "done")]
    assert [(line.note, line.basis) for line in study.changes] == [
        ("Ký số trước khi cấp số.", "123/2026/NĐ-CP")
    ]
    progress = open_module(study.enrolment, module)
    assert progress.version == module.current_version
    assert len(progress.cards_seen) == 2  # the third one is new
    again = progress_in(cast.lan, course.slug, other.slug)
    assert again is not None
    assert again.enrolment.period == 1  # the rest may be read again where it was learnt
    see_card(progress, progress.version.card_ids[1])
    renewed = Completion.objects.get(enrolment=study.enrolment)
    assert renewed.official == cast.lan
    assert Completion.objects.filter(official=cast.lan).count() == 2


def test_the_version_begun_is_finished_and_then_falls_into_the_round(cast: Cast, module: Module):
    enrolment = enrol(cast.lan, module.get_parent().specific)
    progress = open_module(enrolment, module)
    round = confirmed(change(module), cast)
    assert not RenewalTask.objects.exists()
    for card in progress.version.card_ids:
        progress = see_card(progress, card)
    assert Completion.objects.get().enrolment == enrolment
    assert rounds.unfinished(RenewalRound) == []
    assert rounds.unfinished(RenewalRound, everything=True) == [round.pk]
    renew(round.pk)
    assert RenewalTask.objects.get().enrolment.period == 2


def test_whoever_completes_on_the_new_version_is_not_asked(cast: Cast, module: Module):
    enrol(cast.lan, module.get_parent().specific)
    round = change(module)
    read(cast.lan, module)
    assert not touched(round).exists()


def test_open_changes_of_one_course_share_one_renewal(cast: Cast, module: Module, course: Course):
    other = make_module(course, "Bài hai")
    complete(cast.lan, module, other)
    confirmed(change(module), cast, days=30)
    second = change(other)
    assert plan_round(second, cast.admin).merged == 1
    confirmed(second, cast, days=60)
    third = confirmed(change(module), cast, days=14)
    renewal = cast.lan.enrolments.get(period=2)
    assert [task.round.version.number for task in renewal.tasks.all()] == [2, 2, 3]
    assert renewal.due_on == timezone.localdate() + datetime.timedelta(days=60)
    read(cast.lan, module)
    assert Completion.objects.count() == 1
    read(cast.lan, other)
    assert Completion.objects.filter(enrolment=renewal).exists()
    assert not touched(third).exists()


def test_a_change_of_a_lesson_begun_in_a_renewal_waits_for_the_next_one(cast: Cast, module: Module):
    complete(cast.lan, module)
    confirmed(change(module), cast)
    renewal = cast.lan.enrolments.get(period=2)
    begun = open_module(renewal, module)
    third = confirmed(change(module), cast)
    assert renewal.tasks.count() == 1
    read(cast.lan, module)
    assert Completion.objects.filter(enrolment=renewal).exists()
    assert begun.version.number == 2
    renew(third.pk)
    assert cast.lan.enrolments.get(period=3).tasks.get().held == begun.version


def test_the_wording_of_a_change_may_improve_but_a_later_change_is_not_let_in(cast: Cast, module: Module):
    people = [cast.lan, make_official("Trần Văn Bình")]
    for person in people:
        complete(person, module)
    confirmed(change(module), cast)
    better = publish_change(module, change="editorial")
    module.refresh_from_db()
    assert open_module(people[0].enrolments.get(period=2), module).version == better
    change(module)  # proposed only
    assert open_module(people[1].enrolments.get(period=2), module).version.number == 2


def test_nobody_is_asked_to_learn_a_lesson_that_was_withdrawn(cast: Cast, module: Module):
    complete(cast.lan, module)
    round = change(module)
    module.unpublish()
    assert not touched(RenewalRound.objects.get(pk=round.pk)).exists()


def test_a_declined_round_asks_nobody_and_stays_declined(cast: Cast, module: Module):
    complete(cast.lan, module)
    round = decline(change(module), by=cast.trainer)
    with pytest.raises(RoundRefused):
        confirm(round, by=cast.trainer, days=60)
    assert not renew(round.pk)
    for change_of in ({"state": "confirmed"}, {"days": 7}, {"decided_by": cast.admin}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RenewalRound.objects.filter(pk=round.pk).update(**change_of)


def test_a_preview_names_only_whom_the_account_may_see(cast: Cast, module: Module):
    """Rule 8: few people of a unit are counted together, and no names beside the scope."""
    for _number in range(5):
        complete(make_official(at=THANH_VINH), module)
    complete(cast.lan, module)
    round = change(module)
    trainer = plan_round(round, cast.trainer)
    assert [(ward.code, count) for ward, count in trainer.units] == [(THANH_VINH, 5)]
    assert (trainer.touched, trainer.others, trainer.names, trainer.named) == (6, 1, [], 0)
    hr = plan_round(round, cast.ward_hr)
    assert hr.names == [cast.lan]
    assert {ward.code for ward, _count in hr.units} == {THANH_VINH, "26758"}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_everybody_once(cast: Cast):
    module = make_module(make_course(), cards=2)
    people = [cast.lan, make_official("Trần Văn Bình")]
    for person in people:
        complete(person, module)
    round = confirm(change(module), by=cast.trainer, days=60)
    barrier = threading.Barrier(2, timeout=60)
    failures: list[Exception] = []

    def work() -> None:
        try:
            barrier.wait()
            for person in people:
                ask(
                    RenewalRound.objects.select_related("version__module", "course").get(pk=round.pk),
                    person.pk,
                )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(RenewalTask.objects.values_list("enrolment__official", "enrolment__period")) == sorted(
        (person.pk, 2) for person in people
    )
    assert Message.objects.filter(kind=Kind.RENEWAL_DUE).count() == 2


def test_only_what_a_card_says_makes_it_a_changed_card():
    """Not what the editor adds by itself, nor a field that a later card type has."""
    held = ModuleVersion(
        cards=[{"id": "a", "type": "text", "value": {"heading": "Một", "body": "<p>Cũ.</p>"}}]
    )
    opened = {"heading": "Một", "body": '<p data-block-key="x1y2z">Cũ.</p>', "image": None, "image_alt": ""}
    said = {**opened, "body": '<p data-block-key="x1y2z">Mới.</p>'}
    cards = [{"id": "b", "type": "text", "value": opened}, {"id": "a", "type": "text", "value": said}]
    assert changed_cards(held, ModuleVersion(cards=cards)) == {"a"}
