"""Rules 1, 2 and 5 of the design, where they are earned."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from courses.models import Course
from people.models import Official
from records.completing import finish_module
from records.learning import open_module, see_card
from records.models import Completion, Enrolment, ModuleProgress
from records.signals import course_completed
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    Cast,
    enrol,
    make_course,
    make_module,
    make_official,
    make_posting,
    ward,
)


def read(enrolment: Enrolment, module) -> ModuleProgress:
    progress = open_module(enrolment, module)
    for card_id in progress.version.card_ids:
        progress = see_card(progress, card_id)
    return progress


def complete(official: Official, course: Course | None = None) -> Completion:
    if course is None:
        course = make_course()
        make_module(course, cards=1)
    enrolment = enrol(official, course)
    for module in course.modules():
        read(enrolment, module)
    return enrolment.completions.get()


def test_reading_every_card_of_a_course_without_quiz_completes_it(cast: Cast):
    completion = complete(cast.lan)
    assert completion.full_name == "Nguyễn Thị Lan"
    assert completion.ward_name == "Phường Cầu Ông Lãnh"
    assert completion.province_name == "Thành phố Hồ Chí Minh"
    assert completion.department_name == "Văn phòng HĐND và UBND"
    assert completion.position_name == "Văn thư"
    assert Enrolment.objects.get().completed_at == completion.completed_at


def test_a_course_is_complete_only_when_every_required_module_is_done(cast: Cast):
    course = make_course()
    first, second = make_module(course, "Một"), make_module(course, "Hai")
    make_module(course, "Đọc thêm", required=False)
    enrolment = enrol(cast.lan, course)
    read(enrolment, first)
    assert not Completion.objects.exists()
    read(enrolment, second)
    assert Completion.objects.count() == 1


def test_a_course_without_required_modules_is_never_completed_by_itself(cast: Cast):
    course = make_course()
    module = make_module(course, required=False)
    read(enrol(cast.lan, course), module)
    assert not Completion.objects.exists()


def test_a_module_with_unread_cards_cannot_be_finished(cast: Cast):
    course = make_course()
    progress = open_module(enrol(cast.lan, course), make_module(course))
    with pytest.raises(ValueError, match="not read"):
        finish_module(progress)


def test_finishing_twice_keeps_the_first_time_and_score(cast: Cast):
    course = make_course()
    module = make_module(course, cards=1)
    progress = read(enrol(cast.lan, course), module)
    finish_module(progress, score=Decimal("3.00"))
    again = ModuleProgress.objects.get(pk=progress.pk)
    assert (again.done_at, again.score) == (progress.done_at, None)
    assert Completion.objects.count() == 1


def test_the_score_of_a_course_is_the_mean_of_its_passed_quizzes(cast: Cast):
    course = make_course()
    enrolment = enrol(cast.lan, course)
    modules = [make_module(course, title, cards=1) for title in ("Một", "Hai")]
    for module, score in zip(modules, ("9.00", "8.33"), strict=True):
        progress = open_module(enrolment, module)
        ModuleProgress.objects.filter(pk=progress.pk).update(read_at=timezone.now())
        finish_module(progress, score=Decimal(score))
    assert Completion.objects.get().score == Decimal("8.67")


def test_completion_keeps_the_ward_after_a_transfer(cast: Cast):
    completion = complete(cast.lan)
    today = timezone.localdate()
    cast.lan.postings.update(ends_on=today)
    make_posting(cast.lan, BINH_THANH, starts_on=today + datetime.timedelta(days=1))
    kept = Completion.objects.get(pk=completion.pk)
    assert (kept.ward, kept.ward_name) == (ward(CAU_ONG_LANH), "Phường Cầu Ông Lãnh")


def test_completion_keeps_its_words_when_unit_course_and_person_are_renamed(cast: Cast):
    completion = complete(cast.lan)
    here = ward(CAU_ONG_LANH)
    here.name = "Phường Tên Mới"
    here.save()
    cast.lan.full_name = "Nguyễn Thị Lan Hương"
    cast.lan.save()
    Course.objects.filter(pk=completion.course_id).update(title="Tên mới")
    kept = Completion.objects.get(pk=completion.pk)
    assert (kept.ward_name, kept.full_name, kept.course_title) == (
        "Phường Cầu Ông Lãnh",
        "Nguyễn Thị Lan",
        "Chữ ký số",
    )


def test_an_official_without_any_posting_still_earns_the_completion(db):
    completion = complete(make_official("Trần Văn Không", at=None))
    assert (completion.ward, completion.ward_name) == (None, "")


def test_a_completion_cannot_be_deleted_from_code(cast: Cast):
    with pytest.raises(TypeError, match="never deleted"):
        complete(cast.lan).delete()


@pytest.mark.parametrize(
    "change",
    [
        {"completed_at": timezone.now()},
        {"ward_name": "Phường Khác"},
        {"full_name": "Người Khác"},
        {"score": Decimal(10)},
        {"course_title": "Khóa khác"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_change_a_completion(cast: Cast, change: dict[str, object]):
    completion = complete(cast.lan)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Completion.objects.filter(pk=completion.pk).update(**change)


def test_the_database_refuses_to_delete_a_completion(cast: Cast):
    completion = complete(cast.lan)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Completion.objects.filter(pk=completion.pk)._raw_delete("default")


def test_the_database_refuses_to_uncomplete_an_enrolment(cast: Cast):
    completion = complete(cast.lan)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Enrolment.objects.filter(pk=completion.enrolment_id).update(completed_at=None)


def test_a_second_completion_of_one_enrolment_is_refused(cast: Cast):
    completion = complete(cast.lan)
    completion.pk = None
    completion._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        completion.save(force_insert=True)


def test_a_correction_is_a_further_row_with_actor_and_reason(cast: Cast):
    first = complete(cast.lan)
    correction = Completion.objects.get(pk=first.pk)
    correction.pk, correction._state.adding = None, True
    correction.full_name = "Nguyễn Thị Lân"
    correction.corrects = first
    with pytest.raises(IntegrityError), transaction.atomic():
        correction.save(force_insert=True)
    correction.reason, correction.actor = "Sai dấu trong họ tên", cast.ward_hr
    correction.save(force_insert=True)
    assert list(Completion.objects.order_by("pk").values_list("full_name", flat=True)) == [
        "Nguyễn Thị Lan",
        "Nguyễn Thị Lân",
    ]


@pytest.mark.django_db(transaction=True)
def test_news_of_a_completion_is_sent_once_and_after_commit():
    official = make_official()
    seen: list[tuple[int, bool]] = []

    def hear(sender: object, completion: Completion, **kwargs: object) -> None:
        seen.append((completion.pk, connection.in_atomic_block))

    course_completed.connect(hear)
    try:
        with transaction.atomic():
            completion = complete(official)
            assert seen == []
        finish_module(completion.enrolment.progress.get())
    finally:
        course_completed.disconnect(hear)
    assert seen == [(completion.pk, False)]


@pytest.mark.django_db(transaction=True)
def test_last_two_modules_finished_at_once_make_one_completion():
    official = make_official()
    course = make_course()
    modules = [make_module(course, f"Bài {number}", cards=1) for number in range(2)]
    enrolment = enrol(official, course)
    opened = [open_module(enrolment, module) for module in modules]
    ModuleProgress.objects.update(read_at=timezone.now())
    start, errors = threading.Barrier(8), []

    def finish(progress: ModuleProgress) -> None:
        try:
            start.wait()
            finish_module(progress)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=(opened[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Completion.objects.count() == 1
