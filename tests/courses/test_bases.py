"""The register of legal bases: what rests on a document, what is flagged when it ends, what is asked before that."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from courses.endings import ending_of, flagged, modules_to_review, review_due
from courses.models import LegalBasis, Module, ModuleLegalBasis
from courses.resting import resting_on, summaries
from tests.courses.conftest import make_course, make_module
from tests.factories import Cast, make_basis
from tests.quizzes.conftest import make_bank, make_question


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def cite(module: Module, basis: LegalBasis, article: str = "") -> Module:
    module.basis_links.add(ModuleLegalBasis(basis=basis, article=article))
    module.save_revision().publish()
    module.refresh_from_db()
    return module


@pytest.fixture
def desk(client, cast: Cast):
    client.force_login(cast.trainer)
    return client


# --- When a document ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "successor", "expected"),
    [
        ({}, None, None),
        ({"effective_to": 61}, None, None),
        ({"effective_to": 60}, None, False),
        ({"effective_to": 0}, None, False),  # the last day is still in effect
        ({"effective_to": -1}, None, True),
        ({"effective_to": 200}, {"effective_from": -1}, None),  # what was entered goes before what follows
        ({}, {"effective_from": 62}, None),
        ({}, {"effective_from": 61}, False),
        ({}, {"effective_from": 1}, False),
        ({}, {"effective_from": 0}, True),
        ({}, {}, True),
    ],
)
def test_a_document_is_flagged_from_sixty_days_before_its_last_day(db, fields, successor, expected):
    dates = {name: in_days(days) for name, days in fields.items()}
    if successor is not None:
        since = {name: in_days(days) for name, days in successor.items()}
        dates["replaced_by"] = make_basis("2/2026/NĐ-CP", "Mới", **since)
    basis = make_basis("1/2020/NĐ-CP", **dates)
    ending = ending_of(basis)
    assert (ending.over if ending else None) is expected
    assert LegalBasis.objects.filter(flagged(), pk=basis.pk).exists() is (expected is not None)
    if ending and successor is not None:
        assert "Văn bản thay thế: 2/2026/NĐ-CP." in str(ending)


def test_successors_form_no_ring_and_begin_no_earlier(db):
    first = make_basis("1/2020/NĐ-CP", effective_from=datetime.date(2020, 1, 1))
    second = make_basis("2/2021/NĐ-CP", effective_from=datetime.date(2021, 1, 1))
    third = make_basis("3/2022/NĐ-CP", effective_from=datetime.date(2022, 1, 1), replaced_by=first)
    second.replaced_by = third
    second.save()
    for basis, successor in ((first, second), (first, first), (second, first)):
        basis.replaced_by = successor
        with pytest.raises(ValidationError) as refused:
            basis.clean()
        assert list(refused.value.error_dict) == ["replaced_by"]
    third.replaced_by = None
    third.save()
    first.replaced_by = second
    first.clean()


# --- What rests on it ------------------------------------------------------------------------------------------


def test_the_page_shows_lessons_cards_questions_drafts_and_versions_with_their_articles(desk, cast: Cast):
    basis, other = make_basis(), make_basis("9/2024/NĐ-CP", "Khác")
    course = make_course("Văn thư")
    published = make_module(course, "Ký số", cards=1)
    published.cards[0].value["heading"] = "Ai được ký"
    published.cards.append(("text", {"heading": "Nguồn", "body": "<p>Xem 30/2020/NĐ-CP.</p>"}))
    cite(published, basis, "Điều 13")
    dropped = cite(make_module(course, "Đã đổi căn cứ"), basis, "Điều 5")
    dropped.basis_links.set([])
    cite(dropped, other)
    draft = make_module(course, "Bản nháp", publish=False)
    draft.basis_links.add(ModuleLegalBasis(basis=basis, article="Điều 7"))
    draft.save()
    coming = make_module(course, "Sắp dẫn")
    coming.basis_links.add(ModuleLegalBasis(basis=basis, article="Điều 8"))
    coming.save_revision()
    make_module(course, "Không liên quan")
    bank = make_bank()
    question = make_question(bank, stem="Ai ký thay?", legal_basis=basis, article="Điều 13")
    make_question(bank, stem="Câu nháp?", legal_basis=basis, article="Điều 2", publish=False)
    make_question(bank, stem="Câu khác?", legal_basis=other)

    found = resting_on(basis)
    shown = {
        each.title: (
            each.draft,
            [(cited.number, cited.article, cited.now) for cited in each.versions],
            each.cards,
        )
        for things in found.values()
        for each in things
    }
    assert shown == {
        "Ký số": (None, [(2, "Điều 13", True)], ("Nguồn",)),
        "Đã đổi căn cứ": (None, [(2, "Điều 5", False)], ()),
        "Bản nháp": ("Điều 7", [], ()),
        "Sắp dẫn": ("Điều 8", [], ()),
        "Ai ký thay?": (None, [(1, "Điều 13", True)], ()),
        "Câu nháp?": ("Điều 2", [], ()),
    }
    assert {place for things in found.values() for place in (each.place for each in things)} == {
        "Văn thư",
        bank.name,
    }
    page = desk.get(reverse("basis_resting", args=[basis.pk])).content.decode()
    for text in ("Ký số", "Điều 13", "Nguồn", "Sắp dẫn", "Ai ký thay?", "Câu nháp?", "Văn thư: 3 bài học"):
        assert text in page
    assert "Không liên quan" not in page
    assert "Câu khác?" not in page
    assert summaries()[basis.pk] == "2 bài học, 2 câu hỏi"
    question.retired = True
    question.save()
    assert summaries()[basis.pk] == "2 bài học, 1 câu hỏi"
    empty = desk.get(reverse("basis_resting", args=[make_basis("0/2000/NĐ-CP", "Cũ").pk])).content.decode()
    assert "Không bài học hay câu hỏi nào nêu văn bản này" in empty


@pytest.mark.parametrize("role", ["lan", "ward_hr"])
def test_the_page_is_the_trainers_alone(client, cast: Cast, role):
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    assert client.get(reverse("basis_resting", args=[make_basis().pk])).status_code == 404


def test_an_end_is_saved_only_after_what_rests_on_the_document_was_seen(desk):
    basis = make_basis()
    cite(make_module(make_course()), basis)
    successor = make_basis("9/2026/NĐ-CP", "Mới")
    edit = reverse("legal_bases:edit", args=[basis.pk])
    assert "Có 1 bài học dựa trên văn bản này." in desk.get(edit).content.decode()
    form = {"number": basis.number, "title": "Tên đã sửa"}
    assert desk.post(edit, form).status_code == 302  # nothing ends, nothing is asked
    for end in ({"effective_to": "2027-03-01"}, {"replaced_by": str(successor.pk)}):
        asked = desk.post(edit, {**form, **end})
        assert asked.status_code == 200
        assert "Hiện chưa lưu gì." in asked.content.decode()
        basis.refresh_from_db()
        assert (basis.effective_to, basis.replaced_by) == (None, None)
    assert desk.post(edit, {**form, **end, "end_confirmed": "on"}).status_code == 302
    basis.refresh_from_db()
    assert basis.replaced_by == successor
    assert desk.post(edit, form).status_code == 302  # taking the end back asks nothing
    alone = reverse("legal_bases:edit", args=[successor.pk])
    assert (
        desk.post(alone, {"number": "9/2026/NĐ-CP", "title": "Mới", "effective_to": "2027-03-01"}).status_code
        == 302
    )


# --- Flags -----------------------------------------------------------------------------------------------------


def test_lists_editors_and_the_start_page_show_what_rests_on_an_ending_document(desk):
    successor = make_basis("9/2026/NĐ-CP", "Văn bản mới", effective_from=in_days(31))
    basis = make_basis(effective_to=in_days(30), replaced_by=successor)
    course = make_course()
    module = cite(make_module(course, "Ký số"), basis)
    safe = make_module(course, "Bài khác")
    question = make_question(make_bank(), stem="Ai ký thay?", legal_basis=basis)
    unflagged = make_question(question.bank, stem="Câu khác?")
    here = reverse("basis_resting", args=[basis.pk])

    listing = desk.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()
    assert listing.count("căn cứ sắp hết hiệu lực") == 1
    bank = reverse("wagtailsnippets_quizzes_question:list")
    assert desk.get(bank).content.decode().count("căn cứ sắp hết hiệu lực") == 1
    filtered = desk.get(bank, {"basis": "ending"}).content.decode()
    assert "Ai ký thay?" in filtered
    assert "Câu khác?" not in filtered
    edit_page, edit_question = "wagtailadmin_pages:edit", "wagtailsnippets_quizzes_question:edit"
    for name, pk in ((edit_page, module.pk), (edit_question, question.pk)):
        page = desk.get(reverse(name, args=[pk])).content.decode()
        assert "chỉ còn hiệu lực đến hết ngày" in page
        assert here in page
        assert "Văn bản mới" in page
    for name, pk in ((edit_page, safe.pk), (edit_question, unflagged.pk)):
        assert "chỉ còn hiệu lực" not in desk.get(reverse(name, args=[pk])).content.decode()
    start = desk.get("/quan-tri/").content.decode()
    assert "Bài có căn cứ sắp hết hoặc đã hết hiệu lực" in start
    assert "1 bài học, 1 câu hỏi" in start
    register = desk.get(reverse("legal_bases:list"), {"effect": "flagged"}).content.decode()
    assert "30/2020/NĐ-CP" in register
    assert "thay bằng 9/2026/NĐ-CP" in register


@pytest.mark.parametrize("lessons", [1, 3])
def test_marks_cost_one_query_however_long_the_list(desk, lessons, django_assert_max_num_queries):
    course, basis = make_course(), make_basis(effective_to=in_days(-1))
    for number in range(lessons):
        cite(make_module(course, f"Bài {number}"), basis)
    here = reverse("wagtailadmin_explore", args=[course.pk])
    desk.get(here)
    with django_assert_max_num_queries(46):
        assert desk.get(here).content.decode().count("căn cứ hết hiệu lực") == lessons


def test_a_review_is_due_sixty_days_before_its_date_and_shown(desk):
    course = make_course()
    due = make_module(course, "Hộ tịch", review_on=in_days(60), review_reason="Nghị định mới")
    late = make_module(course, "Đất đai", review_on=in_days(-3))
    make_module(course, "Còn lâu", review_on=in_days(61))
    make_module(course, "Không hẹn")
    assert list(modules_to_review()) == [late, due]
    assert (review_due(None), review_due(in_days(61))) == (False, False)
    listing = desk.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()
    assert listing.count("đến hạn rà soát") == 2
    page = desk.get(reverse("wagtailadmin_pages:edit", args=[due.pk])).content.decode()
    assert "Nghị định mới" in page
    assert "Cần rà soát bài này trước ngày" in page
    start = desk.get("/quan-tri/").content.decode()
    assert "Bài học cần rà soát" in start
    assert start.count("quá hạn") == 1


def test_the_editor_also_warns_of_a_document_that_only_a_card_quotes(desk):
    basis = make_basis(effective_to=in_days(-1))
    quote = {"heading": "Điều 13", "basis": basis, "article": "Điều 13", "words": "Người có thẩm quyền ký."}
    module = make_module(make_course(), cards=1)
    module.cards.append(("quote", quote))
    module.save_revision().publish()
    page = desk.get(reverse("wagtailadmin_pages:edit", args=[module.pk])).content.decode()
    assert page.count("đã hết hiệu lực (có hiệu lực đến hết ngày") == 1
    assert [each.cards for each in resting_on(basis)["lessons"]] == [("Điều 13",)]


def test_a_review_date_makes_no_new_version(db):
    module = make_module(make_course())
    module.review_on = in_days(100)
    module.save_revision().publish()
    module.refresh_from_db()
    assert (module.current_version.number, module.review_on) == (1, in_days(100))
