"""Pages of the installation itself."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from tests.factories import Cast


def test_health_answers_while_the_database_does(client: Client, db: None):
    response = client.get("/suc-khoe/")
    assert (response.status_code, response.content) == (200, b"ok")


def test_a_lessons_picture_comes_from_the_storage_and_may_be_kept_for_long(client: Client, db: None):
    name = default_storage.save("images/nut-ky-so.webp", ContentFile(b"RIFF"))
    response = client.get(f"/media/{name}")
    assert b"".join(response.streaming_content) == b"RIFF"
    assert response.headers["Content-Type"] == "image/webp"
    assert "immutable" in response.headers["Cache-Control"]


def test_a_drawing_opened_by_itself_runs_nothing(client: Client, db: None):
    name = default_storage.save("images/so-do.svg", ContentFile(b"<svg/>"))
    response = client.get(f"/media/{name}")
    assert response.headers["Content-Type"] == "image/svg+xml"
    policy = response.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "images/khong-co.webp",
        "images/..",
        "images/..%2f..%2fsecret-key",
        "images/%00",
        "original_images/a.png",
    ],
)
def test_nothing_but_pictures_is_served(client: Client, db: None, path: str):
    default_storage.save("original_images/a.png", ContentFile(b"PNG"))
    assert client.get(f"/media/{path}").status_code == 404


def test_the_editors_account_page_is_the_profile(client: Client, cast: Cast):
    client.force_login(cast.trainer)
    assert client.get("/quan-tri/account/").headers["Location"] == "/ho-so/"


def test_an_unknown_address_gets_a_page_that_says_what_to_do(client: Client, db: None):
    response = client.get("/khong-co/")
    assert response.status_code == 404
    assert "Không có trang này" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "thong-ke/{}/",
        "thong-ke/bai-hoc/{}/",
        "bai-hoc/{}/phien-ban/",
        "khong-khop/{}/a/",
        "khong-khop/?module={}",
        "khoa-hoc/{}/xuat/",
    ],
)
def test_a_number_that_no_database_holds_names_nothing(client: Client, cast: Cast, address: str):
    client.force_login(cast.trainer)
    assert client.get(f"/quan-tri/{address.format('9' * 30)}").status_code in {404, 200}


def test_a_form_from_elsewhere_is_refused_with_a_sentence(cast: Cast):
    phone = Client(enforce_csrf_checks=True)
    response = phone.post("/tai-khoan/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "Biểu mẫu đã hết hạn" in response.content.decode()


def test_english_is_chosen_by_a_person_and_not_by_the_phones_setting(client: Client, db: None):
    page = client.get("/tai-khoan/login/", headers={"Accept-Language": "en"})
    assert 'lang="vi"' in page.content.decode()
    client.post("/ngon-ngu/", {"language": "en", "next": "/tai-khoan/login/"})
    assert 'lang="en"' in client.get("/tai-khoan/login/").content.decode()
