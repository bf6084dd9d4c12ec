import datetime
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils import translation
from PIL import Image as Picture
from wagtail.images.models import Image

from courses import rendering
from courses.models import LegalBasis, Module, ModuleLegalBasis, ModuleVersion
from courses.rendering import cards_of, legal_bases_of
from tests.courses.conftest import make_course, make_module
from tests.factories import make_basis, text_card


@pytest.fixture(autouse=True)
def _cold(monkeypatch: pytest.MonkeyPatch) -> None:
    rendering._kept.clear()


def make_image(width: int = 800, height: int = 450) -> Image:
    file = BytesIO()
    Picture.new("RGB", (width, height), "teal").save(file, "PNG")
    return Image.objects.create(title="Màn hình", file=ImageFile(file, name="man-hinh.png"))


def make_drawing() -> Image:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1440 900"><path d="M0 0h9v9z"/></svg>'
    return Image.objects.create(title="Sơ đồ", file=ImageFile(ContentFile(drawing), name="so-do.svg"))


def version_of(*cards: tuple) -> ModuleVersion:
    module = make_module(make_course(), publish=False)
    module.cards = list(cards)
    module.save_revision().publish()
    return Module.objects.get(pk=module.pk).current_version


def screen(image: Image, *, text: str = "Nút Ký số", **fields: str) -> dict:
    spots = [{"text": text, "x": 12, "y": 30}, {"text": "Nút Gửi", "x": 100, "y": 0}]
    return {
        "heading": "Ký trên Cổng",
        "intro": "",
        "image": image,
        "image_alt": "Màn hình",
        "spots": spots,
        **fields,
    }


def test_a_card_has_its_heading_as_the_only_h1(db):
    version = version_of(
        text_card("Văn bản"),
        ("steps", {"heading": "Các bước", "intro": "", "steps": ["Một", "Hai"]}),
        ("do_dont", {"heading": "Nên và không", "do": ["Ký"], "dont": ["Quên"]}),
        ("case", {"heading": "Tình huống", "situation": "A", "right": "B", "why": "", "wrong": ""}),
        ("screen", screen(make_drawing(), heading="Màn hình")),
        ("quote", {"heading": "Luật nói", "basis": make_basis(), "article": "Điều 1", "words": "A"}),
    )
    cards = cards_of(version)
    assert [card.id for card in cards] == version.card_ids
    assert [(card.kind, card.heading) for card in cards] == [
        ("text", "Văn bản"),
        ("steps", "Các bước"),
        ("do_dont", "Nên và không"),
        ("case", "Tình huống"),
        ("screen", "Màn hình"),
        ("quote", "Luật nói"),
    ]
    for card in cards:
        assert card.html.startswith(f"<h1>{card.heading}</h1>")
        assert card.html.count("<h1") == 1


def test_what_a_trainer_types_is_text_and_never_markup(db):
    nasty = "<script>alert(1)</script>"
    version = version_of(
        ("steps", {"heading": nasty, "intro": nasty, "steps": [nasty, nasty]}),
        ("do_dont", {"heading": nasty, "do": [nasty], "dont": [nasty]}),
        ("case", {"heading": nasty, "situation": nasty, "right": nasty, "why": nasty, "wrong": nasty}),
        ("screen", screen(make_drawing(), heading=nasty, intro=nasty, image_alt=nasty, text=nasty)),
        (
            "quote",
            {
                "heading": nasty,
                "basis": make_basis(nasty),
                "article": nasty,
                "words": nasty,
                "meaning": nasty,
            },
        ),
        text_card(nasty),
    )
    assert all("<script" not in card.html for card in cards_of(version))


def test_rich_text_keeps_what_the_editor_offers_and_nothing_else(db):
    body = (
        '<p style="color:red" onclick="x()">Chữ <b>đậm</b><i>nghiêng</i><script>alert(1)</script></p>'
        '<ul><li>một</li></ul><img src="x" onerror="alert(1)"><iframe src="//x"></iframe>'
        '<a href="javascript:alert(1)">xấu</a><a href="https://vanban.example/30">tốt</a>'
    )
    html = cards_of(version_of(text_card("Thẻ", body)))[0].html
    assert html == (
        '<h1>Thẻ</h1>\n<div class="body"><p>Chữ <b>đậm</b><i>nghiêng</i>alert(1)</p><ul><li>một</li></ul>'
        '<a>xấu</a><a href="https://vanban.example/30" rel="noopener" target="_blank">tốt</a></div>'
    )


def test_a_link_to_another_lesson_leads_to_the_learners_page(db):
    course = make_course()
    other = make_module(course)
    version = version_of(text_card("Thẻ", f'<p><a linktype="page" id="{other.pk}">bài</a></p>'))
    html = cards_of(version)[0].html
    assert f'<a href="/khoa-hoc/{course.slug}/{other.slug}/">bài</a>' in html


def test_a_picture_is_small_lazy_and_described(db):
    card = ("text", {"heading": "Thẻ", "body": "<p>A</p>", "image": make_image(), "image_alt": "Nút Ký số"})
    html = cards_of(version_of(card))[0].html
    assert 'width="720" height="405" alt="Nút Ký số" loading="lazy"' in html
    assert html.count("-75.webp") == 3
    assert " 360w, " in html
    assert 'src="/media/images/' in html


def test_an_annotated_screen_shows_numbers_on_the_picture_and_tells_them_all_in_a_list(db):
    html = cards_of(version_of(("screen", screen(make_image(2000, 1000)))))[0].html
    marks, told = html.split("</svg></div>")
    assert '<svg aria-hidden="true" focusable="false"><svg x="12%" y="30%">' in marks
    assert '<svg x="100%" y="0%"><circle r="14"/><circle r="12"/><text>2</text></svg>' in marks
    assert 'width="720" height="360" alt="Màn hình" loading="lazy"' in marks
    assert told.endswith(
        '<ol class="steps"><li><span>Nút Ký số</span></li><li><span>Nút Gửi</span></li></ol>'
    )
    assert "style=" not in html
    larger = Image.objects.get().renditions.get(width=1600)
    assert f'href="/media/{larger.file.name}"' in told


def test_a_drawing_is_shown_as_it_is(db):
    image = make_drawing()
    html = cards_of(version_of(("screen", screen(image))))[0].html
    drawing = image.renditions.get()
    assert b'path d="M0 0h9v9z"' in drawing.file.read()
    assert f'<img src="/media/{drawing.file.name}" width="720" height="450" alt="Màn hình"' in html
    assert f'href="/media/{drawing.file.name}"' in html  # drawings lose nothing when they are opened larger


def test_a_quote_stays_as_it_was_published_whatever_becomes_of_the_register(db):
    basis = make_basis(effective_from=datetime.date(2020, 3, 5), link="https://vanban.example/30")
    quote = {
        "heading": "Ai ký",
        "basis": basis,
        "article": "Điều 13",
        "words": "Người ký là…\nvà",
        "meaning": "",
    }
    version = version_of(("quote", quote))
    basis.title, basis.effective_to = "Tên khác", datetime.date(2026, 1, 1)
    basis.save()
    expected = (
        "<strong>Điều 13</strong>, 30/2020/NĐ-CP – Công tác văn thư<br>có hiệu lực từ 05/03/2020<br>"
        '<a href="https://vanban.example/30" rel="noopener" target="_blank">Xem toàn văn</a>'
    )
    assert expected in cards_of(version)[0].html
    (draft,) = rendering.render_cards(Module.objects.get(pk=version.module_id).cards)
    assert "Tên khác<br>có hiệu lực từ 05/03/2020, hết hiệu lực sau ngày 01/01/2026" in draft.html
    LegalBasis.objects.all().delete()
    rendering._kept.clear()
    assert expected in cards_of(version)[0].html


def test_publishing_prepares_the_pictures_for_the_first_learner(db, django_capture_on_commit_callbacks):
    image = make_image()
    with django_capture_on_commit_callbacks(execute=True):
        version_of(("text", {"heading": "Thẻ", "body": "<p>A</p>", "image": image, "image_alt": "Nút"}))
    assert sorted(image.renditions.values_list("width", flat=True)) == [360, 720]


def test_a_warm_card_costs_no_query(db, django_assert_num_queries):
    card = ("text", {"heading": "Thẻ", "body": "<p>A</p>", "image": make_image(), "image_alt": "Nút Ký số"})
    version = version_of(card)
    cards = cards_of(version)
    with django_assert_num_queries(0):
        assert cards_of(version) == cards
        legal_bases_of(version)


def test_each_language_has_its_own_labels(db):
    version = version_of(("do_dont", {"heading": "Ký", "do": ["Một"], "dont": ["Hai"]}))
    with translation.override("en"):
        assert "<h2>Don't</h2>" in cards_of(version)[0].html
    with translation.override("vi"):
        assert "<h2>Không" in cards_of(version)[0].html


def test_only_so_many_versions_are_kept(db, monkeypatch):
    monkeypatch.setattr(rendering, "KEPT", 2)
    versions = [version_of(text_card(f"Thẻ {number}")) for number in range(3)]
    for version in versions:
        cards_of(version)
    assert {digest for digest, _language in rendering._kept} == {version.digest for version in versions[1:]}


def test_a_legal_basis_reads_as_a_sentence_with_its_dates(db):
    module = make_module(make_course(), publish=False)
    basis = make_basis(effective_from=datetime.date(2020, 3, 5))
    module.basis_links.add(ModuleLegalBasis(basis=basis, article="Điều 21"))
    module.save_revision().publish()
    (shown,) = legal_bases_of(Module.objects.get(pk=module.pk).current_version)
    assert shown.effective_from == datetime.date(2020, 3, 5)
    assert str(shown) == "30/2020/NĐ-CP – Công tác văn thư, Điều 21, có hiệu lực từ 05/03/2020"
