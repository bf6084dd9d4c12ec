"""A wrong key: a trainer corrects it, an official who had failed has passed, and HR keeps another's points."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from certificates.issuing import enter_in_register
from quizzes.models import Attempt, KeyCorrection
from quizzes.recalculating import regrade
from records.models import Completion
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import Cast, make_cast, make_course, make_module, make_official
from tests.quizzes.corrections import quiz_with
from tests.quizzes.test_recalculating import answered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def sittings(people: Cast) -> dict[str, Attempt]:
    """Lan chose what is really right and failed; Bình passed by the wrong key and has a certificate."""
    module = make_module(make_course("Công tác văn thư"), cards=1)
    quiz_with(module, "single")
    binh = make_official("Trần Văn Bình")
    made = {"lan": answered(people.lan, module, "Ký số"), "binh": answered(binh, module, "Ký nháy")}
    enter_in_register(Completion.objects.get(official=binh))
    return made


def correct_the_key(page: Page, question: Any) -> KeyCorrection:
    page.goto(f"/quan-tri/cau-hoi/edit/{question.pk}/")
    page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    page.get_by_role("link", name="Sửa đáp án", exact=True).last.click()
    page.get_by_label("Đúng: Ký nháy").uncheck()
    page.get_by_label("Đúng: Ký số").check()
    page.get_by_label("Lý do").fill("Nghị định mới quy định ký số")
    page.get_by_role("button", name="Xem trước ảnh hưởng").click()
    expect(page.get_by_text("“Ký số” nay là đúng (trước: sai).")).to_be_visible()
    numbers = page.locator(".numbers li")
    expect(numbers).to_contain_text(
        [
            "2lượt làm có câu hỏi này",
            "1lượt được tăng điểm",
            "1trong đó chưa đạt → đạt",
            "1lượt sẽ giảm điểm",
            "1trong đó đạt → chưa đạt",
            "1giấy xác nhận",
        ]
    )
    expect(page.get_by_text("Nguyễn Thị Lan")).to_have_count(0)
    page.get_by_role("button", name="Sửa đáp án và chấm lại").click()
    expect(page.get_by_role("heading", name="Lần sửa đáp án")).to_be_visible()
    made = KeyCorrection.objects.get()
    regrade(made.pk)  # what the worker does
    page.reload()
    expect(page.get_by_text("Đã chấm lại xong")).to_be_visible()
    return made


def test_a_corrected_key_passes_one_and_hr_keeps_anothers_points(
    open_browser: Callable[..., Page], people: Cast, sittings: dict[str, Attempt]
):
    question = sittings["lan"].items.get().question_version.question
    desk = open_browser(LAPTOP, as_user=people.trainer)
    made = correct_the_key(desk, question)

    phone = open_browser(PHONE, as_user=people.lan.user)
    phone.goto("/thong-bao/")
    notice = phone.get_by_role("article").filter(has_text="Kết quả bài kiểm tra được tính lại")
    notice.get_by_role("link", name="Mở").click()
    expect(phone.get_by_text("Đạt", exact=True).first).to_be_visible()
    expect(phone.get_by_text("vì đáp án câu 1 được sửa: trước đây 0 điểm, nay 1 điểm.")).to_be_visible()
    expect(phone.get_by_text("Nghị định mới quy định ký số")).to_be_visible()
    assert Completion.objects.filter(official=people.lan).exists()

    hr = open_browser(LAPTOP, as_user=people.ward_hr)
    hr.goto("/quan-ly/")
    hr.get_by_role("link", name="Đáp án đã sửa").click()
    expect(hr.get_by_role("row", name="Trần Văn Bình")).to_contain_text("Đạt → Chưa đạt")
    hr.get_by_role("link", name="Quyết định", exact=True).click()
    hr.get_by_label("Lý do").fill("Câu hỏi viết chưa rõ")
    hr.get_by_role("button", name="Không đồng ý, giữ nguyên điểm").click()
    expect(hr.get_by_text("Không có trường hợp nào chờ quyết định.")).to_be_visible()
    assert Attempt.objects.get(pk=sittings["binh"].pk).passed
    desk.goto(f"/quan-tri/sua-dap-an/{made.key}/")
    expect(desk.get_by_role("row", name="Cán bộ nhân sự")).to_contain_text("không đồng ý")
