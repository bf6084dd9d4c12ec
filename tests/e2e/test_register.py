"""A decree ends and its lessons are flagged; a learner reports a card and reads the answer there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courses.models import LegalBasis, Module, ModuleLegalBasis
from courses.publishing import publish_version
from people.models import Official
from reports.tasks import tell_of_endings
from tests.e2e.conftest import LAPTOP, PHONE, in_days
from tests.factories import Cast, enrol, make_basis, make_cast, make_course, make_module, make_official
from tests.quizzes.conftest import make_bank, make_question

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    """The trainer is on a roster too, so there is an inbox to be told in."""
    cast = make_cast()
    official = make_official("Trần Thị An", account=False)
    Official.objects.filter(pk=official.pk).update(user=cast.trainer)
    return cast


def lesson_on(basis: LegalBasis, people: Cast) -> Module:
    module = make_module(make_course("Văn thư"), "Ký số đúng thứ tự", cards=2)
    ModuleLegalBasis.objects.create(module=module, basis=basis, article="Điều 13")
    publish_version(module, by=people.trainer)
    return module


def test_a_decrees_end_flags_its_modules(open_browser: Callable[..., Page], people: Cast):
    basis = make_basis("30/2020/NĐ-CP", "Nghị định về công tác văn thư")
    make_basis("199/2026/NĐ-CP", "Nghị định mới về công tác văn thư", effective_from=in_days(31))
    module = lesson_on(basis, people)
    make_question(make_bank(), stem="Ai ký thay Chủ tịch?", legal_basis=basis)

    desk = open_browser(LAPTOP, as_user=people.trainer)
    desk.goto("/quan-tri/")
    desk.get_by_role("link", name="Căn cứ pháp lý", exact=True).click()
    desk.get_by_role("link", name="30/2020/NĐ-CP", exact=True).click()
    expect(desk.get_by_text("Có 1 bài học, 1 câu hỏi dựa trên văn bản này.")).to_be_visible()
    desk.locator("#id_effective_to").fill(in_days(30).isoformat())
    calendar = desk.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(
        1
    )  # it opens a moment after the field is entered and lies over what is below
    desk.locator("label[for=id_number]").click()
    expect(calendar).to_have_count(0)
    desk.get_by_role("button", name="Chọn căn cứ pháp lý").click()
    desk.get_by_role("dialog").get_by_role("link", name="199/2026/NĐ-CP").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.locator("footer").get_by_role("button", name="Lưu", exact=True).click()
    desk.get_by_label("Tôi đã xem những gì dựa trên văn bản này").check()
    desk.locator("footer").get_by_role("button", name="Lưu", exact=True).click()
    expect(desk.locator(".messages .success")).to_be_visible()

    desk.goto("/quan-tri/")
    panel = desk.locator("section").filter(has_text="Bài có căn cứ sắp hết hoặc đã hết hiệu lực").last
    expect(panel).to_contain_text("Văn bản thay thế: 199/2026/NĐ-CP")
    panel.get_by_role("link", name="30/2020/NĐ-CP").click()
    for text in ("Ký số đúng thứ tự", "phiên bản 2: Điều 13", "Ai ký thay Chủ tịch?"):
        expect(desk.get_by_text(text).first).to_be_visible()
    desk.goto(f"/quan-tri/pages/{module.get_parent().pk}/")
    desk.get_by_role("link", name="căn cứ sắp hết hiệu lực").click()
    desk.get_by_role("link", name="Ký số đúng thứ tự").click()
    expect(desk.get_by_text("30/2020/NĐ-CP chỉ còn hiệu lực đến hết ngày").first).to_be_visible()

    tell_of_endings()
    desk.goto("/thong-bao/")
    expect(desk.get_by_role("article")).to_have_count(1)
    expect(desk.get_by_text("– Ký số đúng thứ tự (Điều 13)")).to_be_visible()
    desk.get_by_role("link", name="Mở").click()
    expect(desk.get_by_role("heading", name="Những gì dựa trên văn bản này")).to_be_visible()


def test_a_learners_report_is_answered_on_its_card(open_browser: Callable[..., Page], people: Cast):
    module = lesson_on(make_basis(), people)
    enrol(people.lan, module.get_parent().specific)
    phone = open_browser(PHONE, javascript=False, as_user=people.lan.user)
    phone.goto(f"/khoa-hoc/{module.get_parent().slug}/{module.slug}/")
    phone.get_by_role("link", name="Không khớp thực tế?").click()
    phone.get_by_label("Khác ở điểm nào?").fill("Nút này nay tên là “Ký”.")
    phone.get_by_role("button", name="Gửi", exact=True).click()
    expect(phone.get_by_role("status")).to_contain_text("Cảm ơn anh/chị")
    expect(phone.get_by_text("chờ trả lời")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    desk = open_browser(LAPTOP, as_user=people.trainer)
    desk.goto("/quan-tri/")
    desk.get_by_role("link", name="Phản ánh", exact=True).click()
    expect(desk.get_by_text("Nút này nay tên là “Ký”.")).to_be_visible()
    desk.get_by_role("link", name="Thẻ 1").click()
    frame = desk.frame_locator("iframe").first
    expect(frame.get_by_role("heading", name="Thẻ 1")).to_be_visible()
    expect(desk.get_by_text("Nguyễn Thị Lan")).to_have_count(0)
    desk.get_by_label("đã sửa bài học").check()
    desk.get_by_label("Trả lời người học").fill("Cảm ơn anh/chị, bài đã sửa.")
    desk.get_by_role("button", name="Gửi câu trả lời").click()
    expect(desk.locator(".messages .success")).to_contain_text("Đã gửi câu trả lời tới 1 người học.")

    phone.goto("/thong-bao/")
    phone.get_by_role("link", name="Mở").click()
    expect(phone.get_by_text("Cảm ơn anh/chị, bài đã sửa.")).to_be_visible()
    phone.get_by_role("link", name="Về lại thẻ").click()
    expect(phone.get_by_role("heading", name="Thẻ 1")).to_be_visible()
    expect(phone.get_by_text("Cảm ơn anh/chị, bài đã sửa.")).to_be_visible()
