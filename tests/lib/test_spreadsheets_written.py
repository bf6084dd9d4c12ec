"""Exports: types survive, Vietnamese survives, nothing in a cell can run."""

import csv
import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from lms.lib.spreadsheets import csv_lines, xlsx_stream

HEADER = ["Họ và tên", "Điểm", "Ngày"]
FORMULAS = ["=1+1", "+84901234567", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x")', "{=1}"]


def sheet_of(stream):
    return openpyxl.load_workbook(stream).active


def test_xlsx_keeps_the_types():
    moment = datetime.datetime(2026, 3, 1, 1, 30, tzinfo=datetime.UTC)
    sheet = sheet_of(
        xlsx_stream(
            "Báo cáo", HEADER, [["Đặng Thị Ngữ", Decimal("8.5"), datetime.date(2026, 2, 9), moment, None]]
        )
    )
    assert sheet.title == "Báo cáo"
    assert [cell.value for cell in sheet[1]][:3] == HEADER
    assert [cell.value for cell in sheet[2]] == [
        "Đặng Thị Ngữ",
        8.5,
        datetime.datetime.combine(datetime.date(2026, 2, 9), datetime.time()),
        timezone.localtime(moment).replace(tzinfo=None),
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_xlsx_never_holds_a_formula(text):
    cell = sheet_of(xlsx_stream("x", ["a"], [[text]]))["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize("text", FORMULAS[:-1])
def test_csv_texts_that_would_run_get_an_apostrophe(text):
    rows = list(csv.reader(io.StringIO("".join(csv_lines([text], [[text]])).lstrip("\ufeff"), newline="")))
    assert rows == [["'" + text], ["'" + text]]


def test_csv_numbers_stay_numbers():
    assert list(csv_lines(["a", "b"], [[-3, Decimal("-1.5")]]))[1] == "-3,-1.5\r\n"


def test_csv_starts_with_the_mark_by_which_excel_knows_vietnamese():
    lines = list(csv_lines(HEADER, [["Nguyễn Thị Ánh", None, datetime.date(2026, 2, 9)]]))
    assert lines == ["\ufeffHọ và tên,Điểm,Ngày\r\n", "Nguyễn Thị Ánh,,09/02/2026\r\n"]


def test_csv_is_written_row_by_row():
    def endless():
        while True:
            yield ["a"]

    lines = csv_lines(["x"], endless())
    assert [next(lines) for _ in range(3)] == ["\ufeffx\r\n", "a\r\n", "a\r\n"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Phường [1]: a/b?", "Phường  1   a b"), ("", "1"), ("x" * 40, "x" * 31), ("'Tên'", "Tên")],
)
def test_any_title_becomes_one_that_excel_takes(title, expected):
    assert sheet_of(xlsx_stream(title, ["a"], [])).title == expected


def test_a_text_longer_than_a_cell_is_cut_and_not_lost():
    assert len(sheet_of(xlsx_stream("x", ["a"], [["ă" * 40_000]]))["A2"].value) == 32_767
