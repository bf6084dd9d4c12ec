"""Trainers are told once each that a document ends or a lesson is to be reviewed, however often the task runs."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from courses.models import Module, ModuleLegalBasis
from courses.publishing import publish_version
from notifications.models import Kind, Message
from people.models import Official, User
from reports.tasks import tell_of_endings
from tests.factories import Cast, make_basis, make_course, make_module, make_official
from tests.quizzes.conftest import make_bank, make_question


def make_trainer(name: str) -> Official:
    trainer = make_official(name)
    trainer.user.groups.add(Group.objects.get(name="Trainers"))
    return trainer


@pytest.fixture
def an(db) -> Official:
    return make_trainer("Trần Thị An")


@pytest.fixture
def binh(db) -> Official:
    return make_trainer("Lê Văn Bình")


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def lesson(basis, by: User | None, title: str = "Ký số") -> Module:
    course = make_course()
    module = make_module(course, title)
    ModuleLegalBasis.objects.create(module=module, basis=basis, article="Điều 13")
    publish_version(module, by=by)
    return module


def run_on(days: int) -> list[tuple[str, str]]:
    """Let the task run twice on a day; who was told then, and the windows."""
    before = set(Message.objects.values_list("pk", flat=True))
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
        tell_of_endings()
        tell_of_endings()
    new = (
        Message.objects.filter(kind=Kind.BASIS_ENDING).exclude(pk__in=before).order_by("official__full_name")
    )
    return [(message.official.full_name, message.window.split("-")[0]) for message in new]


def test_it_runs_every_day(settings):
    assert tell_of_endings.name in {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}


def test_each_owner_is_told_sixty_days_before_and_on_the_day_and_no_other_time(cast: Cast, an, binh):
    basis = make_basis(effective_to=in_days(70))
    lesson(basis, an.user)
    lesson(basis, an.user, "Văn bản đi")
    bank = make_bank()
    for number in range(20):
        make_question(bank, stem=f"Câu {number}?", legal_basis=basis).versions.count()
    assert run_on(9) == []
    told = run_on(10)
    # Nobody is named for the questions, so all trainers hear of them; who has lessons hears of these as well.
    assert told == [("Lê Văn Bình", "before"), ("Trần Thị An", "before")]
    message = Message.objects.get(official=an)
    for text in ("Bài học (2):", "– Ký số (Điều 13)", "– Văn bản đi", "Câu hỏi (20):", "– và 5 mục nữa"):
        assert text in message.body
    assert "Ký số" not in Message.objects.get(official=binh).body
    assert message.path == f"/quan-tri/can-cu-phap-ly/{basis.pk}/dua-tren/"
    assert (run_on(11), run_on(69)) == ([], [])
    assert run_on(70) == [("Lê Văn Bình", "end"), ("Trần Thị An", "end")]
    assert (run_on(71), run_on(400)) == ([], [])


def test_an_end_or_a_successor_entered_late_is_told_at_once_and_a_changed_day_again(cast: Cast, an):
    basis = make_basis()
    lesson(basis, an.user)
    assert run_on(0) == []
    basis.effective_to = in_days(-30)
    basis.save()
    assert run_on(0) == [("Trần Thị An", "end")]
    basis.replaced_by = make_basis("9/2026/NĐ-CP", "Mới")
    basis.save()
    assert run_on(0) == [("Trần Thị An", "end")]
    assert "Văn bản thay thế: 9/2026/NĐ-CP." in Message.objects.order_by("-pk")[0].body
    basis.effective_to = None
    basis.save()
    assert run_on(0) == [("Trần Thị An", "replaced")]
    basis.effective_to = in_days(5)
    basis.save()
    assert run_on(0) == [("Trần Thị An", "before")]


def test_who_left_or_edits_no_more_is_not_told_but_all_trainers_are(cast: Cast, an, binh):
    gone, moved = make_trainer("Phạm Đã Nghỉ"), make_official("Võ Chuyển Việc")
    User.objects.filter(pk=gone.user.pk).update(is_active=False)
    basis = make_basis(effective_to=in_days(3))
    lesson(basis, gone.user)
    lesson(basis, moved.user, "Bài khác")
    assert run_on(0) == [("Lê Văn Bình", "before"), ("Trần Thị An", "before")]


def test_what_only_an_earlier_version_named_is_nobodys_concern_any_more(cast: Cast, an):
    basis = make_basis(effective_to=in_days(3))
    module = lesson(basis, an.user)
    module.basis_links.all().delete()
    publish_version(Module.objects.get(pk=module.pk), by=an.user)
    assert run_on(0) == []


def test_reviews_are_told_once_before_and_once_on_the_day_one_message_for_all_of_a_date(cast: Cast, an):
    course = make_course()
    for title in ("Hộ tịch", "Đất đai"):
        make_module(course, title, owner=an.user, review_on=in_days(70), review_reason="Nghị định mới")
    assert run_on(9) == []
    assert run_on(10) == [("Trần Thị An", "before")]
    body = Message.objects.get().body
    assert "– Hộ tịch: Nghị định mới" in body
    assert "– Đất đai: Nghị định mới" in body
    assert run_on(30) == []
    assert run_on(70) == [("Trần Thị An", "due")]
    assert run_on(80) == []
