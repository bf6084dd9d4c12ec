"""The card types that ask something of the learner: what a trainer may save, and what a phone without scripts shows."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.test.utils.form_data import nested_form_data, streamfield

from courses.cards import CardsBlock
from courses.cards.base import Card
from courses.models import Module
from courses.rendering import CardView, cards_of
from tests.courses.conftest import make_course
from tests.factories import Cast, make_module
from tests.factories import make_course as learners_course


def choice(text: str = "Một", *, advisable: bool = False) -> dict[str, Any]:
    return {"text": text, "consequence": f"Hệ quả {text}", "advisable": advisable}


def option(text: str = "Một", *, right: bool = False) -> dict[str, Any]:
    return {"text": text, "right": right, "word": f"Giải thích {text}"}


def decision(*choices: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return ("decision", {"heading": "Quyết định", "situation": "Có người đến.", "choices": list(choices)})


def check(*options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return ("check", {"heading": "Tự kiểm tra", "question": "Ký trước hay sau?", "options": list(options)})


def flip(front: str = "TUQ.", back: str = "Thừa ủy quyền") -> tuple[str, dict[str, Any]]:
    return ("flip", {"heading": "Lật thẻ", "front": front, "back": back})


def checklist(*tasks: str) -> tuple[str, dict[str, Any]]:
    return ("checklist", {"heading": "Trước khi ký", "intro": "Mỗi lần.", "tasks": list(tasks)})


def shown(*cards: tuple[str, dict[str, Any]]) -> list[CardView]:
    return cards_of(make_module(learners_course(), cards=list(cards)).current_version)


def complaints(error: Exception) -> list[str]:
    inside = getattr(error, "block_errors", {}) or {}
    whole = [str(text) for text in getattr(error, "non_block_errors", ())]
    return whole + [text for each in inside.values() for text in complaints(each)]


def said_about(card: tuple[str, dict[str, Any]]) -> list[str]:
    block: Card = CardsBlock().child_blocks[card[0]]
    with translation.override("vi"):
        try:
            block.clean(block.normalize(card[1]))
        except ValidationError as error:
            return complaints(error)
    return []


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (checklist("Một", "Hai"), []),
        (checklist("Một"), ["Cần ít nhất 2 mục"]),
        (checklist(*"abcdefghiklmn"), ["Nhiều nhất 12 mục"]),
        (flip(), []),
        (decision(choice(advisable=True), choice()), []),
        (decision(choice(), choice()), ["Hãy đánh dấu ít nhất một lựa chọn là nên làm."]),
        (
            decision(choice(advisable=True), choice(advisable=True)),
            [
                "Lựa chọn nào cũng nên làm thì không còn gì để quyết định. Hãy bỏ đánh dấu ít nhất một lựa chọn."
            ],
        ),
        (decision(choice(advisable=True)), ["Cần ít nhất 2 mục"]),
        (decision(*[choice()] * 4, choice(advisable=True)), ["Nhiều nhất 4 mục"]),
        (check(option(right=True), option()), []),
        (check(option(right=True), option(right=True), option()), []),
        (check(option(), option()), ["Hãy đánh dấu ít nhất một câu trả lời là đúng."]),
        (
            check(option(right=True), option(right=True)),
            [
                "Câu trả lời nào cũng đúng thì không kiểm tra được gì. Hãy bỏ đánh dấu ít nhất một câu trả lời."
            ],
        ),
    ],
)
def test_a_trainer_is_told_what_a_card_lacks(db, card, said):
    assert said_about(card) == said


def test_a_draft_may_still_lack_its_right_answer(db):
    block = CardsBlock().child_blocks["check"]
    block.defer_required_validation()
    block.clean(block.normalize(check(option(), option())[1]))
    block.restore_deferred_validation()
    with pytest.raises(ValidationError):
        block.clean(block.normalize(check(option(), option())[1]))


def test_the_error_stands_at_the_list_it_is_about(db):
    block = CardsBlock().child_blocks["decision"]
    with pytest.raises(ValidationError) as raised:
        block.clean(block.normalize(decision(choice(), choice())[1]))
    assert isinstance(raised.value.block_errors["choices"], ListBlockValidationError)


def test_a_flip_card_opens_without_script(db):
    (card,) = shown(flip("TUQ.\nlà gì?", "Thừa ủy quyền.\n\nCó thời hạn."))
    assert card.html.startswith("<h1>Lật thẻ</h1>\n<details ")
    front, back = card.html.split("</summary>")
    assert "TUQ.<br>là gì?" in front
    assert "<p>Thừa ủy quyền.</p>\n\n<p>Có thời hạn.</p>" in back


def test_each_choice_shows_its_own_consequence_in_words_and_not_only_in_colour(db):
    (card,) = shown(decision(choice("Nhận", advisable=True), choice("Trả lại")))
    first, second = card.html.split("<li>")[1:]
    assert (first.count("<details"), second.count("<details")) == (1, 1)
    for text, words in (("Nhận", first), ("Trả lại", second)):
        assert words.index(text) < words.index("</summary>") < words.index(f"Hệ quả {text}")
    assert (">Nên làm<" in first, ">Không nên<" in first) == (True, False)
    assert (">Nên làm<" in second, ">Không nên<" in second) == (False, True)
    assert "không được lưu" in card.html


def test_a_self_check_says_that_it_is_not_graded_and_answers_at_once(db):
    (card,) = shown(check(option("Ký trước", right=True), option("Ký sau")))
    assert "không tính điểm" in card.html
    first, second = card.html.split("<li>")[1:]
    assert ">Đúng<" in first
    assert "Giải thích Ký trước" in first
    assert ">Chưa đúng<" in second
    assert "<form" not in card.html


def test_a_checklist_is_kept_in_the_process_without_anybodys_ticks(db):
    (card,) = shown(checklist("Một", "Hai"))
    assert card.html.count('type="checkbox"') == 2
    assert " checked" not in card.html


def test_what_a_trainer_types_is_text_and_never_markup(db):
    nasty = "<script>alert(1)</script>"
    cards = shown(
        checklist(nasty, nasty),
        flip(nasty, nasty),
        decision(choice(nasty, advisable=True), choice(nasty)),
        check(option(nasty, right=True), option(nasty)),
    )
    assert len(cards) == 4
    assert all("<script" not in card.html for card in cards)


def test_a_trainer_publishes_them_from_the_editor_and_items_keep_their_ids(client, cast: Cast):
    """From the form of the editor to a second version: a reworded item is still the same item."""
    client.force_login(cast.trainer)
    course = make_course()
    form = {
        "title": "Ký số",
        "summary": "",
        "minutes": "8",
        "required": "on",
        "slug": "ky-so",
        "basis_links": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000},
        "action-publish": "1",
    }

    def items(*tasks: tuple[str, str]) -> dict[str, Any]:
        rows = {
            str(at): {"value": text, "id": key, "deleted": "", "order": str(at), "type": "item"}
            for at, (text, key) in enumerate(tasks)
        }
        return {"count": str(len(tasks)), **rows}

    value = {"heading": "Trước khi ký", "intro": ""}
    first = {
        **form,
        "cards": streamfield([("checklist", {**value, "tasks": items(("Một", ""), ("Hai", ""))})]),
    }
    client.post(
        reverse("wagtailadmin_pages:add", args=["courses", "module", course.pk]), nested_form_data(first)
    )
    module = Module.objects.get(slug="ky-so")
    kept = [item["id"] for item in module.current_version.cards[0]["value"]["tasks"]]
    tasks = items(("Một, viết rõ hơn", kept[0]), ("Hai", kept[1]), ("Ba", ""))
    second = {**form, "change": "editorial", "cards": streamfield([("checklist", {**value, "tasks": tasks})])}
    second["cards"]["0"]["id"] = module.current_version.card_ids[0]
    client.post(reverse("wagtailadmin_pages:edit", args=[module.pk]), nested_form_data(second))
    module.refresh_from_db()
    now = module.current_version.cards[0]["value"]["tasks"]
    assert module.current_version.number == 2
    assert [item["value"] for item in now] == ["Một, viết rõ hơn", "Hai", "Ba"]
    assert [item["id"] for item in now[:2]] == kept
