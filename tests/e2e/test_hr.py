"""HR's way on a laptop: a roster with bad rows, and a completion seen in its own ward and in no other's."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from people.models import Official, Posting, User
from people.roster.columns import COLUMNS, EXAMPLE
from people.second_factor import code_now, enable
from records.learning import open_module, see_card
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import (
    CAU_ONG_LANH,
    NGHE_AN,
    PASSWORD,
    enrol,
    make_course,
    make_hr,
    make_module,
    make_official,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, user: User) -> None:
    """By hand: staff number, password, then the code of the authenticator app."""
    secret = enable(user)
    page.goto("/quan-ly/")
    page.locator("input[name=login]").fill(user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/2fa/authenticate/**")
    page.locator("input[name=code]").fill(code_now(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/quan-ly/")


def workbook(folder: Path, *rows: dict[str, str]) -> Path:
    book = openpyxl.Workbook()
    book.active.append([column.heading for column in COLUMNS])
    for row in rows:
        book.active.append([{**EXAMPLE, **row}[column.key] for column in COLUMNS])
    book.save(folder / "danh-sach.xlsx")
    return folder / "danh-sach.xlsx"


def upload(page: Page, file: Path) -> None:
    page.goto("/quan-ly/danh-sach/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/quan-ly/danh-sach/*/")


def test_hr_imports_a_roster_with_bad_rows(open_browser: Callable[..., Page], tmp_path: Path):
    page = open_browser(LAPTOP)
    sign_in(page, make_hr(of_ward=CAU_ONG_LANH))
    good = {"staff_number": "COL-001", "full_name": "Đỗ Thị Ngọc Ánh"}
    bad = {"staff_number": "COL-002", "full_name": "Trần Văn Bình", "starts_on": "31/02/2026"}

    upload(page, workbook(tmp_path, good, bad))
    expect(page.get_by_text("COL-002")).to_be_visible()
    expect(page.get_by_text("31/02/2026", exact=False)).to_be_visible()
    expect(page.locator("main form:has(input[name=digest])")).to_have_count(
        0
    )  # a file with errors cannot be applied
    assert not Official.objects.exists()

    upload(page, workbook(tmp_path, good, {**bad, "starts_on": "01/02/2026"}))
    page.locator("main form:has(input[name=digest]) button").click()
    expect(page.locator(".notice.ok").first).to_be_visible()
    assert list(Official.objects.values_list("full_name", flat=True)) == ["Đỗ Thị Ngọc Ánh", "Trần Văn Bình"]
    assert Posting.objects.filter(ward__code=CAU_ONG_LANH).count() == 2


def completed_in_cau_ong_lanh() -> None:
    official = make_official("Nguyễn Thị Lan", staff_number="COL-001")
    make_official("Lê Văn Tám", at="16681", staff_number="NA-001")
    course = make_course("Chữ ký số và văn bản điện tử")
    module = make_module(course, cards=1)
    for each in Official.objects.all():
        enrol(each, course)
    progress = open_module(official.enrolments.get(), module)
    see_card(progress, progress.version.card_ids[0])


def test_hr_sees_the_completion_of_its_ward(open_browser: Callable[..., Page]):
    completed_in_cau_ong_lanh()
    page = open_browser(LAPTOP)
    sign_in(page, make_hr(of_ward=CAU_ONG_LANH))
    row = page.locator("tbody tr", has_text="Phường Cầu Ông Lãnh")
    expect(row).to_contain_text("100")
    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Nguyễn Thị Lan").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nguyễn Thị Lan")
    expect(page.get_by_text("Chữ ký số và văn bản điện tử").first).to_be_visible()


def test_hr_of_another_province_sees_nothing_of_it(open_browser: Callable[..., Page]):
    completed_in_cau_ong_lanh()
    page = open_browser(PHONE)
    sign_in(page, make_hr(of_province=NGHE_AN))
    expect(page.get_by_text("Cầu Ông Lãnh")).to_have_count(0)
    for url in ("/quan-ly/don-vi/26758/", "/quan-ly/can-bo/COL-001/"):
        assert page.goto(url).status == 404  # type: ignore[union-attr]
        expect(page.get_by_text("Nguyễn Thị Lan")).to_have_count(0)
    assert page.goto("/quan-ly/can-bo/NA-001/").status == 200  # type: ignore[union-attr]
