"""HR's files: their columns, their scope, and that nothing in them runs."""

import csv
import io
import json
import logging

import openpyxl
import pytest
from django.utils import timezone

from certificates.models import Certificate
from people.models import Ward
from records.models import Enrolment
from reports import exports
from reports.figures import Filters, Lens, serving_by_ward, total
from reports.rows import Row, count_rows, rows
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    THANH_VINH,
    Cast,
    correct,
    enrol,
    make_completion,
    make_course,
    make_official,
    make_posting,
    ward,
)
from tests.reports.conftest import hr_client, in_days, started

EVERYWHERE = Ward.objects.all()
CSV_URL, XLSX_URL = "/quan-ly/xuat/csv/", "/quan-ly/xuat/xlsx/"


def table(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def hr(cast: Cast):
    return hr_client(cast.province_hr)


def certified(completion, number: int) -> None:
    Certificate.objects.create(
        completion=completion,
        official=completion.official,
        year=2026,
        number=number,
        full_name=completion.full_name,
        course_title=completion.course_title,
        periods=2,
        started_on=completion.started_on,
        completed_on=completion.started_on,
        issued_on=timezone.localdate(),
        issuer="UBND",
    )


def test_columns_are_those_that_hr_hands_in(cast: Cast, hr):
    course = make_course("Chữ ký số", periods=3)
    completion = make_completion(cast.lan, course)
    certified(completion, 12)
    today = f"{in_days(0):%d/%m/%Y}"
    assert table(hr.get(CSV_URL)) == [
        {
            "Mã cán bộ": cast.lan.staff_number,
            "Họ và tên": "Nguyễn Thị Lan",
            "Đơn vị": "Phường Cầu Ông Lãnh, Thành phố Hồ Chí Minh",
            "Vị trí": "Văn thư",
            "Khóa học": "Chữ ký số",
            "Ngày bắt đầu": today,
            "Ngày kết thúc": today,
            "Số tiết": "3",
            "Điểm": "9.50",
            "Trạng thái": "Hoàn thành",
            "Hạn hoàn thành": "",
            "Số vào sổ": "000012/2026",
            "Ngày cấp": today,
        }
    ]


def test_every_enrolment_is_a_row_with_its_status_by_unit_and_name(db):
    course = make_course()
    enrol(make_official("Trần Bình", account=False), course)
    started(enrol(make_official("Lê An", account=False), course, due_on=in_days(0)))
    enrol(make_official("Phạm Cúc", at=BINH_THANH, account=False), course, due_on=in_days(-1))
    make_completion(make_official("Vũ Dung", account=False), course)
    found = [(row.unit.split(",")[0], row.full_name, row.status) for row in rows(EVERYWHERE, Filters())]
    assert found == [
        ("Phường Bình Thạnh", "Phạm Cúc", "Quá hạn"),
        ("Phường Cầu Ông Lãnh", "Lê An", "Đang học"),
        ("Phường Cầu Ông Lãnh", "Trần Bình", "Chưa học"),
        ("Phường Cầu Ông Lãnh", "Vũ Dung", "Hoàn thành"),
    ]


def test_files_and_screens_count_alike(db):
    course = make_course()
    for number in range(4):
        enrol(make_official(account=False), course, due_on=in_days(number - 2))
    make_completion(make_official(account=False), course)
    figures = total(serving_by_ward(EVERYWHERE, Filters()).values())
    found = list(rows(EVERYWHERE, Filters()))
    assert len(found) == count_rows(EVERYWHERE, Filters()) == figures.assigned == 5
    for status in ("overdue", "completed", "not-started", "in-progress"):
        asked = Filters(status=status)
        assert len(list(rows(EVERYWHERE, asked))) == count_rows(EVERYWHERE, asked) == figures.at(status)


def test_serving_lens_has_todays_unit_and_earned_lens_that_of_the_day(db):
    lan = make_official("Lan", account=False)
    make_completion(lan)
    lan.postings.update(ends_on=in_days(-1))
    make_posting(lan, BINH_THANH, position="ke-toan", starts_on=in_days(0))
    Enrolment.objects.update(due_on=in_days(4))
    [now] = rows(EVERYWHERE, Filters())
    assert (now.unit, now.position) == ("Phường Bình Thạnh, Thành phố Hồ Chí Minh", "Kế toán")
    # make_completion copied the posting of its day, before the transfer.
    [then] = rows(EVERYWHERE, Filters(lens=Lens.EARNED))
    assert (then.unit, then.position) == ("Phường Cầu Ông Lãnh, Thành phố Hồ Chí Minh", "Văn thư")
    assert (then.due_on, then.status) == (in_days(4), "Hoàn thành")


def test_a_corrected_completion_is_one_row_with_the_correction(cast: Cast):
    completion = make_completion(cast.lan)
    certified(correct(completion, cast.admin, score="7.25"), 3)
    for lens in Lens:
        [row] = rows(EVERYWHERE, Filters(lens=lens))
        assert (str(row.score), row.register_number) == ("7.25", "000003/2026")


def test_files_keep_to_the_scope_and_to_the_filters(cast: Cast, hr):
    course = make_course()
    enrol(cast.lan, course)
    enrol(make_official("Bình", at=BINH_THANH, account=False), course)
    enrol(make_official("Vinh", at=THANH_VINH, account=False), course)
    make_completion(make_official("Vinh Hai", at=THANH_VINH, account=False))

    def names(**asked):
        return [row["Họ và tên"] for row in table(hr.get(CSV_URL, asked))]

    assert names() == ["Bình", "Nguyễn Thị Lan"]
    assert names(ward=BINH_THANH) == ["Bình"]
    assert names(q="lan") == ["Nguyễn Thị Lan"]
    assert names(unit="vinh") == []
    assert names(lens="earned") == []
    assert hr.get(CSV_URL, {"ward": THANH_VINH}).status_code == 404


def test_a_name_cannot_run_as_a_formula(cast: Cast, hr):
    official = make_official('=HYPERLINK("http://x")', account=False)
    enrol(official, make_course("@SUM(A1)"))
    [row] = table(hr.get(CSV_URL, {"q": official.staff_number}))
    assert row["Họ và tên"] == '\'=HYPERLINK("http://x")'
    assert row["Khóa học"] == "'@SUM(A1)"
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(hr.get(XLSX_URL, {"q": official.staff_number}).streaming_content))
    )
    cell = book.active["B2"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://x")')


def test_excel_file_has_the_same_rows_with_real_dates_and_numbers(cast: Cast, hr):
    make_completion(cast.lan, make_course(periods=4))
    response = hr.get(XLSX_URL)
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [cell.value for cell in sheet[1]] == list(map(str, exports.headings()))
    values = dict(zip(Row._fields, [cell.value for cell in sheet[2]], strict=True))
    assert values["started_on"].date() == in_days(0)
    assert (values["periods"], values["score"]) == (4, 9.5)


def test_too_many_rows_for_excel_offer_the_csv_instead(cast: Cast, hr, monkeypatch):
    enrol(cast.lan, make_course())
    monkeypatch.setattr("reports.views.XLSX_ROWS", 0)
    response = hr.get(XLSX_URL, {"ward": CAU_ONG_LANH})
    assert response.status_code == 400
    assert f"{CSV_URL}?ward={CAU_ONG_LANH}" in response.content.decode()


def test_a_file_with_a_day_that_cannot_be_read_leads_back_to_the_screen(hr):
    response = hr.get(CSV_URL, {"since": "x"})
    assert (response.status_code, response.headers["Location"]) == (302, "/quan-ly/?since=x")


def test_an_unknown_format_is_not_found(hr):
    assert hr.get("/quan-ly/xuat/pdf/").status_code == 404


def test_every_export_is_noted_with_who_and_what(cast: Cast, hr, caplog):
    with caplog.at_level(logging.INFO, logger="lms.audit"):
        hr.get(CSV_URL, {"ward": CAU_ONG_LANH, "q": "a\nb", "csrf": "x"})
        hr.get(CSV_URL, {"ward": THANH_VINH})
    [record] = [record for record in caplog.records if record.name == "lms.audit"]
    assert "\n" not in record.getMessage()
    assert json.loads(record.getMessage().removeprefix("export ")) == {
        "user": "hr-tinh",
        "format": "csv",
        "filters": {"ward": CAU_ONG_LANH, "q": "a\nb"},
    }


def test_the_first_line_leaves_before_the_rows_are_read(cast: Cast, django_assert_num_queries):
    enrol(cast.lan, make_course())
    parts = exports.csv_parts(rows(EVERYWHERE, Filters()))
    with django_assert_num_queries(0):
        assert next(parts).startswith("\ufeffMã cán bộ,")
    assert len(list(parts)) == 1


@pytest.mark.parametrize("lens", list(Lens))
def test_rows_take_the_same_queries_for_one_and_for_three(lens, db, django_assert_num_queries):
    for count, place in enumerate((CAU_ONG_LANH, BINH_THANH, THANH_VINH), start=1):
        make_completion(make_official(at=place, account=False))
        if count != 2:
            with django_assert_num_queries(4 if lens == Lens.SERVING else 3):
                assert len(list(rows(EVERYWHERE, Filters(lens=lens)))) == count


def test_rows_of_one_ward_only(db):
    for place in (CAU_ONG_LANH, BINH_THANH):
        make_completion(make_official(at=place, account=False))
    for lens in Lens:
        [row] = rows(EVERYWHERE, Filters(lens=lens, ward=ward(BINH_THANH)))
        assert row.unit.startswith("Phường Bình Thạnh")
