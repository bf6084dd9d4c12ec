"""What a trainer is told about a lesson: time, weight, cards, pictures, bases; whatever the type of its cards."""

import datetime
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import RichText

from courses.advice import advice_on, on_bases, on_cards, on_time, reading_minutes
from courses.cards import CardsBlock
from courses.cards.base import Card
from courses.cards.texts import pictures_in, pictures_without_words
from courses.models import LegalBasis, Module
from courses.preview import stylesheet
from courses.rendering import CardView
from courses.weighing import weigh
from tests.courses.test_editor import module_form, png
from tests.factories import make_course, make_module, text_card


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def stream(*cards: tuple[str, dict[str, Any]], block: blocks.StreamBlock | None = None) -> blocks.StreamValue:
    return (block or CardsBlock()).normalize(list(cards))


def syllables(count: int) -> str:
    return " ".join(["chữ"] * count)


def test_the_time_counts_every_syllable_whatever_the_card():
    texts = {
        "heading": "Không tính",
        "situation": syllables(200),
        "right": syllables(150),
        "why": syllables(50),
    }
    assert reading_minutes(stream(("case", texts))) == 2
    rich = (
        "text",
        {"heading": "A", "body": RichText(f"<p>{syllables(100)}</p><p><b>{syllables(100)}</b></p>")},
    )
    steps = ("steps", {"heading": "A", "intro": "", "steps": [syllables(100), syllables(100)]})
    assert reading_minutes(stream(rich, steps)) == 2
    assert reading_minutes(stream()) == 0


def test_a_task_takes_longer_than_its_words():
    options = [
        {"text": "Có", "right": True, "word": "Đúng"},
        {"text": "Không", "right": False, "word": "Sai"},
    ]
    check = ("check", {"heading": "A", "question": "Ai ký?", "options": options})
    assert reading_minutes(stream(*[check] * 4)) == 2  # a minute of choosing, and a few words


def test_more_than_ten_minutes_is_told():
    ten = [text_card(f"Thẻ {n}", f"<p>{syllables(200)}</p>") for n in range(10)]
    assert list(on_time(stream(*ten))) == []
    (sentence,) = on_time(stream(*ten, text_card("Thêm", "<p>một</p>")))
    assert "about 11 minutes" in sentence


def test_a_card_too_long_is_named_and_what_is_folded_away_does_not_count():
    assert list(on_cards(stream(text_card("Vừa", f"<p>{syllables(75)} – …</p>")))) == []
    (sentence,) = on_cards(stream(text_card("Dài", f"<p>{syllables(76)}</p>")))
    assert "“Dài” has 76 words; 75 fit" in sentence
    flip = ("flip", {"heading": "Lật", "front": syllables(40), "back": syllables(60)})
    assert list(on_cards(stream(flip))) == []
    assert reading_minutes(stream(*[flip] * 2)) == 2


class Album(Card):
    """A type that nobody has written yet: pictures in a list, and something of its own to say."""

    task_seconds = 30
    pictures = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("picture", blocks.Block()),
                ("photo", ImageChooserBlock()),  # of its own: a block takes the name under which it stands
                ("photo_alt", blocks.CharBlock(required=False)),
                ("caption", blocks.CharBlock()),
                ("source", blocks.URLBlock(required=False)),
            ]
        )
    )

    def own_warnings(self, value: Any) -> list[str]:
        return ["Too few."] if len(value["pictures"]) < 3 else []


def test_a_card_type_of_tomorrow_is_walked_as_well():
    block = Album()
    photo = {"photo": object(), "caption": "hai chữ", "source": "https://vi.example"}
    value = block.normalize(
        {"heading": "Ảnh", "pictures": [{**photo, "photo_alt": "Quầy"}, {**photo, "photo_alt": ""}]}
    )
    assert block.words_read(value) == ["hai", "chữ", "hai", "chữ"]
    assert (pictures_in(block, value), pictures_without_words(block, value)) == (2, 1)
    album = blocks.StreamBlock([("album", block)])
    sentences = list(on_cards(album.normalize([("album", value)])))
    assert "“Ảnh” has no description" in sentences[0]
    assert sentences[1:] == ["Too few."]


def test_bases_out_of_effect_or_not_yet_in_effect_are_told():
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    bases = [
        LegalBasis(number="Hết", effective_to=today - day),
        LegalBasis(number="Chưa", effective_from=today + day),
        LegalBasis(number="Còn", effective_from=today, effective_to=today + 61 * day),
    ]
    assert [sentence.split()[0] for sentence in on_bases(bases)] == ["Hết", "Chưa"]


def test_the_weight_counts_each_file_once_and_keeps_apart_what_is_loaded_on_demand(monkeypatch):
    sizes = {"a.webp": 1000, "b.webp": 500, "c.mp4": 9000, "d.pdf": 300, "p.webp": 50}
    url = settings.MEDIA_URL
    monkeypatch.setattr("courses.weighing.size_of", lambda address: sizes.get(address.removeprefix(url), 0))
    html = (
        f'<h1>A</h1><img src="{url}a.webp" srcset="{url}b.webp 360w"><img src="{url}a.webp"><img src="/x.png">'
        f'<video poster="{url}p.webp"><source src="{url}c.mp4"></video><a href="{url}d.pdf">Tệp</a><a href="/">B</a>'
    )
    cards = [CardView(str(n), "A", "text", mark_safe(html)) for n in range(2)]
    weight = weigh(cards)
    assert (weight.pictures, weight.media, weight.documents) == (1050, 9000, 300)
    assert 100 < weight.text < 2 * len(html)
    assert weight.total == weight.text + weight.pictures


def test_the_preview_weighs_a_real_picture_and_warns(client, cast):
    from wagtail.images.models import Image

    client.force_login(cast.trainer)
    client.cookies["django_language"] = "en"
    module = make_module(make_course(), cards=1)
    image = Image.objects.create(title="Màn hình", file=png())
    module.cards = [("text", {"heading": "Thẻ", "body": f"<p>{syllables(80)}</p>", "image": image})]
    module.save_revision()
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[module.pk])
    for look, other in (("light", "dark"), ("dark", "light")):
        page = client.get(reverse("wagtailadmin_pages:view_draft", args=[module.pk])).content.decode()
        assert "has 80 words" in page
        client.post(preview, module_form(slug=module.slug))
        page = client.get(f"{preview}?mode={look}&in_preview_panel=true").content.decode()
        assert f"/xem-truoc/{look}.css" in page
        assert f"/xem-truoc/{other}.css" not in page
        assert "Nothing to mend was found." in page
    notes = client.get(reverse("wagtailadmin_pages:view_draft", args=[module.pk])).context["notes"]
    assert (notes.minutes, len(notes.warnings)) == (1, 2)
    assert 0 < notes.weight.pictures < 5000
    assert advice_on(Module.objects.get(pk=module.pk)) == []  # what is published says nothing of the draft


def test_the_looks_are_the_learners_own_colours(client, cast):
    assert "(prefers-color-scheme: dark)" not in stylesheet("dark")
    assert "@media all {\n  :root {" in stylesheet("dark")
    assert "@media not all {\n  :root {" in stylesheet("light")
    client.force_login(cast.trainer)
    assert client.get("/quan-tri/xem-truoc/dark.css").headers["Content-Type"].startswith("text/css")
    assert client.get("/quan-tri/xem-truoc/other.css").status_code == 404
    client.force_login(cast.lan.user)
    assert client.get("/quan-tri/xem-truoc/dark.css").status_code == 404
