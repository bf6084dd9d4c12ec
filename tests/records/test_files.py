"""The files of lessons: who fetches them, and how they come."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.documents.models import Document

from courses.publishing import publish_version
from records.learning import open_module
from tests.factories import Cast, enrol, make_course, make_module, make_official

DATA = bytes(range(256)) * 8


def make_file(name: str = "Mẫu đơn.pdf", data: bytes = DATA) -> Document:
    return Document.objects.create(title="Mẫu đơn đề nghị", file=ContentFile(data, name=name))


def lesson_with(document: Document):
    module = make_module(make_course(), cards=1, publish=False)
    module.cards = [
        ("document", {"heading": "Mẫu đơn", "about": "Dùng khi nộp hồ sơ.", "document": document})
    ]
    module.live = True
    module.save()
    publish_version(module)
    module.refresh_from_db()
    return module


@pytest.fixture
def file(db) -> Document:
    return make_file()


def test_a_learner_of_the_lesson_and_the_editors_fetch_its_file_and_nobody_else(client, cast: Cast, file):
    module = lesson_with(file)
    course = module.get_parent().specific
    other = make_official("Trần Văn Bình")
    for official in (cast.lan, other):
        enrol(official, course)
    card = reverse("learning:card", args=[course.slug, module.slug, 1])

    anonymous = client.get(file.url)
    assert (anonymous.status_code, anonymous.url.split("?")[0]) == (302, reverse("account_login"))
    for user in (other.user, cast.ward_hr):  # Bình has not opened the lesson
        client.force_login(user)
        assert client.get(file.url).status_code == 404
    client.force_login(cast.lan.user)
    page = client.get(card).content.decode()
    assert f'href="{file.url}"' in page
    assert client.get(file.url).status_code == 200
    assert client.get(file.url.replace(".pdf", ".exe")).status_code == 404
    client.force_login(cast.trainer)
    assert client.get(file.url).status_code == 200
    assert client.get(make_file().url).status_code == 200  # of a draft

    module.live = False
    module.save()
    client.force_login(cast.lan.user)
    assert client.get(file.url).status_code == 404  # she completed the course, and the lesson was withdrawn


def test_a_document_is_taken_along_and_never_shown_in_the_page(client, cast: Cast, file):
    client.force_login(cast.trainer)
    headers = client.get(file.url).headers
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''M%E1%BA%ABu")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "private" in headers["Cache-Control"]
    played = client.get(make_file("bai-giang.mp4").url).headers
    assert (played["Content-Type"], "Content-Disposition" in played) == ("video/mp4", False)
    strange = client.get(
        make_file("tep.html").url
    ).headers  # nobody can upload one; what lies there is harmless
    assert strange["Content-Type"] == "application/octet-stream"
    assert strange["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "told", "body"),
    [
        (None, 200, None, DATA),
        ("bytes=0-", 206, "bytes 0-2047/2048", DATA),
        ("bytes=10-19", 206, "bytes 10-19/2048", DATA[10:20]),
        ("bytes=2000-9999", 206, "bytes 2000-2047/2048", DATA[2000:]),
        ("bytes=-8", 206, "bytes 2040-2047/2048", DATA[-8:]),
        ("bytes=-9999", 206, "bytes 0-2047/2048", DATA),
        ("bytes=0-1,5-6", 200, None, DATA),
        ("pages=1-2", 200, None, DATA),
        pytest.param(f"bytes={'9' * 5_000}-", 200, None, DATA, id="more digits than a number has"),
        ("bytes=2048-", 416, "bytes */2048", b""),
        ("bytes=-0", 416, "bytes */2048", b""),
        ("bytes=-", 416, "bytes */2048", b""),
    ],
)
def test_a_file_comes_in_parts_and_is_not_compressed_on_the_way(
    client: Client, cast: Cast, asked, status, told, body
):
    client.force_login(cast.trainer)
    headers = {"Accept-Encoding": "gzip", **({"Range": asked} if asked else {})}
    response = client.get(make_file("bai-giang.mp4").url, headers=headers)
    assert (response.status_code, response.headers.get("Content-Range")) == (status, told)
    assert (b"".join(response.streaming_content) if response.streaming else response.content) == body
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in response.headers
    if status != 416:
        assert response.headers["Content-Length"] == str(len(body))


def test_a_file_that_the_storage_lost_is_not_found(client, cast: Cast, file):
    client.force_login(cast.trainer)
    file.file.storage.delete(file.file.name)
    assert client.get(file.url).status_code == 404


def test_fetching_a_file_costs_few_queries(client, cast: Cast, file, django_assert_max_num_queries):
    module = lesson_with(file)
    open_module(enrol(cast.lan, module.get_parent().specific), module)
    client.force_login(cast.lan.user)
    with django_assert_max_num_queries(8):
        client.get(file.url)
