"""A trainer imports a file of forty questions, two of them bad, and exports them again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Question, QuestionBank
from tests.e2e.conftest import LAPTOP
from tests.factories import Cast, make_cast
from tests.quizzes.exchange.files import forty_with_two_bad, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    QuestionBank.objects.create(name="Văn thư")
    return make_cast()


def upload(page: Page, file: Path) -> None:
    page.goto("/quan-tri/")
    page.get_by_role("link", name="Nhập, xuất câu hỏi").click()
    page.locator("form[method=post] select[name=bank]").select_option(label="Văn thư")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()


def test_forty_questions_with_two_bad_ones(open_browser: Callable[..., Page], people: Cast, tmp_path: Path):
    file = tmp_path / "van-thu.gift"
    file.write_text(forty_with_two_bad(), encoding="utf-8")
    page = open_browser(LAPTOP, as_user=people.trainer)
    upload(page, file)
    refused = page.locator(".exchange-refused tbody tr")
    expect(refused).to_have_count(2)
    expect(refused.nth(0)).to_contain_text("13")  # the seventh question, an empty line between each
    expect(refused.nth(0)).to_contain_text("Thiếu ngoặc nhọn mở hoặc đóng")
    expect(refused.nth(1)).to_contain_text("39")
    expect(refused.nth(1)).to_contain_text("tự luận")
    expect(page.locator("article input[name=chosen]:checked")).to_have_count(38)
    first = page.locator("article").first
    expect(first.locator(".learner input[type=radio]:checked")).to_have_count(1)  # the right one is marked
    expect(first.locator(".exchange-key .is-right")).to_contain_text("Ký số")
    page.get_by_role("button", name="Bỏ chọn tất cả").click()
    expect(page.locator("article input[name=chosen]:checked")).to_have_count(0)
    page.get_by_role("button", name="Chọn tất cả câu sẵn sàng").click()
    page.get_by_role("button", name="Nhập các câu đã chọn").click()
    expect(page.locator("[role=status]").filter(has_text="Đã nhập 38 câu hỏi.")).to_be_visible()
    assert Question.objects.filter(bank__name="Văn thư", live=False).count() == 38

    upload(page, file)  # once more: all of it is known
    expect(page.get_by_text("38 câu đã có")).to_be_visible()
    expect(page.locator("article > header input:checked")).to_have_count(0)

    page.goto("/quan-tri/nhap-cau-hoi/")
    page.locator("form[method=get] select[name=kho]").select_option(label="Văn thư")
    page.locator("select[name=dang]").select_option("moodle")
    page.get_by_role("button", name="Xem trước khi xuất").click()
    expect(page.get_by_text("Định dạng này giữ được mọi nội dung.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp về").click()
    assert len(read(Path(download.value.path()).read_bytes()).questions) == 38


def test_without_a_script_the_boxes_are_ticked_one_by_one(
    open_browser: Callable[..., Page], people: Cast, tmp_path: Path
):
    file = tmp_path / "hai-cau.txt"
    file.write_text(
        "Ai ký?\nA. Chủ tịch\nB. Văn thư\nANSWER: A\n\nMấy bản?\nA. 1\nB. 2\nANSWER: B\n", "utf-8"
    )
    page = open_browser(LAPTOP, javascript=False, as_user=people.trainer)
    page.goto("/quan-tri/nhap-cau-hoi/")
    page.locator("form[method=post] select[name=bank]").select_option(label="Văn thư")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()
    page.locator("article input[name=chosen]").nth(1).uncheck()
    page.get_by_label("xuất bản ngay").check()
    page.get_by_role("button", name="Nhập các câu đã chọn").click()
    question = Question.objects.get(bank__name="Văn thư")
    assert (question.stem, question.live) == ("Ai ký?", True)
