"""A learner's own ticks on a checklist card: kept, personal, the last word wins, said twice is said once."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Module
from courses.publishing import publish_version
from records.checklists import items_of, mark_item, ticked_items
from records.learning import open_module
from records.models import ChecklistMark, ModuleProgress
from tests.factories import Cast, enrol, make_course, make_module, make_official, text_card

CHECKLIST = ("checklist", {"heading": "Trước khi ký", "intro": "", "tasks": ["Một", "Hai", "Ba"]})


@pytest.fixture
def phone(client: Client, cast: Cast) -> Client:
    client.force_login(cast.lan.user)
    return client


@pytest.fixture
def lesson(cast: Cast) -> Module:
    """A checklist, then a text; Lan is enrolled."""
    course = make_course()
    enrol(cast.lan, course)
    return make_module(course, cards=[CHECKLIST, text_card("Thẻ hai"), text_card("Thẻ ba")])


def address(module: Module, name: str = "card", number: int = 1) -> str:
    return reverse(f"learning:{name}", args=[module.get_parent().slug, module.slug, number])


def items(module: Module) -> list[str]:
    return [item["id"] for item in module.current_version.cards[0]["value"]["tasks"]]


def ticked(client: Client, module: Module) -> list[str]:
    """The ids that the card shows as ticked, in its order."""
    page = client.get(address(module)).content.decode()
    return [item for item in items(module) if f'value="{item}" checked' in page]


def tap(client: Client, module: Module, item: str, on: bool, operation: UUID | None = None, number: int = 1):
    data = {"item": item, "operation": str(operation or uuid4()), **({"ticked": "1"} if on else {})}
    return client.post(address(module, "checklist", number), data)


def test_what_is_ticked_without_script_stays_after_a_reload_and_on_another_device(phone, cast, lesson):
    one, two, three = items(lesson)
    phone.get(address(lesson))
    response = phone.post(address(lesson, "checklist"), {"item": [one, three]}, follow=True)
    assert response.redirect_chain == [(address(lesson), 302)]
    assert "Đã lưu" in response.content.decode()
    assert ticked(phone, lesson) == [one, three]
    laptop = type(phone)()
    laptop.force_login(cast.lan.user)
    assert ticked(laptop, lesson) == [one, three]
    response = phone.post(
        address(lesson, "checklist"), {"item": [one, two], "known": [one, three], "next": ""}
    )
    assert response.url == address(lesson, number=2)
    assert ticked(laptop, lesson) == [one, two]


def test_an_old_page_takes_back_nothing_that_was_ticked_elsewhere(phone, lesson):
    one, two, _three = items(lesson)
    phone.get(address(lesson))
    tap(phone, lesson, one, True)
    phone.post(address(lesson, "checklist"), {"item": [two]})  # made before the tap, when nothing was known
    assert ticked(phone, lesson) == [one, two]


def test_a_tap_sent_twice_or_arriving_late_is_the_same_tap(phone, lesson):
    one, *_others = items(lesson)
    phone.get(address(lesson))
    early = uuid4()
    assert tap(phone, lesson, one, True, early).json() == {"status": "kept"}
    tap(phone, lesson, one, False)
    assert tap(phone, lesson, one, True, early).json() == {"status": "kept"}
    assert ticked(phone, lesson) == []
    assert ChecklistMark.objects.count() == 2


def test_the_same_form_twice_writes_nothing_more(phone, lesson):
    phone.get(address(lesson))
    for _time in range(2):
        phone.post(address(lesson, "checklist"), {"item": items(lesson)[:2]})
    assert ChecklistMark.objects.count() == 2


def test_ticks_stay_through_a_new_version_whose_items_keep_their_ids(cast, lesson):
    progress = ModuleProgress.objects.get(pk=open_module(cast.lan.enrolments.get(), lesson).pk)
    card, (one, *_others) = lesson.current_version.card_ids[0], items(lesson)
    mark_item(progress, card, one, ticked=True, operation_id=uuid4())
    raw = list(lesson.cards.raw_data)
    raw[0]["value"]["tasks"][0]["value"] = "Một, viết rõ hơn"
    lesson.cards = raw
    lesson.save()
    progress.version = publish_version(lesson)
    assert progress.version.number == 2
    assert ticked_items(progress, card) == {one}
    assert items_of(progress, card) == items(lesson)


def test_the_next_period_begins_with_nothing_ticked_and_the_old_ticks_are_kept(phone, cast, lesson):
    phone.get(address(lesson))
    tap(phone, lesson, items(lesson)[0], True)
    enrol(cast.lan, lesson.get_parent().specific, period=2)
    assert ticked(phone, lesson) == []
    assert ChecklistMark.objects.filter(progress__enrolment__period=1, ticked=True).count() == 1


def test_ticks_are_the_learners_own(phone, cast, lesson):
    other = make_official("Lê Văn Khác")
    enrol(other, lesson.get_parent().specific)
    phone.get(address(lesson))
    tap(phone, lesson, items(lesson)[0], True)
    theirs = Client()
    theirs.force_login(other.user)
    assert ticked(theirs, lesson) == []


def test_what_is_no_checklist_of_ones_own_is_404(phone, cast, lesson):
    one = items(lesson)[0]
    assert tap(phone, lesson, one, True).status_code == 404  # not opened yet
    phone.get(address(lesson))
    assert tap(phone, lesson, one, True, number=2).status_code == 404
    assert tap(phone, lesson, one, True, number=9).status_code == 404
    assert tap(phone, lesson, "khong-co", True).status_code == 404
    assert phone.post(address(lesson, "checklist"), {"item": ["khong-co"]}).status_code == 404
    assert phone.post(address(lesson, "checklist"), {"item": one, "operation": "x"}).status_code == 404
    assert phone.get(address(lesson, "checklist")).status_code == 405
    stranger = Client()
    stranger.force_login(make_official("Lê Văn Khác").user)
    assert tap(stranger, lesson, one, True).status_code == 404
    assert ChecklistMark.objects.count() == 0
    progress = ModuleProgress.objects.get()
    with pytest.raises(ValueError, match="no items"):
        mark_item(progress, progress.version.card_ids[0], "x", ticked=True, operation_id=uuid4())


def test_ticking_writes_nothing_into_the_progress_and_works_after_the_course_is_done(phone, cast, lesson):
    for number in (1, 2, 3):
        phone.get(address(lesson, number=number))
    before = ModuleProgress.objects.values().get()
    assert before["done_at"] is not None
    tap(phone, lesson, items(lesson)[0], True)
    assert ModuleProgress.objects.values().get() == before
    assert ticked(phone, lesson) == items(lesson)[:1]


@pytest.mark.parametrize("marks", [1, 3])
def test_only_a_checklist_costs_a_further_query(phone, lesson, django_assert_num_queries, marks):
    for number in (1, 2):
        phone.get(address(lesson, number=number))
    for _time in range(marks):
        tap(phone, lesson, items(lesson)[0], True)
    phone.get(address(lesson, number=1))
    with django_assert_num_queries(4):
        phone.get(address(lesson, number=1))
    phone.get(address(lesson, number=2))
    with django_assert_num_queries(3):
        phone.get(address(lesson, number=2))
