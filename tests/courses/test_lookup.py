"""Looking up: what is found, in which order, and what is not found."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.cards import CardsBlock
from courses.cards.texts import texts_in
from courses.lookup import MOST_LETTERS, Query, findable, index_cards, marked, open_courses, search, snippet
from courses.lookup_rows import folded, rows_of
from courses.models import Course, Module, ModuleLegalBasis, PublishedCard
from courses.publishing import publish_version
from lms.lib.text import exact, fold
from tests.factories import make_basis, make_course, make_module, publish_change, text_card, unlisted


def found(text: str) -> list[str]:
    """The headings of the cards, in the order of the screen, without marks."""
    return [
        hit.heading.replace("<mark>", "").replace("</mark>", "")
        for lesson in search(Query.of(text)).lessons
        for hit in lesson.hits
    ]


@pytest.fixture
def desk(db) -> Module:
    return make_module(
        make_course(),
        "Một cửa",
        cards=[
            text_card("Chứng thực bản sao", "<p>Đối chiếu với bản chính.</p>"),
            text_card("Thời hạn", "<p>Trả bản sao trong ngày; chứng thực chữ ký cũng vậy.</p>"),
            text_card("Văn thư", "<p>Theo Nghị định 30/2020/NĐ-CP, ký số trước &amp; cấp số sau.</p>"),
            ("steps", {"heading": "Các bước", "intro": "Làm lần lượt", "steps": ["Mở hồ sơ", "Đóng dấu"]}),
        ],
    )


@pytest.mark.parametrize(
    ("typed", "cards"),
    [
        ("chung thuc", ["Chứng thực bản sao", "Thời hạn"]),  # the heading first
        ("CHỨNG  thực", ["Chứng thực bản sao", "Thời hạn"]),
        ("sao chung", ["Chứng thực bản sao", "Thời hạn"]),  # any order
        ("ban sao doi chieu", ["Chứng thực bản sao"]),  # heading and text together
        ("dong dau", ["Các bước"]),  # đ, and the items of a list
        ("30/2020", ["Văn thư"]),
        ("nđ-cp", ["Văn thư"]),
        ("truoc & cap", ["Văn thư"]),
        ("thuc ban trong ngay", ["Thời hạn"]),
        ("hung", []),  # the middle of a word
        ("30/2021", []),
        ("amp", []),
        ("%", []),
        ("_", []),
        ("b%n", []),
    ],
)
def test_all_words_are_found_in_any_order_without_case_and_diacritics(desk, typed, cards):
    assert found(typed) == cards


def test_what_is_typed_with_diacritics_comes_first_then_headings_then_phrases_then_whole_words(db):
    course = make_course()
    make_module(
        course,
        cards=[
            text_card("Một", "<p>ho so lưu trữ</p>"),
            text_card("Hai", "<p>sổ hộ tịch</p>"),
            text_card("Ba", "<p>hồi hương, sổ</p>"),
            text_card("Bốn", "<p>hộ, sổ</p>"),
            text_card("Năm: so ho", "<p>Trống</p>"),
            text_card("Sáu", "<p>nộp hồ sơ</p>"),
        ],
    )
    assert found("ho so") == ["Năm: so ho", "Một", "Bốn", "Sáu", "Hai", "Ba"]
    assert found("hồ sơ") == ["Sáu", "Năm: so ho", "Một", "Bốn", "Hai", "Ba"]


def test_a_lesson_is_found_by_the_legal_bases_that_its_last_card_shows(db):
    module = make_module(make_course(), publish=False)
    with unlisted():
        Module.objects.filter(pk=module.pk).update(live=True)
        ModuleLegalBasis.objects.create(module=module, basis=make_basis("118/2025/NĐ-CP", "Một cửa"))
    publish_version(module)
    assert found("118/2025") == ["Thẻ 3"]


def test_only_what_is_published_in_a_published_course_is_found(desk):
    course = Course.objects.get()
    for model, page in ((Module, desk), (Course, course)):
        for change, back in (
            ({"live": False}, {"live": True}),
            ({"archived_at": timezone.now()}, {"archived_at": None}),
        ):
            model.objects.filter(pk=page.pk).update(**change)
            assert found("ban sao") == []
            model.objects.filter(pk=page.pk).update(**back)
            assert found("ban sao") == ["Chứng thực bản sao", "Thời hạn"]
    desk.cards = [text_card("Bản nháp", "<p>bản sao</p>")]
    desk.save_revision()
    make_module(course, cards=[text_card("Bản sao khác")], publish=False)
    assert found("ban sao") == ["Chứng thực bản sao", "Thời hạn"]


def test_unpublishing_takes_the_cards_away_and_publishing_the_same_again_brings_them_back(desk):
    desk.unpublish()
    assert found("ban sao") == []
    desk.save_revision().publish()
    assert found("ban sao") == ["Chứng thực bản sao", "Thời hạn"]


def test_a_new_version_replaces_the_cards_of_the_old_one_at_once(desk):
    version = publish_change(desk, card=1)
    assert found("doi chieu") == []
    assert found("noi dung moi") == ["Chứng thực bản sao"]
    assert set(PublishedCard.objects.values_list("version", flat=True)) == {version.pk}
    assert findable(open_courses()).count() == 4


def test_a_publication_that_fails_leaves_the_index_as_it_was(desk, monkeypatch):
    monkeypatch.setattr("courses.publishing.UNANSWERED", {"no_such_field": ""})
    with pytest.raises(Exception, match="no_such_field"):
        publish_change(desk, card=1)
    assert found("doi chieu") == ["Chứng thực bản sao"]


def rows() -> list[tuple]:
    fields = [each.name for each in PublishedCard._meta.fields if each.name != "id"]
    return list(PublishedCard.objects.order_by("module", "number").values_list(*fields))


def test_the_index_is_made_again_the_same_by_the_command_by_itself_and_by_the_migration(desk, capsys):
    publish_change(desk, card=2)
    make_module(desk.get_parent(), "Khác")
    before = rows()
    index_cards(Module.objects.get(pk=desk.pk).current_version)
    assert rows() == before
    PublishedCard.objects.filter(number__gt=2).delete()
    call_command("rebuild_lookup")
    assert rows() == before
    assert "7" in capsys.readouterr().out
    PublishedCard.objects.all().delete()
    import_module("courses.migrations.0010_lookup").find_what_is_published(apps, None)
    assert rows() == before


def test_of_every_card_type_the_stored_form_has_the_words_that_are_read(db):
    values = {
        "text": {"body": "<p>Chữ <b>đậm</b></p>"},
        "do_dont": {"do": ["Làm"], "dont": ["Không làm"]},
        "case": {"situation": "Chuyện", "right": "Đúng", "why": "Vì sao", "wrong": "Sai"},
        "checklist": {"intro": "Trước khi nộp", "tasks": ["Việc một", "Việc hai"]},
        "flip": {"front": "Trước", "back": "Sau"},
        "decision": {
            "situation": "Dân đến",
            "choices": [{"text": "Nhận", "consequence": "Tốt", "advisable": True}],
        },
        "check": {"question": "Hỏi", "options": [{"text": "Đáp", "right": True, "word": "Vì"}]},
    }
    block = CardsBlock()
    stream = block.to_python(
        [{"type": kind, "value": {"heading": kind, **value}, "id": kind} for kind, value in values.items()]
    )
    stored = block.get_prep_value(stream)
    for child, row in zip(stream, rows_of(stored, []), strict=True):
        below = list(texts_in(child.block, child.value))[1:]  # all but the heading
        assert row["text"] == exact(" · ".join(below))
        assert row["text"]


def test_a_quote_is_found_by_the_document_as_it_was_published():
    stored = {
        "type": "quote",
        "id": "1",
        "value": {
            "heading": "Điều 21",
            "basis": 7,
            "words": "Phải ký số.",
            "as_published": {"number": "30/2020/NĐ-CP", "title": "Công tác văn thư", "link": "https://x.vn"},
        },
    }
    (row,) = rows_of([stored], [])
    assert row["text"] == "Phải ký số. 30/2020/NĐ-CP · Công tác văn thư"


VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậếềểễệốồổỗộớờởỡợứừửữựĐƯ ,.;/-0123", min_size=1, max_size=60
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VIETNAMESE.filter(lambda text: folded(text)), st.randoms(use_true_random=False))
def test_whatever_is_typed_without_diacritics_finds_what_contains_it(desk, text, random):
    row = PublishedCard.objects.get(number=1)
    (made,) = rows_of([{"type": "text", "id": row.card, "value": {"heading": "X", "body": text}}], [])
    PublishedCard.objects.filter(pk=row.pk).update(**made)
    words = [word for word in text.split() if folded(word)]
    random.shuffle(words)
    for typed in (" ".join(words[:4]), fold(" ".join(words[:4])).upper()):
        assert row.card in {hit.card for lesson in search(Query.of(typed)).lessons for hit in lesson.hits}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_nothing_that_can_be_typed_breaks_the_search(db, typed):
    query = Query.of(typed)
    search(query)
    assert len(query.text) <= MOST_LETTERS


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 100_000,
        "từ " * 50_000,
        "a" + "\u0301" * 100_000,
        "\u0301" * 500,
        "\x00ban\x00 sao\x1b",
        "\\",
        "' OR 1=1 --",
        "%" * 5000,
        "\ud800",
        "\u202ebản sao",
    ],
)
def test_hostile_input_is_cut_and_searched_like_any_other(desk, hostile):
    search(Query.of(hostile))
    assert found("\x00ban\x00 sao\x1b") == ["Chứng thực bản sao", "Thời hạn"]


def test_at_most_thirty_are_shown_and_the_rest_is_counted(db):
    course = make_course()
    for name in ("Một", "Hai"):
        make_module(course, name, cards=20)
    result = search(Query.of("thẻ"))
    assert (result.shown, result.count, result.more) == (30, 40, 10)
    assert [(lesson.title, len(lesson.hits)) for lesson in result.lessons] == [("Một", 20), ("Hai", 10)]


@pytest.mark.parametrize("modules", [1, 3])
def test_results_cost_three_queries_however_many_there_are(db, django_assert_num_queries, modules):
    for number in range(modules):
        make_module(make_course(f"Khóa {number}"), cards=2)
    with django_assert_num_queries(3):
        assert search(Query.of("the")).count == 2 * modules
    make_module(make_course(), cards=30)
    with django_assert_num_queries(3):
        assert search(Query.of("the")).count == 30 + 2 * modules
    with django_assert_num_queries(0):
        assert search(Query.of(" ?! ")).count == 0


def test_hits_are_marked_as_whole_words_and_all_else_is_escaped():
    query = Query.of("chung thuc <b> 30/2020 ky")
    assert marked("<b>Chứng thực</b> & ký, số 30/2020/NĐ-CP", query) == (
        "&lt;<mark>b</mark>&gt;<mark>Chứng thực</mark>&lt;/<mark>b</mark>&gt; &amp; <mark>ký</mark>, số "
        "<mark>30/2020</mark>/NĐ-CP"
    )
    assert marked("Hồ sơ có số: hộ", Query.of("hồ so")) == "<mark>Hồ sơ</mark> có <mark>số</mark>: hộ"
    assert marked("Hộ có số", Query.of("hồ")) == "<mark>Hộ</mark> có số"
    assert marked("kýt", Query.of("ky")) == "<mark>kýt</mark>"


def test_the_snippet_is_the_part_that_has_most_of_the_words():
    text = f"Sao kê. {'đệm ' * 60}Chứng thực bản sao. {'cuối ' * 60}"
    part = snippet(text, Query.of("ban sao"))
    assert part.startswith("… ")
    assert "Chứng thực <mark>bản sao</mark>." in part
    assert part.endswith(" …")
    assert len(part) < 250
    assert snippet("Ngắn thôi.", Query.of("khac")) == "Ngắn thôi."
    assert snippet("", Query.of("khac")) == ""
