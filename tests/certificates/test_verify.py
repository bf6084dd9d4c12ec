"""Anybody who holds the paper can check it; nobody learns more than what is printed."""

import io
import re
from html import unescape

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from certificates.issuing import enter_in_register, revoke
from certificates.models import Certificate
from certificates.printed import printed
from certificates.rendering import render_certificate
from certificates.views import GUESSES
from records.models import Completion
from tests.certificates.conftest import issue
from tests.factories import Cast, correct

TAGS = re.compile(r"<[^>]*>")


def address(certificate: Certificate) -> str:
    return reverse("certificates:verify", args=[certificate.code])


def text_of(response) -> str:
    return " ".join(unescape(TAGS.sub(" ", response.content.decode())).split())


def test_every_word_on_the_paper_is_on_the_page(
    client: Client, cast: Cast, completion: Completion, folder, settings
):
    settings.CERTIFICATE_SIGNER_TITLE = "KT. Chủ tịch|Phó Chủ tịch"
    settings.CERTIFICATE_SIGNER_NAME = "Trần Văn Bình"
    issue(completion)
    certificate = issue(correct(completion, cast.admin, full_name="H'Hen Niê-Kđăm"))
    paper = (
        pypdf.PdfReader(io.BytesIO(render_certificate(certificate)))
        .pages[0]
        .extract_text(extraction_mode="layout")
    )
    page = text_of(client.get(address(certificate)))
    on_paper = set(paper.replace(":", " ").split()) - {"•"}
    assert len(on_paper) > 50
    assert on_paper - set(page.replace(":", " ").split()) == set()


def test_every_line_stands_on_the_page_word_for_word(client: Client, certificate: Certificate):
    response = client.get(address(certificate))
    assert response.context["lines"] == printed(certificate)
    page = text_of(response)
    for line in printed(certificate):
        assert f"{line.label}: {line.text}".removeprefix(": ") in page


def test_page_of_an_issued_certificate_says_valid_and_shows_the_hash(
    client: Client, certificate: Certificate
):
    response = client.get(address(certificate))
    assert response.status_code == 200
    assert response.context["standing"] == "valid"
    assert certificate.sha256 in text_of(response)


def test_page_of_an_entry_without_its_file_says_so(client: Client, completion: Completion):
    entry = enter_in_register(completion)
    response = client.get(address(entry))
    assert response.context["standing"] == "pending"
    assert "SHA-256" not in text_of(response)


def test_revoked_certificate_shows_the_day_and_not_the_reason(client: Client, cast: Cast, certificate):
    revoke(certificate, reason="Học hộ người khác", by=cast.admin)
    response = client.get(address(certificate))
    assert response.context["standing"] == "revoked"
    page = text_of(response)
    assert f"{certificate.revocation.revoked_at:%Y}" in page
    assert "Học hộ" not in page
    assert "quan-tri" not in page


def test_replaced_certificate_leads_to_its_successor(client: Client, cast: Cast, certificate: Certificate):
    new = issue(correct(certificate.completion, cast.admin, full_name="Nguyễn Thị Lân"))
    response = client.get(address(certificate))
    assert response.context["standing"] == "replaced"
    assert f'href="{address(new)}"' in response.content.decode()
    assert "Nguyễn Thị Lân" not in text_of(response)
    assert client.get(address(new)).context["standing"] == "valid"


def test_certificate_both_replaced_and_revoked_is_revoked(
    client: Client, cast: Cast, certificate: Certificate
):
    issue(correct(certificate.completion, cast.admin))
    revoke(certificate, reason="Học hộ", by=cast.admin)
    assert client.get(address(certificate)).context["standing"] == "revoked"


def test_page_shows_no_more_of_the_person_than_the_paper(client: Client, certificate: Certificate):
    official = certificate.official
    official.phone = "0909123456"
    official.save()
    page = client.get(address(certificate)).content.decode()
    for secret in (official.email, official.phone, official.staff_number, certificate.file.name):
        assert secret
        assert secret not in page


def test_page_is_not_indexed_not_kept_and_tells_no_other_site(client: Client, certificate: Certificate):
    for path in (address(certificate), "/xac-minh/khong-co-ma-nao-nhu-vay/"):
        headers = client.get(path).headers
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "code",
    ["khong-co-ma-nao-nhu-vay", "x", "x" * 300, "%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00", "ễ" * 22],
)
def test_unknown_code_is_explained(client: Client, certificate: Certificate, code: str):
    response = client.get(f"/xac-minh/{code}/")
    assert response.status_code == 404
    assert response.templates[0].name == "certificates/unknown.html"


def test_code_in_other_letters_is_another_code(client: Client, certificate: Certificate):
    assert client.get(f"/xac-minh/{certificate.code.swapcase()}/").status_code == 404


def test_guessing_is_slowed_and_valid_codes_stay_open(client: Client, certificate: Certificate):
    statuses = [client.get(f"/xac-minh/{number:022d}/").status_code for number in range(GUESSES + 2)]
    assert statuses == [404] * GUESSES + [429] * 2
    assert client.get(address(certificate)).status_code == 200
    assert client.get(f"/xac-minh/{0:022d}/", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_page_costs_one_query(client: Client, certificate: Certificate, django_assert_num_queries):
    client.get(address(certificate))
    with django_assert_num_queries(1):
        client.get(address(certificate))


def test_only_reading_is_possible(client: Client, certificate: Certificate):
    assert client.post(address(certificate)).status_code == 405
