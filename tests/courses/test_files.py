"""Files in lessons: put into the library by trainers, checked on the way in, kept once a lesson has shown them."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.documents.models import Document

from courses import rendering
from courses.models import Module
from courses.rendering import cards_of, render_cards
from courses.weighing import weigh
from tests.courses.conftest import make_course, make_module
from tests.courses.test_editor import HOME, add_url, json_text, module_form, told
from tests.factories import Cast
from tests.lib.test_filetypes import CUE, MP3, MP4, ODT, package

CAPTIONS = f"WEBVTT\n\n{CUE}\n".encode()


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    return client


def make_file(name: str, data: bytes = b"%PDF-1.7", title: str = "Mẫu đơn") -> Document:
    return Document.objects.create(title=title, file=ContentFile(data, name=name))


def published(kind: str, **value) -> Module:
    module = make_module(make_course(), publish=False)
    module.cards = [(kind, {"heading": "Thẻ", **value})]
    module.save_revision().publish()
    return Module.objects.select_related("current_version").get(pk=module.pk)


def test_a_trainer_puts_files_into_the_library_and_only_such_as_are_what_they_say(trainer, settings):
    ways = {
        reverse("wagtaildocs:add"): "",
        reverse("wagtaildocs_chooser:create"): "document-chooser-upload-",
        reverse("wagtaildocs:add_multiple"): "files[]",
    }
    files = {"don.odt": (package(**ODT), ""), "don.pdf": (b"MZ", "không phải của tệp “pdf”")}
    for address, prefix in ways.items():
        for name, (data, complaint) in files.items():
            before = Document.objects.count()
            field = prefix if prefix.endswith("]") else f"{prefix}file"
            form = {f"{prefix}title": "Đơn", f"{prefix}tags": "", field: SimpleUploadedFile(name, data)}
            response = trainer.post(address, form, headers={"X-Requested-With": "XMLHttpRequest"})
            assert Document.objects.count() - before == (not complaint), address
            assert not complaint or complaint in json_text(response), address
    settings.DOCUMENT_MAX_MB, settings.MEDIA_MAX_MB = 1, 2
    big = bytes(1024 * 1024)
    sizes = [
        ("a.txt", b"A" + b"A" * len(big), False),
        ("a.mp4", MP4 + big, True),
        ("b.mp4", MP4 + 2 * big, False),
    ]
    for name, data, taken in sizes:
        trainer.post(
            reverse("wagtaildocs:add"), {"title": name, "tags": "", "file": SimpleUploadedFile(name, data)}
        )
        assert Document.objects.filter(title=name).exists() is taken
    page = trainer.get(reverse("wagtaildocs:add")).content.decode()
    assert "tối đa 1 MB" in page
    assert "tối đa 2 MB" in page


@pytest.mark.parametrize("role", ["lan", "ward_hr"])
def test_nobody_else_has_a_way_into_the_library(client, cast: Cast, role):
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    for name in ("wagtaildocs:index", "wagtaildocs:add", "wagtaildocs_chooser:choose"):
        assert client.get(reverse(name)).status_code == 404


def test_a_lesson_takes_a_video_only_with_captions_and_each_file_only_in_its_place(trainer):
    video, sound = make_file("a.mp4", MP4), make_file("a.mp3", MP3)
    captions, paper = make_file("a.vtt", CAPTIONS), make_file("a.pdf")
    course = make_course()

    def complaints(kind: str, **value) -> list[str]:
        texts = {
            "media": {"intro": "", "transcript": "Lời", "poster": "", "captions": ""},
            "document": {"about": "Đơn"},
        }
        chosen = {name: each.pk if isinstance(each, Document) else each for name, each in value.items()}
        card = (kind, {"heading": "Thẻ", **texts[kind], **chosen})
        response = trainer.post(
            add_url(course), module_form(slug="", cards=[card], **{"action-publish": "1"})
        )
        if response.status_code == 302:
            return []
        (error,) = response.context["form"].errors["cards"].as_data()
        return [text for each in error.block_errors[0].block_errors.values() for text in each.messages]

    assert complaints("media", media=video) == [
        "Video phải có phụ đề, cho người không nghe được hoặc phải tắt tiếng."
    ]
    assert complaints("media", media=video, captions=paper) == [
        "Hãy chọn tệp loại vtt. Tệp này thuộc loại pdf."
    ]
    assert complaints("media", media=paper) == [
        "Hãy chọn tệp loại mp4, webm, mp3, m4a, ogg. Tệp này thuộc loại pdf."
    ]
    assert complaints("document", document=video) != []
    assert complaints("media", media=sound, transcript="") != []
    assert not Module.objects.filter(live=True).exists()
    assert complaints("media", media=video, captions=captions) == []
    assert complaints("media", media=sound) == []
    assert complaints("document", document=paper) == []
    assert Module.objects.filter(live=True).count() == 3


def test_a_video_loads_nothing_by_itself_and_tells_its_size_and_all_its_words(db):
    video, captions = make_file("nang.mp4", MP4 + bytes(4_400_000)), make_file("a.vtt", CAPTIONS)
    module = published("media", media=video, captions=captions, transcript="Xin <b>chào</b>", poster=None)
    (card,) = cards_of(module.current_version)
    assert (weigh([card]).media, weigh([card]).pictures) == (len(MP4) + 4_400_000, 0)
    assert '<video class="player" controls playsinline preload="none" aria-label="Thẻ">' in card.html
    assert f'<source src="{video.url}" type="video/mp4">' in card.html
    assert (
        f'<track kind="captions" srclang="vi" label="Tiếng Việt" src="{captions.url}" default>' in card.html
    )
    assert re.search(r"MP4 · 4,2\sMB\. Chỉ tải khi", card.html)
    assert "Xin &lt;b&gt;chào&lt;/b&gt;" in card.html
    sound = make_file("a.mp3", MP3)
    html = cards_of(published("media", media=sound, transcript="Lời").current_version)[0].html
    assert f'<audio class="player" controls preload="none" aria-label="Thẻ"><source src="{sound.url}"' in html


def test_a_file_of_a_published_lesson_is_neither_deleted_nor_replaced_nor_renamed_for_learners(
    client, cast: Cast
):
    document = make_file("don.pdf")
    module = published("document", about="Khi nộp hồ sơ.", document=document)
    before = cards_of(module.current_version)[0].html
    assert re.search(r"<strong>Mẫu đơn</strong>.*PDF · 8\sbyte", before, re.DOTALL)

    client.force_login(cast.trainer)
    response = client.post(reverse("wagtaildocs:delete", args=[document.pk]))
    assert told(response) == ["Mục này đang được dùng ở nơi khác nên được giữ lại. Chưa xóa gì."]
    address = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "delete"])
    response = client.post(f"{address}?id={document.pk}&next={HOME}", {"next": HOME})
    assert "Ít nhất một tệp đang được dùng trong bài học đã xuất bản. Chưa xóa gì." in told(response)

    edit = reverse("wagtaildocs:edit", args=[document.pk])
    new = SimpleUploadedFile("khac.pdf", b"%PDF-2.0")
    response = client.post(edit, {"title": "Tên khác", "tags": "", "file": new})
    assert "không thay tệp được" in response.content.decode()
    client.post(edit, {"title": "Tên khác", "tags": ""})
    document.refresh_from_db()
    assert (document.title, document.filename) == ("Tên khác", "don.pdf")
    rendering._kept.clear()
    assert cards_of(module.current_version)[0].html == before
    assert "Tên khác" in render_cards(module.cards)[0].html

    unused = make_file("thua.pdf")
    client.post(reverse("wagtaildocs:delete", args=[unused.pk]))
    assert not Document.objects.filter(pk=unused.pk).exists()
