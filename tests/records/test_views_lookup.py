"""Tra cứu as a phone without scripts asks for it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Module, PublishedCard
from records.learning import open_module
from records.models import Enrolment, ModuleProgress
from tests.factories import Cast, enrol, make_course, make_module, publish_change, text_card
from tests.records.test_files import make_file


@pytest.fixture
def phone(client: Client, cast: Cast) -> Client:
    client.force_login(cast.lan.user)
    return client


@pytest.fixture
def desk(cast: Cast) -> Module:
    return make_module(
        make_course("Hộ tịch & chứng thực"),
        "Chứng thực tại phường",
        cards=[text_card("Chứng thực bản sao", "<p>Đối chiếu với bản chính.</p>"), text_card("Lệ phí")],
    )


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def card_address(module: Module, number: int = 1) -> str:
    row = PublishedCard.objects.select_related("version").get(module=module, number=number)
    return reverse("learning:lookup_card", args=[row.version.key, row.card])


def test_an_official_looks_something_up_in_a_course_that_is_not_assigned_and_nothing_counts(phone, desk):
    home = page(phone, "/")
    assert 'action="/tra-cuu/"' in home
    assert 'href="/tra-cuu/"' in home
    results = page(phone, "/tra-cuu/?q=doi+chieu+chung+thuc")
    assert "Tìm thấy 1 thẻ" in results
    assert 'value="doi chieu chung thuc"' in results
    assert "<strong><mark>Chứng thực</mark> bản sao</strong>" in results
    assert "Hộ tịch &amp; chứng thực" in results
    (address,) = re.findall(r'href="(/tra-cuu/[^"?]+)\?q=doi%20chieu%20chung%20thuc"', results)
    assert address == card_address(desk)
    card = page(phone, f"{address}?q=doi%20chieu")
    assert "Đối chiếu với bản chính." in card
    assert 'href="/tra-cuu/?q=doi%20chieu"' in card
    assert f'{card_address(desk, 2)}?q=doi%20chieu"' in card
    assert "Mở bài học" not in card
    assert "Không khớp" not in card
    assert (Enrolment.objects.count(), ModuleProgress.objects.count()) == (0, 0)


def test_who_is_enrolled_is_led_into_the_lesson_and_looking_up_still_counts_as_nothing(phone, cast, desk):
    course = Course.objects.get()
    enrol(cast.lan, course)
    card = page(phone, card_address(desk))
    assert f'href="{reverse("learning:module", args=[course.slug, desk.slug])}"' in card
    assert Enrolment.objects.get().started_at is None
    assert not ModuleProgress.objects.exists()


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_and_comes_back(client, desk):
    for address in ("/tra-cuu/?q=ban+sao", card_address(desk)):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{reverse('account_login')}?next=/tra-cuu/")


def test_editors_look_things_up_too(client, cast, desk):
    client.force_login(cast.trainer)
    assert "Tìm thấy 1 thẻ" in page(client, "/tra-cuu/?q=doi+chieu")
    assert "Đối chiếu" in page(client, card_address(desk))


def test_an_address_of_an_earlier_version_leads_to_the_card_as_it_is_today(phone, desk):
    before = card_address(desk)
    publish_change(desk)
    answer = phone.get(before)
    assert (answer.status_code, answer.headers["Location"]) == (302, card_address(desk))


def test_what_is_not_published_any_more_or_never_was_there_is_404(phone, desk):
    address = card_address(desk)
    page(phone, address)
    for model in (Module, Course):
        model.objects.update(live=False)
        page(phone, address, 404)
        model.objects.update(live=True)
    page(phone, address.replace(address.split("/")[3], "khong-co"), 404)
    page(phone, "/tra-cuu/00000000-0000-0000-0000-000000000000/1/", 404)


def test_nothing_found_says_so_and_what_to_try(phone, desk):
    results = page(phone, "/tra-cuu/?q=chung+%3Cthi%3E")
    assert "Không có thẻ nào chứa đủ các từ “chung &lt;thi&gt;”" in results
    assert "30/2020" in results
    assert 'href="?q=chung"' in results
    assert 'href="?q=%3Cthi%3E"' in results
    assert "Chỉ tìm một từ" not in page(phone, "/tra-cuu/?q=khongco")
    assert "Đọc ở đây không tính là học" in page(phone, "/tra-cuu/?q=%20%20")
    page(phone, f"/tra-cuu/?q={'a' * 5000}%00%ff")


def test_a_checklist_is_read_not_ticked(phone, cast):
    module = make_module(
        make_course(),
        cards=[("checklist", {"heading": "Trước khi nộp", "intro": "", "tasks": ["Ký số", "Đóng dấu"]})],
    )
    card = page(phone, card_address(module))
    assert "<li>Đóng dấu</li>" in card
    assert "checkbox" not in card


def test_the_file_of_a_card_is_offered_only_where_it_opens(phone, cast):
    course = make_course()
    document = make_file()
    module = make_module(
        course, cards=[("document", {"heading": "Mẫu đơn", "about": "Khi xin", "document": document})]
    )
    card = page(phone, card_address(module))
    assert "Khi xin" in card
    assert "Tệp của thẻ này mở trong bài học" in card
    assert "/tep/" not in card
    open_module(enrol(cast.lan, course), module)
    (file,) = re.findall(r'href="(/tep/[^"]+)"', page(phone, card_address(module)))
    assert phone.get(file).status_code == 200


@pytest.mark.parametrize("modules", [1, 3])
def test_results_cost_at_most_three_queries_besides_who_is_asking(
    phone, cast, django_assert_max_num_queries, django_assert_num_queries, modules
):
    for number in range(modules):
        make_module(make_course(f"Khóa {number}"), cards=2)
    page(phone, "/tra-cuu/")
    with django_assert_max_num_queries(4) as asking:
        phone.get("/tra-cuu/")
    who = len(asking)
    with django_assert_num_queries(who + 3):
        answer = phone.get("/tra-cuu/?q=the")
    assert len(answer.content) < 16_000
    card = card_address(module=Module.objects.all()[0])
    phone.get(card)
    with django_assert_max_num_queries(who + 4):
        phone.get(card)
