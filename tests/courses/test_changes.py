"""Publishing a lesson again asks one question, and the answer stays with the version."""

import pytest
from django.urls import reverse
from taggit.models import Tag
from wagtail.models import Revision
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.models import Module, ModuleVersion
from courses.publishing import publish_version
from tests.courses.conftest import make_course, make_module
from tests.factories import Cast, make_basis
from tests.quizzes.conftest import make_quiz


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    return client


@pytest.fixture
def module(db: None) -> Module:
    return make_module(make_course(), cards=1)


def form(module: Module, text: str, **answer) -> dict:
    body = rich_text(f"<p>{text}</p>", features=["bold", "italic", "link", "ul", "ol"])
    card = {"heading": "Thẻ một", "body": body, "image": "", "image_alt": ""}
    return nested_form_data(
        {
            "title": module.title,
            "summary": "",
            "minutes": "8",
            "required": "on",
            "slug": module.slug,
            "cards": streamfield([("text", card)]),
            "basis_links": inline_formset([]),
            "change_note": "",
            "change_basis": "",
            **answer,
        }
    )


def post(client, module: Module, action: str, text: str, **answer):
    address = reverse("wagtailadmin_pages:edit", args=[module.pk])
    sent = form(module, text, **answer) | ({f"action-{action}": "1"} if action != "save" else {})
    return client.post(address, sent, follow=True)


def newest(module: Module) -> ModuleVersion:
    version: ModuleVersion = module.versions.order_by("-number")[0]
    return version


def test_publishing_again_asks_what_changed_and_keeps_the_answer(trainer, module: Module):
    basis = make_basis("123/2026/NĐ-CP")
    assert newest(module).change == ""
    assert post(trainer, module, "save", "Nháp.").status_code == 200  # a draft may leave it open
    for answer, sentence in (
        ({}, "Hãy cho biết thay đổi này là chỉnh sửa câu chữ hay thay đổi nội dung"),
        ({"change": "material", "change_basis": basis.pk}, "Ghi ngắn gọn điều đã thay đổi"),
        ({"change": "material", "change_note": "Mới."}, "Chọn căn cứ pháp lý của thay đổi"),
    ):
        page = post(trainer, module, "publish", "Khác.", **answer)
        assert sentence in page.content.decode()
        assert newest(module).number == 1
    answer = {"change": "material", "change_note": "Ký trước, cấp số sau.", "change_basis": basis.pk}
    page = post(trainer, module, "publish", "Khác.", **answer)
    version = newest(module)
    assert (version.number, version.change, version.change_note) == (2, "material", "Ký trước, cấp số sau.")
    assert version.change_basis == basis.snapshot()
    assert reverse("renewal_round", args=[version.renewal_round.pk]) in page.content.decode()
    module.refresh_from_db()
    assert (module.change, module.change_note, module.change_basis) == ("", "", None)
    post(trainer, module, "publish", "Lại khác.")
    assert newest(module).number == 2  # the next publication asks again


def test_an_answer_given_before_another_publication_is_asked_for_again(trainer, module: Module):
    basis = make_basis()
    first = module.save_revision()
    draft = module.get_latest_revision_as_object()
    draft.change, draft.change_note, draft.change_basis = "material", "Cũ.", basis
    later = draft.save_revision()
    first.publish()
    module.refresh_from_db()
    assert Revision.objects.get(pk=later.pk).as_object().change == ""


def test_the_answer_travels_with_a_draft_that_is_published_later(module: Module):
    draft = module.get_latest_revision_as_object()
    draft.title, draft.change, draft.change_note = "Tên mới", "material", "Mới."
    draft.change_basis = make_basis()
    revision = draft.save_revision()
    publish_version(Module.objects.get(pk=module.pk))  # the bank changed meanwhile
    revision.publish()
    assert (newest(module).change, newest(module).change_note) == ("material", "Mới.")


def test_what_follows_from_the_bank_is_editorial(module: Module):
    make_quiz(module)
    assert (newest(module).number, newest(module).change) == (2, "editorial")


def test_the_same_content_is_no_new_version_whatever_was_answered(module: Module):
    draft = module.get_latest_revision_as_object()
    draft.change, draft.change_note = "editorial", "Không có gì."
    draft.save_revision().publish()
    module.refresh_from_db()
    assert (newest(module).number, module.change, module.change_note) == (1, "", "")


def test_a_material_change_of_a_lesson_with_a_quiz_needs_questions_about_it(trainer, module: Module):
    quiz = make_quiz(module)
    question = quiz.bank.questions.first()
    answer = {"change": "material", "change_note": "Mới.", "change_basis": make_basis().pk}
    page = post(trainer, module, "publish", "Khác.", **answer)
    assert "Chưa có câu hỏi nào đã công bố về thay đổi này" in page.content.decode()
    question.tags.add("nd-123")
    question.save()
    quiz.delta_tag = Tag.objects.get()
    quiz.save()
    post(trainer, module, "publish", "Khác.", **answer)
    question.refresh_from_db()
    assert newest(module).change == "material"
    assert newest(module).delta == {"count": 5, "units": [[question.current_version_id]]}


def test_publishing_many_at_once_needs_each_answer_before(trainer, module: Module):
    draft = module.get_latest_revision_as_object()
    draft.title = "Tên mới"
    draft.save_revision()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    trainer.post(f"{address}?next=/quan-tri/&id={module.pk}", follow=True)
    assert newest(module).number == 1
