"""The learner's pages as a phone without scripts asks for them."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Kind
from notifications.sending import notify
from records.learning import open_module
from records.models import Completion, ModuleProgress
from tests.factories import Cast, enrol, make_course, make_module, make_official


@pytest.fixture
def phone(client: Client, cast: Cast) -> Client:
    client.force_login(cast.lan.user)
    return client


def card_url(module, number: int = 1) -> str:
    return reverse("learning:card", args=[module.get_parent().slug, module.slug, number])


def test_home_shows_the_next_lesson_and_where_to_go_on(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, "Ký số đúng thứ tự")
    enrol(cast.lan, course)
    page = phone.get("/").content.decode()
    assert "Ký số đúng thứ tự" in page
    assert card_url(module) in page
    phone.get(card_url(module, 1))
    assert card_url(module, 2) in phone.get("/").content.decode()


def test_home_without_a_course_says_what_happens_next(phone: Client):
    assert "Chưa có khóa học nào được giao" in phone.get("/").content.decode()


def test_opening_each_card_completes_a_module_without_quiz(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, cards=2)
    enrol(cast.lan, course)
    for number in (1, 2):
        assert phone.get(card_url(module, number)).status_code == 200
    assert Completion.objects.get().official == cast.lan


def test_skipping_to_the_last_card_does_not_count_as_read(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, cards=3)
    enrol(cast.lan, course)
    page = phone.get(card_url(module, 3)).content.decode()
    assert ModuleProgress.objects.get().read_at is None
    assert card_url(module, 1) in page


def test_a_card_fetched_ahead_is_not_a_card_seen(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course)
    enrol(cast.lan, course)
    phone.get(card_url(module), headers={"Sec-Purpose": "prefetch"})
    assert ModuleProgress.objects.get().cards_seen == []


@pytest.mark.parametrize("number", [0, 4])
def test_a_card_that_is_not_there_is_404(phone: Client, cast: Cast, number: int):
    course = make_course()
    module = make_module(course, cards=3)
    enrol(cast.lan, course)
    assert phone.get(f"/khoa-hoc/{course.slug}/{module.slug}/the/{number}/").status_code == 404


def test_a_course_of_somebody_else_is_404(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course)
    open_module(enrol(make_official("Lê Văn Khác"), course), module)
    for url in (
        reverse("learning:course", args=[course.slug]),
        reverse("learning:module", args=[course.slug, module.slug]),
        card_url(module),
    ):
        assert phone.get(url).status_code == 404


def test_an_unpublished_draft_is_not_shown(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, publish=False)
    enrol(cast.lan, course)
    assert phone.get(card_url(module)).status_code == 404


def test_a_draft_changes_nothing_for_the_learner_until_it_is_published(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, "Bản đã xuất bản")
    enrol(cast.lan, course)
    module.title = "Bản nháp"
    module.save_revision()
    assert "Bản nháp" not in phone.get(card_url(module)).content.decode()


def test_the_menu_follows_the_page_the_notices_and_the_language(phone: Client, cast: Cast):
    def menu(path: str) -> str:
        page = phone.get(path).content.decode()
        return page[page.index("<nav") : page.index("</nav>")]

    here = 'href="{}" aria-current="page"'
    for name in ("learning:home", "certificates:mine", "people:profile"):
        assert here.format(reverse(name)) in menu(reverse(name))
    assert "Học" in menu("/")
    assert "count" not in menu("/")
    notify(cast.lan, Kind.CERTIFICATE_ISSUED, "1", subject="Một", body="Một")
    assert '<span class="count">1</span>' in menu("/")
    phone.cookies["django_language"] = "en"
    assert "Certificates" in menu("/")


@pytest.mark.parametrize("courses", [1, 3])
def test_home_costs_at_most_five_queries(
    phone: Client, cast: Cast, django_assert_max_num_queries, courses: int
):
    for number in range(courses):
        course = make_course(f"Khóa {number}")
        open_module(enrol(cast.lan, course), make_module(course))
    phone.get("/")
    with django_assert_max_num_queries(5):
        phone.get("/")


def test_a_card_costs_three_queries_and_one_more_when_it_is_new(
    phone: Client, cast: Cast, django_assert_num_queries
):
    course = make_course()
    module = make_module(course, cards=4)
    enrol(cast.lan, course)
    for number in (1, 2):  # the first opening, and the first time that this process meets the version
        phone.get(card_url(module, number))
    with django_assert_num_queries(4):
        phone.get(card_url(module, 3))
    with django_assert_num_queries(3):
        phone.get(card_url(module, 3))


def test_a_lesson_begun_in_an_earlier_period_is_begun_anew_in_the_latest(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course)
    open_module(enrol(cast.lan, course), module)
    renewal = enrol(cast.lan, course, period=2)
    phone.get(card_url(module))
    assert len(ModuleProgress.objects.get(enrolment=renewal).cards_seen) == 1


def test_a_lesson_withdrawn_meanwhile_stays_for_who_began_it(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course)
    enrol(cast.lan, course)
    phone.get(card_url(module))
    module.unpublish()
    assert phone.get(card_url(module)).status_code == 200


def test_a_withdrawn_lesson_of_a_completed_course_is_gone(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, cards=1)
    enrol(cast.lan, course)
    phone.get(card_url(module))
    module.unpublish()
    assert phone.get(card_url(module)).status_code == 404


def test_a_completed_course_may_be_read_again(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course, cards=1)
    enrol(cast.lan, course)
    phone.get(card_url(module))
    assert Completion.objects.count() == 1
    assert phone.get(card_url(module)).status_code == 200


def test_pages_carry_a_strict_policy_and_no_inline_script_or_style(phone: Client, cast: Cast):
    course = make_course()
    module = make_module(course)
    enrol(cast.lan, course)
    for url in ("/", reverse("learning:course", args=[course.slug]), card_url(module)):
        response = phone.get(url)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        page = response.content.decode()
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
