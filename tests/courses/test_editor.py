"""The editor through its real views: who gets in, what trainers can do, what is refused in a sentence."""

import datetime
import json
from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.models import Course, LegalBasis, Module
from courses.tree import course_root
from tests.courses.conftest import make_course, make_module
from tests.factories import Cast, enrol, make_basis, make_user, text_card

HOME = "/quan-tri/"


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    return client


def png(name: str = "man-hinh.png") -> ImageFile:
    file = BytesIO()
    Picture.new("RGB", (80, 60), "teal").save(file, "PNG")
    file.seek(0)
    return ImageFile(file, name=name)


def module_form(title: str = "Ký số", *, bases: list[dict] = (), cards: list | None = None, **extra) -> dict:
    body = rich_text("<p>Nội dung.</p>", features=["bold", "italic", "link", "ul", "ol"])
    if cards is None:
        cards = [("text", {"heading": "Thẻ một", "body": body, "image": "", "image_alt": ""})]
    return nested_form_data(
        {
            "title": title,
            "summary": "",
            "minutes": "8",
            "required": "on",
            "slug": extra.pop("slug", "ky-so"),
            "cards": streamfield(cards),
            "basis_links": inline_formset(list(bases)),
            **extra,
        }
    )


def told(response) -> list[str]:
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def add_url(course: Course) -> str:
    return reverse("wagtailadmin_pages:add", args=["courses", "module", course.pk])


# --- Who gets in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lan", "ward_hr", "province_hr", "other_hr"])
def test_officials_and_hr_have_no_way_into_the_editor(client, cast: Cast, role):
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    for address in (HOME, "/quan-tri/pages/", "/quan-tri/images/", "/quan-tri/can-cu-phap-ly/"):
        assert client.get(address).status_code == 404


def test_anonymous_is_sent_to_sign_in(client, db):
    response = client.get(HOME)
    assert response.status_code == 302
    assert "login" in response.url


def test_trainers_manage_no_accounts_and_no_settings(trainer):
    for name in ("users", "groups", "collections"):
        response = trainer.get(f"/quan-tri/{name}/")
        assert (response.status_code, response.url) == (302, HOME)


@pytest.mark.parametrize("group", ["Trainers", "Reviewers"])
def test_the_menu_has_what_the_role_needs_and_no_more(client, cast: Cast, group):
    user = make_user("bien-tap")
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    page = client.get(HOME).content.decode()
    assert "Wagtail</title>" not in page
    menu = json.loads(
        page.split('id="wagtail-sidebar-props" type="application/json">')[1].split("</script>")[0]
    )
    main = next(module for module in menu["modules"] if module["_type"].endswith("MainMenuModule"))
    labels = [item["_args"][0]["label"] for item in main["_args"][0]]
    assert labels == [
        "Khóa học",
        "Học cập nhật",
        "Giấy hết giá trị",
        "Câu hỏi",
        "Nhập, xuất câu hỏi",
        "Thống kê",
        "Sửa đáp án",
        "Phản ánh",
        "Căn cứ pháp lý",
        "Hình ảnh",
        "Tài liệu",
    ]


def test_trainers_see_the_course_tree_and_nothing_above_it(trainer):
    make_course("Một cửa")
    page = trainer.get(reverse("wagtailadmin_explore", args=[course_root().pk]))
    assert page.status_code == 200
    assert "Một cửa" in page.content.decode()
    above = trainer.get(reverse("wagtailadmin_explore", args=[Page.get_first_root_node().pk]))
    assert above.status_code == 302


# --- Writing and publishing ----------------------------------------------------------------------------------


def test_a_trainer_writes_a_course_with_a_lesson_and_publishes_it(trainer, cast: Cast):
    add_course = reverse("wagtailadmin_pages:add", args=["courses", "course", course_root().pk])
    fields = {"title": "Đất đai", "summary": "", "periods": "2", "slug": "dat-dai"}
    fields |= {"validity_months": "24", "renewal_days": "60"}
    trainer.post(add_course, {**fields, "action-publish": "1"})
    course = Course.objects.get(slug="dat-dai")
    assert (course.validity_months, course.renewal_days) == (24, 60)
    trainer.post(add_url(course), module_form(**{"action-publish": "1"}))
    module = Module.objects.get(slug="ky-so")
    assert (course.live, module.live, module.current_version.number) == (True, True, 1)
    assert module.current_version.published_by == cast.trainer
    assert [card["value"]["heading"] for card in module.current_version.cards] == ["Thẻ một"]


def test_a_draft_may_be_empty_but_a_lesson_without_cards_is_not_published(trainer):
    course = make_course()
    draft = module_form(cards=[])
    trainer.post(add_url(course), draft)
    module = Module.objects.get(slug="ky-so")
    assert (module.live, module.current_version) == (False, None)
    edit = reverse("wagtailadmin_pages:edit", args=[module.pk])
    response = trainer.post(edit, {**draft, "action-publish": "1"})
    module.refresh_from_db()
    assert (response.status_code, module.live) == (200, False)
    assert "cards" in response.context["form"].errors


def test_two_lessons_of_a_course_do_not_share_an_address(trainer):
    course = make_course()
    trainer.post(add_url(course), module_form())
    response = trainer.post(add_url(course), module_form("Bài khác"))
    assert Module.objects.filter(slug="ky-so").count() == 1
    assert "Địa chỉ “ky-so” đã được dùng" in response.content.decode()


def test_an_address_left_empty_follows_the_title_without_diacritics(trainer):
    course = make_course()
    for _ in range(2):
        trainer.post(add_url(course), module_form("Đăng ký đất đai", slug=""))
    assert [page.slug for page in Module.objects.order_by("path")] == ["dang-ky-dat-dai", "dang-ky-dat-dai-2"]


def test_an_address_made_by_a_program_has_no_diacritics_either(db):
    course = make_course()
    course.add_child(instance=Module(title="Đăng ký đất đai", live=False))
    assert Module.objects.get(title="Đăng ký đất đai").slug == "dang-ky-dat-dai"


def test_the_same_legal_basis_twice_is_told_in_the_form(trainer):
    course, basis = make_course(), make_basis()
    link = {"basis": basis.pk, "article": ""}
    response = trainer.post(add_url(course), module_form(bases=[link, link]))
    assert (response.status_code, Module.objects.count()) == (200, 0)
    assert "trùng" in response.content.decode()


def test_publishing_with_a_basis_out_of_effect_warns_and_publishes(trainer):
    course = make_course()
    today = timezone.localdate()
    ended = make_basis("20/2010/NĐ-CP", "Cũ", effective_to=today - datetime.timedelta(days=1))
    coming = make_basis("99/2030/NĐ-CP", "Mới", effective_from=today + datetime.timedelta(days=30))
    present = make_basis()
    bases = [{"basis": basis.pk, "article": ""} for basis in (ended, coming, present)]
    response = trainer.post(add_url(course), module_form(bases=bases, **{"action-publish": "1"}))
    assert Module.objects.get(slug="ky-so").live
    warnings = [text for text in told(response) if "NĐ-CP" in text]
    assert [text.split()[0] for text in warnings] == ["20/2010/NĐ-CP", "99/2030/NĐ-CP"]


def test_publishing_a_picture_without_a_description_warns(trainer):
    image = Image.objects.create(title="Màn hình", file=png())
    body = rich_text("<p>Nội dung.</p>", features=["bold", "italic", "link", "ul", "ol"])
    card = ("text", {"heading": "Thẻ một", "body": body, "image": str(image.pk), "image_alt": ""})
    response = trainer.post(add_url(make_course()), module_form(cards=[card], **{"action-publish": "1"}))
    assert [text for text in told(response) if "Hình ở thẻ “Thẻ một”" in text] != []


# --- Looking -------------------------------------------------------------------------------------------------


def test_the_preview_shows_the_draft_and_may_be_framed_by_the_editor_only(trainer):
    module = make_module(make_course())
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[module.pk])
    trainer.post(preview, module_form("Tên mới", slug=module.slug))
    response = trainer.get(f"{preview}?in_preview_panel=true")
    page = response.content.decode()
    assert "<h1>Thẻ một</h1>" in page
    assert "Tên mới" in page
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_editors_see_the_published_version_while_a_draft_waits(trainer):
    module = make_module(make_course(), cards=1)
    draft = module.get_latest_revision_as_object()
    draft.cards = [text_card("Thẻ nháp")]
    draft.save_revision()
    module.refresh_from_db()
    page = trainer.get(module.url).content.decode()
    assert "<h1>Thẻ 1</h1>" in page
    assert "Thẻ nháp" not in page


@pytest.mark.parametrize("role", ["lan", "ward_hr"])
def test_others_do_not_find_the_editors_view_of_a_lesson(client, cast: Cast, role):
    module = make_module(make_course())
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    assert client.get(module.url).status_code in (302, 404)
    assert "<h1>Thẻ 1</h1>" not in client.get(module.url, follow=True).content.decode()


def test_the_desk_shows_my_drafts_and_my_colleagues(trainer, cast: Cast):
    mine, other = make_module(make_course(), "Bài của tôi"), make_module(make_course(), "Bài của bạn")
    mine.save_revision(user=cast.trainer)
    other.save_revision(user=cast.admin)
    page = trainer.get(HOME).content.decode()
    my_part, _, their_part = page.partition("Bản nháp của đồng nghiệp")
    assert "Bài của tôi" in my_part
    assert "Bài của bạn" not in my_part
    assert "Bài của bạn" in their_part


def test_the_desk_costs_the_same_with_one_draft_and_with_three(
    trainer, cast: Cast, django_assert_num_queries
):
    course = make_course()
    make_module(course).save_revision(user=cast.trainer)
    trainer.get(HOME)
    with CaptureQueriesContext(connection) as one:
        trainer.get(HOME)
    for _ in range(2):
        make_module(course).save_revision(user=cast.trainer)
    with django_assert_num_queries(len(one)):
        trainer.get(HOME)


# --- Legal bases ---------------------------------------------------------------------------------------------


def listed(response) -> list[str]:
    return [basis.number for basis in response.context["object_list"]]


def test_a_legal_basis_is_found_without_diacritics(trainer):
    make_basis("30/2020/NĐ-CP", "Nghị định về công tác văn thư")
    make_basis("20/2023/QH15", "Luật Giao dịch điện tử")
    address = reverse("legal_bases:list")
    assert listed(trainer.get(address, {"q": "giao dich dien tu"})) == ["20/2023/QH15"]
    assert listed(trainer.get(address, {"q": "nd-cp"})) == ["30/2020/NĐ-CP"]
    assert listed(trainer.get(address, {"q": "văn thư 2020"})) == ["30/2020/NĐ-CP"]
    assert listed(trainer.get(address, {"q": "đất"})) == []


def test_a_legal_basis_is_found_in_the_chooser_too(trainer):
    make_basis("30/2020/NĐ-CP", "Nghị định về công tác văn thư")
    make_basis("20/2023/QH15", "Luật Giao dịch điện tử")
    address = reverse(LegalBasis.snippet_viewset.chooser_viewset.get_url_name("choose_results"))
    page = trainer.get(address, {"q": "nghi dinh van thu"}).content.decode()
    assert "30/2020/NĐ-CP" in page
    assert "20/2023/QH15" not in page


def test_legal_bases_are_filtered_by_their_effect(trainer):
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    make_basis("1/A", effective_to=today - day)
    make_basis("2/B", effective_from=today, effective_to=today)
    make_basis("3/C", effective_from=today + day)
    make_basis("4/D")
    address = reverse("legal_bases:list")
    assert listed(trainer.get(address, {"effect": "ended"})) == ["1/A"]
    assert listed(trainer.get(address, {"effect": "in-effect"})) == ["2/B", "4/D"]
    assert listed(trainer.get(address, {"effect": "coming"})) == ["3/C"]


def test_a_legal_basis_does_not_end_before_it_begins(trainer):
    fields = {"number": "1/A", "title": "T", "effective_from": "2026-02-01", "effective_to": "2026-01-01"}
    response = trainer.post(reverse("legal_bases:add"), fields)
    assert LegalBasis.objects.count() == 0
    assert "Ngày hết hiệu lực sớm hơn ngày có hiệu lực." in response.content.decode()


def test_a_cited_legal_basis_is_not_deleted(trainer):
    basis = make_basis()
    trainer.post(add_url(make_course()), module_form(bases=[{"basis": basis.pk, "article": ""}]))
    module = Module.objects.get(slug="ky-so")
    module.get_latest_revision().publish()
    response = trainer.post(reverse("legal_bases:delete", args=[basis.pk]))
    assert response.status_code == 302
    assert LegalBasis.objects.count() == 1


# --- What is kept --------------------------------------------------------------------------------------------


def test_a_lesson_that_was_published_is_not_deleted(trainer):
    module = make_module(make_course())
    for method in (trainer.get, trainer.post):
        response = method(reverse("wagtailadmin_pages:delete", args=[module.pk]))
        assert "Hãy gỡ xuống thay vì xóa" in told(response)[0]
    assert Module.objects.filter(pk=module.pk).exists()


@pytest.mark.parametrize("target", ["course", "module"])
def test_what_is_assigned_or_studied_is_not_deleted_even_by_administrators(client, cast: Cast, target):
    client.force_login(cast.admin)
    course = make_course()
    module = make_module(course)
    enrolment = enrol(cast.lan, course)
    enrolment.progress.create(module=module, version=module.current_version, card_total=3)
    page = course if target == "course" else module
    response = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert "đã có kết quả học tập" in told(response)[0]
    assert Course.objects.filter(pk=course.pk).exists()
    assert Module.objects.filter(pk=module.pk).exists()


def test_bulk_deleting_refuses_too_and_deletes_nothing(trainer, cast: Cast):
    course = make_course()
    kept, draft = make_module(course), make_module(course, publish=False)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = trainer.post(f"{address}?id={kept.pk}&id={draft.pk}&next={HOME}", {"next": HOME})
    assert "Hãy gỡ xuống thay vì xóa" in told(response)[0]
    assert Module.objects.count() == 2


def test_a_draft_that_nobody_saw_is_deleted(trainer):
    module = make_module(make_course(), publish=False)
    trainer.post(reverse("wagtailadmin_pages:delete", args=[module.pk]))
    assert not Module.objects.filter(pk=module.pk).exists()


def test_the_folder_of_courses_is_neither_deleted_nor_taken_down(client, cast: Cast):
    client.force_login(cast.admin)
    root = course_root()
    for action in ("delete", "unpublish"):
        response = client.post(reverse(f"wagtailadmin_pages:{action}", args=[root.pk]))
        assert "Thư mục chứa các khóa học phải được giữ lại" in told(response)[0]
    assert course_root().live


def test_a_studied_lesson_stays_in_its_course(trainer, cast: Cast):
    course, other = make_course(), make_course()
    module = make_module(course)
    enrolment = enrol(cast.lan, course)
    enrolment.progress.create(module=module, version=module.current_version, card_total=3)
    response = trainer.post(reverse("wagtailadmin_pages:move_confirm", args=[module.pk, other.pk]))
    assert "Hãy sao chép sang khóa học kia" in told(response)[0]
    assert Page.objects.get(pk=module.pk).get_parent().pk == course.pk


def test_a_lesson_that_nobody_studied_moves_with_its_versions(trainer):
    other = make_course()
    module = make_module(make_course())
    trainer.post(reverse("wagtailadmin_pages:move_confirm", args=[module.pk, other.pk]))
    module = Module.objects.get(pk=module.pk)
    assert (module.get_parent().pk, module.current_version.number) == (other.pk, 1)


def test_lessons_are_put_in_order_even_when_studied(trainer, cast: Cast):
    course = make_course()
    first, second = make_module(course), make_module(course)
    enrolment = enrol(cast.lan, course)
    enrolment.progress.create(module=first, version=first.current_version, card_total=3)
    trainer.post(reverse("wagtailadmin_pages:set_page_position", args=[first.pk]) + "?position=1")
    assert [module.pk for module in course.modules()] == [second.pk, first.pk]


@pytest.mark.parametrize("published", [False, True])
def test_a_copy_begins_its_own_history(trainer, published):
    course = make_course()
    module = make_module(course)
    module.save_revision().publish()
    form = {"new_title": "Bản sao", "new_slug": "ban-sao", "new_parent_page": course.pk}
    if published:
        form["publish_copies"] = "on"
    trainer.post(reverse("wagtailadmin_pages:copy", args=[module.pk]), form)
    copy = Module.objects.get(slug="ban-sao")
    versions = list(copy.versions.values_list("number", flat=True))
    assert (copy.live, versions) == (published, [1] if published else [])
    assert (copy.current_version is not None) is published
    assert copy.get_latest_revision_as_object().current_version_id == copy.current_version_id
    assert list(module.versions.values_list("number", flat=True)) == [1]


def test_copying_a_course_copies_its_lessons_as_drafts(trainer):
    course = make_course("Gốc")
    make_module(course)
    form = {
        "new_title": "Bản sao",
        "new_slug": "ban-sao",
        "new_parent_page": course_root().pk,
        "copy_subpages": "on",
    }
    trainer.post(reverse("wagtailadmin_pages:copy", args=[course.pk]), form)
    copied = Module.objects.child_of(Course.objects.get(slug="ban-sao")).get()
    assert (copied.live, copied.current_version, copied.versions.count()) == (False, None, 0)


def test_nobody_makes_an_alias_of_a_lesson(trainer):
    module = make_module(make_course())
    page = trainer.get(reverse("wagtailadmin_pages:copy", args=[module.pk]))
    assert "alias" not in page.context["form"].fields


def test_unpublishing_hides_a_lesson_and_keeps_its_versions(trainer):
    course = make_course()
    module = make_module(course)
    trainer.post(reverse("wagtailadmin_pages:unpublish", args=[module.pk]))
    module.refresh_from_db()
    assert (module.live, list(course.modules()), module.versions.count()) == (False, [], 1)


# --- Pictures ------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(db) -> Image:
    """A picture that a published lesson shows."""
    image = Image.objects.create(title="Màn hình", file=png())
    module = make_module(make_course(), publish=False)
    card = {"heading": "Thẻ", "body": "<p>A</p>", "image": image, "image_alt": "Nút ký"}
    module.cards = [("text", card)]
    module.save_revision().publish()
    return image


def test_a_picture_of_a_published_lesson_is_not_deleted(client, cast: Cast, shown):
    client.force_login(cast.admin)
    response = client.post(reverse("wagtailimages:delete", args=[shown.pk]))
    assert told(response) == ["Mục này đang được dùng ở nơi khác nên được giữ lại. Chưa xóa gì."]
    address = reverse("wagtail_bulk_action", args=["wagtailimages", "image", "delete"])
    response = client.post(f"{address}?id={shown.pk}&next={HOME}", {"next": HOME})
    assert "Ít nhất một hình đang có trong bài học đã xuất bản. Chưa xóa gì." in told(response)
    assert Image.objects.filter(pk=shown.pk).exists()


def test_the_file_of_a_published_picture_is_not_replaced(client, cast: Cast, shown):
    client.force_login(cast.admin)
    before = shown.file.name
    new = SimpleUploadedFile("khac.png", png().read(), "image/png")
    form = {"title": "Tên khác", "file": new, "description": "", "tags": ""}
    response = client.post(reverse("wagtailimages:edit", args=[shown.pk]), form)
    shown.refresh_from_db()
    assert shown.file.name == before
    assert "không thay tệp được" in response.content.decode()
    form.pop("file")
    client.post(reverse("wagtailimages:edit", args=[shown.pk]), form)
    shown.refresh_from_db()
    assert shown.title == "Tên khác"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 60"><rect width="9" height="9"/>%s</svg>'


def test_a_drawing_is_taken_and_one_that_holds_a_program_is_refused_on_every_way_in(trainer):
    ways = {
        reverse("wagtailimages:add"): "",
        reverse("wagtailimages_chooser:create"): "image-chooser-upload-",
        reverse("wagtailimages:add_multiple"): "files[]",
    }
    for address, prefix in ways.items():
        for inside, taken in ((b"", 1), (b"<script>alert(1)</script>", 0)):
            before = Image.objects.count()
            file = SimpleUploadedFile("so-do.svg", SVG % inside, "image/svg+xml")
            name = prefix if prefix.endswith("]") else f"{prefix}file"
            form = {f"{prefix}title": "Sơ đồ", f"{prefix}tags": "", name: file}
            response = trainer.post(address, form, headers={"X-Requested-With": "XMLHttpRequest"})
            assert Image.objects.count() - before == taken, address
            assert taken or "thành phần có thể làm nhiều hơn là vẽ" in json_text(response), address


def json_text(response) -> str:
    text = response.content.decode()
    return text if text.startswith("<") else json.dumps(json.loads(text), ensure_ascii=False)


def test_an_annotated_screen_is_written_and_its_picture_can_be_drawn_on(trainer, client, cast: Cast):
    image = Image.objects.create(title="Sơ đồ", file=ContentFile(SVG % b"", name="so-do.svg"))
    spot = {"text": "Nút Ký số", "x": "12", "y": "101"}
    fields = {"heading": "Ký", "intro": "", "image": str(image.pk), "image_alt": "Màn hình"}

    def form() -> dict:
        spots = streamfield([]) | {"count": "1", "0": {"deleted": "", "order": "0", "id": "", "value": spot}}
        return module_form(cards=[("screen", {**fields, "spots": spots})], **{"action-publish": "1"})

    course = make_course()
    response = trainer.post(add_url(course), form())
    assert (response.status_code, Module.objects.filter(live=True).count()) == (200, 0)
    spot["y"] = "100"
    trainer.post(add_url(course), form())
    (card,) = Module.objects.get(live=True).current_version.cards
    assert card["value"]["spots"][0]["value"] == {"text": "Nút Ký số", "x": 12, "y": 100}
    shown = trainer.get(reverse("picture_to_draw_on", args=[image.pk]))
    assert shown.url.startswith("/media/images/so-do")
    client.force_login(cast.lan.user)
    assert client.get(reverse("picture_to_draw_on", args=[image.pk])).status_code == 404


# --- Finding -------------------------------------------------------------------------------------------------


def test_a_lesson_is_found_with_and_without_diacritics(trainer):
    course = make_course()
    make_module(course, "Chứng thực chữ ký đất đai", publish=False)
    make_module(course, "Ký số", publish=False)
    address = reverse("wagtailadmin_explore", args=[course.pk])
    for query in ("chung thuc", "chứng thực", "CHUNG THUC", "dat dai"):
        found = trainer.get(address, {"q": query}).context["pages"]
        assert [page.title for page in found] == ["Chứng thực chữ ký đất đai"]


PROGRAMS = ["publish", "copy", "create_alias", "unpublish", "move", "delete", "revert_to_page_revision"]


def test_no_program_acts_on_lessons_beside_the_editors_questions(trainer):
    module = make_module(make_course())
    for action in PROGRAMS:
        address = f"/quan-tri/api/main/pages/{module.pk}/action/{action}/"
        assert trainer.post(address, "{}", content_type="application/json").status_code == 404, action
    module.refresh_from_db()
    assert (module.live, Module.objects.count()) == (True, 1)
    assert trainer.get(f"/quan-tri/api/main/pages/{module.pk}/").status_code == 200  # which the editor reads
