"""My certificates, and who may have a file (rules 2, 3 and 8)."""

import datetime
import logging
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.issuing import enter_in_register, revoke
from certificates.models import Certificate
from people.models import Official
from tests.certificates.conftest import issue
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    THANH_VINH,
    Cast,
    correct,
    make_completion,
    make_hr,
    make_official,
    make_posting,
)

MINE = "/giay-xac-nhan/"


def file_of(certificate: Certificate) -> str:
    return reverse("certificates:download", args=[certificate.code])


def page_for(client: Client, official: Official):
    client.force_login(official.user)
    return client.get(MINE)


def test_address_is_the_one_that_messages_name():
    assert reverse("certificates:mine") == MINE


def test_official_sees_own_certificates_and_nobody_elses(client: Client, certificate: Certificate):
    other = make_official("Trần Thị Bé")
    theirs = issue(make_completion(other))
    response = page_for(client, certificate.official)
    assert list(response.context["certificates"]) == [certificate]
    assert file_of(certificate) in response.content.decode()
    assert theirs.code not in response.content.decode()


def test_page_is_empty_before_the_first_course(client: Client, cast: Cast):
    response = page_for(client, cast.lan)
    assert (list(response.context["certificates"]), list(response.context["waiting"])) == ([], [])
    assert reverse("learning:home") in response.content.decode()


def test_completion_shows_before_its_certificate_is_entered(client: Client, completion):
    response = page_for(client, completion.official)
    assert list(response.context["waiting"]) == [completion]
    assert ".pdf" not in response.content.decode()


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_entry_without_a_file_says_its_number_and_offers_no_download(client: Client, completion, state: str):
    entry = enter_in_register(completion)
    Certificate.objects.filter(pk=entry.pk).update(state=state)
    response = page_for(client, completion.official)
    assert str(entry) in response.content.decode()
    assert file_of(entry) not in response.content.decode()
    assert list(response.context["waiting"]) == []


def test_replaced_and_revoked_ones_stay_in_the_list(client: Client, cast: Cast, certificate: Certificate):
    new = issue(correct(certificate.completion, cast.admin))
    revoke(new, reason="Học hộ người khác", by=cast.admin)
    response = page_for(client, cast.lan)
    assert list(response.context["certificates"]) == [new, certificate]
    assert "Học hộ người khác" in response.content.decode()


def test_list_costs_as_much_with_three_as_with_one(
    client: Client, cast: Cast, certificate: Certificate, django_assert_num_queries
):
    page_for(client, cast.lan)
    for _ in range(2):
        issue(make_completion(cast.lan))
        make_completion(cast.lan)
    revoke(certificate, reason="Học hộ", by=cast.admin)
    with django_assert_num_queries(4):  # session with user, official, certificates, what is being made
        client.get(MINE)


def test_stranger_is_sent_to_the_sign_in(client: Client, certificate: Certificate):
    for path in (MINE, file_of(certificate)):
        response = client.get(path)
        assert response.status_code == 302
        assert response.url.startswith("/tai-khoan/login/")


# --- The file --------------------------------------------------------------------------------------------------


def test_owner_downloads_the_stored_bytes_under_the_register_number(
    client: Client, certificate: Certificate, folder: Path
):
    client.force_login(certificate.official.user)
    response = client.get(file_of(certificate))
    assert response.content == (folder / certificate.file.name).read_bytes()
    assert response["Content-Type"] == "application/pdf"
    name = f"giay-xac-nhan-{certificate.number:06d}-{certificate.year}.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["ETag"] == f'"{certificate.sha256}"'
    assert response["Cache-Control"] == "private, no-cache"


def test_phone_that_has_the_file_is_not_sent_it_again(client: Client, certificate: Certificate):
    client.force_login(certificate.official.user)
    response = client.get(file_of(certificate), headers={"If-None-Match": f'"{certificate.sha256}"'})
    assert (response.status_code, response.content) == (304, b"")


def statuses(client: Client, certificate: Certificate, *users) -> list[int]:
    found = []
    for user in users:
        client.force_login(user)
        found.append(client.get(file_of(certificate)).status_code)
    return found


def test_file_is_for_its_owner_hr_of_the_ward_and_the_administrator(
    client: Client, cast: Cast, certificate: Certificate
):
    colleague = make_official("Trần Thị Bé", at=CAU_ONG_LANH)
    next_ward = make_hr(of_ward=BINH_THANH)
    may = [cast.lan.user, cast.ward_hr, cast.province_hr, cast.admin]
    may_not = [cast.other_hr, cast.trainer, colleague.user, next_ward]
    assert statuses(client, certificate, *may) == [200, 200, 200, 200]
    assert statuses(client, certificate, *may_not) == [404, 404, 404, 404]


def test_after_a_transfer_both_wards_may_have_the_file(client: Client, cast: Cast, certificate: Certificate):
    today = timezone.localdate()
    cast.lan.postings.update(ends_on=today - datetime.timedelta(days=1))
    make_posting(cast.lan, THANH_VINH, starts_on=today)
    assert statuses(client, certificate, cast.ward_hr, cast.other_hr) == [200, 200]
    assert statuses(client, certificate, make_hr(of_ward=BINH_THANH)) == [404]


def test_ward_where_the_official_served_in_between_may_not(
    client: Client, cast: Cast, certificate: Certificate
):
    today = timezone.localdate()
    cast.lan.postings.update(ends_on=today - datetime.timedelta(days=9))
    make_posting(
        cast.lan,
        BINH_THANH,
        starts_on=today - datetime.timedelta(days=8),
        ends_on=today - datetime.timedelta(days=1),
    )
    make_posting(cast.lan, CAU_ONG_LANH, starts_on=today)
    assert statuses(client, certificate, make_hr(of_ward=BINH_THANH)) == [404]


def test_certificate_without_a_ward_is_for_its_owner_and_the_administrator(
    client: Client, cast: Cast, folder: Path
):
    official = make_official("Lê Văn Chưa Phân Công", at=None)
    certificate = issue(make_completion(official))
    assert statuses(client, certificate, official.user, cast.admin) == [200, 200]
    assert statuses(client, certificate, cast.ward_hr, make_hr()) == [404, 404]


@pytest.mark.parametrize("code", ["khong-co-ma-nao-nhu-vay", "x", "%00" * 20, "../../etc/passwd"])
def test_unknown_code_is_not_found(client: Client, cast: Cast, certificate: Certificate, code: str):
    client.force_login(cast.admin)
    assert client.get(f"/giay-xac-nhan/{code}.pdf").status_code == 404


def test_entry_without_a_file_is_explained(client: Client, completion):
    entry = enter_in_register(completion)
    client.force_login(completion.official.user)
    response = client.get(file_of(entry))
    assert response.status_code == 404
    assert str(entry) in response.content.decode()


@pytest.mark.parametrize("harm", ["altered", "cut", "gone"])
def test_file_that_is_not_the_issued_one_is_not_handed_out(
    client: Client, certificate: Certificate, folder: Path, caplog, harm: str
):
    file = folder / certificate.file.name
    content = file.read_bytes()
    match harm:
        case "altered":
            file.write_bytes(content.replace(b"%PDF-1.7", b"%PDF-1.6"))
        case "cut":
            file.write_bytes(content[:-10])
        case "gone":
            file.unlink()
    client.force_login(certificate.official.user)
    with caplog.at_level(logging.ERROR, "certificates.views"):
        response = client.get(file_of(certificate))
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")
    assert str(certificate) in response.content.decode()
    assert f"Certificate {certificate} is not handed out" in caplog.text
