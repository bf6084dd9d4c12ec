"""The administrator's list of certificates whose file could not be made."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from certificates import views_failed
from certificates.issuing import enter_in_register, issue_certificate
from certificates.models import Certificate
from certificates.tasks import issue_certificate as issue_task
from tests.factories import Cast, make_completion, make_hr

LIST = "/quan-ly/giay-chua-lap-duoc/"


def make_failed(cast: Cast, reason: str = "OSError: No space left on device") -> Certificate:
    certificate = enter_in_register(make_completion(cast.lan))
    Certificate.objects.filter(pk=certificate.pk).update(state="failed", attempts=3, last_error=reason)
    certificate.refresh_from_db()
    return certificate


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    calls: list[tuple] = []
    monkeypatch.setattr(views_failed, "wake", lambda task, *args: calls.append((task.name, *args)))
    return calls


def states() -> list[tuple[str, int]]:
    return list(Certificate.objects.order_by("number").values_list("state", "attempts"))


def test_list_says_which_of_whom_and_why(admin: Client, cast: Cast, certificate: Certificate):
    broken = make_failed(cast)
    pending = enter_in_register(make_completion(cast.lan))
    page = admin.get(LIST)
    text = page.content.decode()
    assert list(page.context["page"]) == [broken]
    for shown in (
        broken.register_number,
        cast.lan.full_name,
        cast.lan.staff_number,
        "No space left on device",
    ):
        assert shown in text
    assert certificate.register_number not in text
    assert pending.register_number not in text


def test_without_failures_the_list_says_that_there_is_nothing_to_do(admin: Client):
    assert "Không có giấy xác nhận nào lỗi" in admin.get(LIST).content.decode()


def test_nobody_but_an_administrator_sees_or_retries(client: Client, cast: Cast, woken: list):
    broken = make_failed(cast)
    assert client.get(LIST).url.startswith("/tai-khoan/login/")
    for user in (cast.ward_hr, cast.province_hr, make_hr(), cast.trainer, cast.lan.user):
        client.force_login(user)
        assert client.get(LIST).status_code == 404
        assert client.post(LIST, {"code": broken.code}).status_code == 404
    assert (states(), woken) == ([("failed", 3)], [])


def test_hr_has_no_link_to_it_and_the_administrator_has(client: Client, cast: Cast):
    links = []
    for user in (cast.province_hr, cast.admin):
        client.force_login(user)
        links.append(LIST in client.get(reverse("reports:dashboard")).content.decode())
    assert links == [False, True]


def test_one_is_given_three_new_attempts_and_a_worker_is_woken(
    admin: Client, cast: Cast, folder: Path, woken: list
):
    one, other = make_failed(cast), make_failed(cast)
    answer = admin.post(LIST, {"code": one.code}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert states() == [("pending", 0), ("failed", 3)]
    assert woken == [(issue_task.name, one.completion_id)]
    assert list(answer.context["page"]) == [other]
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    assert issue_certificate(one.completion_id).state == "issued"


def test_the_button_pressed_twice_gives_no_further_attempts(admin: Client, cast: Cast, woken: list):
    one = make_failed(cast)
    admin.post(LIST, {"code": one.code})
    Certificate.objects.filter(pk=one.pk).update(attempts=2)
    answer = admin.post(LIST, {"code": one.code}, follow=True)
    assert (states(), len(woken)) == ([("pending", 2)], 1)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "info"]


def test_all_are_left_to_the_sweep(admin: Client, cast: Cast, certificate: Certificate, woken: list):
    for _ in range(3):
        make_failed(cast)
    admin.post(LIST)
    assert states() == [("issued", 1), *[("pending", 0)] * 3]
    assert woken == []


def test_the_list_costs_the_same_queries_for_one_and_three(
    admin: Client, cast: Cast, django_assert_max_num_queries
):
    make_failed(cast)
    admin.get(LIST)
    counted = []
    for _ in range(2):
        with django_assert_max_num_queries(20) as queries:
            admin.get(LIST)
        counted.append(len(queries))
        make_failed(cast)
        make_failed(cast)
    assert counted[0] == counted[1]
