"""The screens of the roster import, with real uploads."""

import datetime
import io
import re
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Official, Posting, RosterImport, Ward, WardSuccession
from people.roster import Kind, plan, read_roster
from people.roster.columns import BY_KEY, COLUMNS, EXAMPLE_NUMBER
from tests.factories import BINH_THANH, CAU_ONG_LANH, HO_CHI_MINH, make_hr, make_official, ward
from tests.lib.workbooks import encrypted, many_rows, old_xls, package, parts, xlsx
from tests.people.conftest import ROW

pytestmark = pytest.mark.django_db

ROSTER = "/quan-ly/danh-sach/"


@pytest.fixture
def hr(cast, client):
    """Signed in as HR of Cầu Ông Lãnh, in English."""
    return sign_in(client, cast.ward_hr)


def sign_in(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def file_of(*rows):
    keys = list(ROW)
    return xlsx(
        [[BY_KEY[key].heading for key in keys], *([{**ROW, **row}[key] for key in keys] for row in rows)]
    )


def upload(client, file, name="danh-sach.xlsx"):
    data = file if isinstance(file, bytes) else file.getvalue()
    return client.post(ROSTER, {"file": SimpleUploadedFile(name, data)})


def previewed(client, *rows):
    """Upload, follow to the preview → (address, response)."""
    address = upload(client, file_of(*rows)).url
    return address, client.get(address)


def digest_of(response):
    return re.search(r'name="digest" value="(\w+)"', response.content.decode())[1]


# --- Upload, preview, apply --------------------------------------------------------------------------------------


def test_a_roster_goes_from_upload_through_preview_to_the_database(hr, cast):
    address, preview = previewed(hr, {}, {"staff_number": "CB-2", "full_name": "Lê Văn Bảy"})
    assert not Official.objects.filter(staff_number="CB-2").exists()
    assert preview.context["plan"].counts["new"] == 2
    applied = hr.post(address, {"digest": digest_of(preview)}, follow=True)
    assert "Applied at" in applied.content.decode()
    assert Official.objects.get(staff_number="CB-2").postings.get().ward.code == CAU_ONG_LANH
    stored = RosterImport.objects.get()
    assert (stored.uploaded_by, stored.state, stored.counts["new"]) == (cast.ward_hr, "applied", 2)


def test_the_button_pressed_twice_applies_once(hr):
    address, preview = previewed(hr, {})
    for _again in range(2):
        hr.post(address, {"digest": digest_of(preview)})
    assert Official.objects.filter(staff_number="CB-0001").count() == 1
    assert Posting.objects.filter(official__staff_number="CB-0001").count() == 1


def test_a_file_that_is_recorded_already_has_no_button(hr):
    address, preview = previewed(hr, {})
    hr.post(address, {"digest": digest_of(preview)})
    _address, again = previewed(hr, {})
    assert "nothing to apply" in again.content.decode()
    assert "digest" not in again.content.decode()


def test_errors_are_listed_with_row_cell_and_column_and_there_is_no_button(hr):
    address, preview = previewed(hr, {}, {"staff_number": "CB-2", "email": "x", "ward_code": BINH_THANH})
    page = preview.content.decode()
    assert "1 row has an error." in page
    assert "1 row is fine." in page
    assert "<strong>D3</strong> · Thư điện tử: “x” is not an e-mail address." in page
    assert "<strong>F3</strong> · Mã đơn vị: Phường Bình Thạnh is outside your scope" in page
    assert "digest" not in page
    assert hr.post(address, {"digest": "x"}).status_code == 409
    assert not Official.objects.filter(staff_number="CB-0001").exists()


def test_a_change_in_between_is_shown_instead_of_written(hr):
    make_official("Nguyễn Thị Ánh", staff_number="CB-0001", account=False)
    address, preview = previewed(hr, {})
    Official.objects.filter(staff_number="CB-0001").update(full_name="Tên Khác")
    refused = hr.post(address, {"digest": digest_of(preview)})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "The data changed since the preview" in page
    assert "<del>Tên Khác</del> → <ins>Nguyễn Thị Ánh</ins>" in page
    assert Official.objects.get(staff_number="CB-0001").full_name == "Tên Khác"
    hr.post(address, {"digest": digest_of(refused)})
    assert Official.objects.get(staff_number="CB-0001").full_name == "Nguyễn Thị Ánh"


def test_what_was_not_read_is_said(hr):
    file = file_of({})
    book = openpyxl.load_workbook(file)
    book.active["M1"], book.active["M2"] = "Ghi chú", "x"
    book.active.column_dimensions["C"].hidden = True
    changed = io.BytesIO()
    book.save(changed)
    page = hr.get(upload(hr, changed).url).content.decode()
    assert "no such facts: Ghi chú." in page
    assert "hidden rows or columns" in page


def test_thousands_of_rows_come_page_by_page(hr, django_assert_max_num_queries):
    address, preview = previewed(hr, *({"staff_number": f"CB-{number:04d}"} for number in range(250)))
    assert len(preview.context["rows"]) == 100
    assert preview.context["page"].paginator.num_pages == 3
    with django_assert_max_num_queries(16):
        last = hr.get(address, {"xem": "thay-doi", "trang": "3"})
    assert [row["plan"].number for row in last.context["rows"]] == list(range(202, 252))


def test_a_csv_file_does_as_well(hr):
    keys = list(ROW)
    lines = [";".join(BY_KEY[key].heading for key in keys), ";".join(ROW[key] for key in keys)]
    response = upload(hr, "\r\n".join(lines).encode("utf-8-sig"), "danh-sach.csv")
    assert hr.get(response.url).context["plan"].counts["new"] == 1


def test_an_uploaded_name_is_shown_as_text(hr):
    upload(hr, file_of({"full_name": "<script>alert(1)</script>"}), "<img src=x>.xlsx")
    page = hr.get(reverse("people:roster_preview", args=[RosterImport.objects.get().pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page


# --- Bad files ----------------------------------------------------------------------------------------------------


def formula(sheet):
    sheet["B2"] = '=HYPERLINK("http://example.com","Nguyễn Thị Ánh")'


XXE = (
    '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst xmlns="http://x"><si><t>&x;</t></si></sst>'
)
BAD_FILES = {
    "no spreadsheet": (lambda: b"\x89PNG\r\n\x1a\n\xff\xfe", "neither XLSX nor CSV"),
    "wrong columns": (
        lambda: xlsx([["Tên", "Tuổi"], ["Ánh", 30]]),
        "Columns are missing: Mã cán bộ, Họ và tên",
    ),
    "formula": (
        lambda: xlsx([[c.heading for c in COLUMNS], [ROW[c.key] for c in COLUMNS]], edit=formula),
        "Cells hold formulas: B2.",
    ),
    "zip bomb": (lambda: package(parts(" " * 51 * 1024 * 1024)), "larger than 50 MB"),
    "too large": (lambda: b"PK\x03\x04" + b"\0" * 11 * 1024 * 1024, "larger than 10 MB"),
    "entities": (lambda: package(parts("", strings=XXE)), "definitions (DTD)"),
    "truncated": (lambda: file_of({}).getvalue()[:-500], "damaged"),
    "macros": (lambda: package(parts("") | {"xl/vbaProject.bin": b"x"}), "macros"),
    "password": (encrypted, "password"),
    "old Excel": (old_xls, "(XLS)"),
    "Windows-1258": (lambda: "Mã cán bộ,Họ và tên\nCB1,Lê Thế".encode("cp1258", "replace"), "CSV UTF-8"),
    "too many rows": (lambda: many_rows(["Mã cán bộ"], [["CB1"]] * 20_001), "at most 20,000 rows"),
    "empty": (lambda: b"", "The file is empty."),
    "no rows": (lambda: xlsx([[column.heading for column in COLUMNS]]), "no rows"),
    "merged cells": (
        lambda: xlsx(
            [[c.heading for c in COLUMNS], [ROW[c.key] for c in COLUMNS], []],
            edit=lambda sheet: sheet.merge_cells("A2:A3"),
        ),
        "Cells are merged: A2:A3.",
    ),
    "NUL bytes": (lambda: b"M\xc3\xa3 c\xc3\xa1n b\xe1\xbb\x99,x\n\0,\0", "neither an XLSX"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gives_one_clear_sentence_and_saves_nothing(name, hr, cast):
    make, sentence = BAD_FILES[name]
    response = upload(hr, make())
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not RosterImport.objects.exists()
    assert list(Official.objects.all()) == [cast.lan]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{}, {"full_name": "Lê Văn Bảy", "starts_on": "01/01/2026"}], "Row 2 has the same staff number"),
        ([{"ward_code": "99999"}], "No unit has the code 99999"),
        ([{"ends_on": "31/12/2025"}, {"starts_on": "01/12/2025"}], "shares days with the one in row 2"),
    ],
)
def test_a_roster_with_bad_rows_is_previewed_and_saves_nobody(rows, sentence, hr, cast):
    _address, preview = previewed(hr, *rows)
    assert sentence in preview.content.decode()
    assert list(Official.objects.all()) == [cast.lan]


def test_no_file_at_all(hr):
    assert hr.post(ROSTER, {}).status_code == 400
    assert hr.post(ROSTER, {"file": "text"}).status_code == 400


# --- Whose ----------------------------------------------------------------------------------------------------------


def test_another_hrs_upload_does_not_exist_for_me(hr, cast):
    address, preview = previewed(hr, {})
    for other in (cast.province_hr, cast.other_hr):
        sign_in(hr, other)
        assert hr.get(address).status_code == 404
        assert hr.post(address, {"digest": digest_of(preview)}).status_code == 404
        assert list(hr.get(ROSTER).context["page"]) == []
    assert not Official.objects.filter(staff_number="CB-0001").exists()


def test_the_administrator_sees_every_upload_and_who_made_it(hr, cast):
    address, _preview = previewed(hr, {})
    sign_in(hr, cast.admin)
    assert hr.get(address).status_code == 200
    assert "Cán bộ nhân sự" in hr.get(ROSTER).content.decode()


@pytest.mark.parametrize("path", ["", "mau.xlsx", "1/"])
def test_without_a_scope_the_pages_do_not_exist(path, client, cast):
    assert client.get(ROSTER + path).status_code == 302
    for user in (cast.lan.user, cast.trainer):
        sign_in(client, user)
        assert client.get(ROSTER + path).status_code == 404
        assert client.post(ROSTER + path).status_code in {404, 405}


def test_another_wards_official_cannot_be_taken_over_by_a_file(hr):
    official = make_official("Trần Văn Bình", at=BINH_THANH, staff_number="CB-0001")
    address, preview = previewed(hr, {"starts_on": "01/03/2026"})
    page = preview.content.decode()
    assert "serves in a unit outside your scope" in page
    assert "Trần Văn Bình" not in page
    hr.post(address, {"digest": preview.context["plan"].digest})
    official.refresh_from_db()
    assert (official.full_name, official.posting_on().ward.code) == ("Trần Văn Bình", BINH_THANH)


def test_the_list_costs_the_same_for_one_upload_and_for_three(hr):
    counts = []
    for uploads in (1, 2):
        for _number in range(uploads):
            upload(hr, file_of({}))
        with CaptureQueriesContext(connection) as queries:
            hr.get(ROSTER)
        assert not any('"rows"' in query["sql"] for query in queries)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_shared_address_is_said_in_words_and_can_still_be_applied(hr):
    other = {"staff_number": "CB-2", "full_name": "<b>Bảy</b>"}
    address, preview = previewed(hr, {}, other)
    page = preview.content.decode()
    assert "1 e-mail address belongs to several officials." in page
    assert "nguyenthianh@xa.example.vn: Nguyễn Thị Ánh (CB-0001), &lt;b&gt;Bảy&lt;/b&gt; (CB-2)" in page
    hr.post(address, {"digest": digest_of(preview)})
    assert Official.objects.filter(email=ROW["email"]).count() == 2


# --- The template ---------------------------------------------------------------------------------------------------


def template(client):
    response = client.get(ROSTER + "mau.xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="mau-danh-sach-can-bo.xlsx"'
    return io.BytesIO(b"".join(response.streaming_content))


def test_the_template_holds_headings_an_example_the_lists_and_ones_own_codes(hr):
    book = openpyxl.load_workbook(template(hr))
    roster, lists, codes, guide = book.worksheets
    assert [cell.value for cell in roster[1]] == [column.heading for column in COLUMNS]
    assert roster["A2"].value == EXAMPLE_NUMBER
    assert [cell.value for cell in lists[2]] == ["Lãnh đạo HĐND và UBND", "Chủ tịch UBND"]
    assert [[cell.value for cell in row] for row in codes.iter_rows(min_row=2)] == [
        ["26758", "Phường Cầu Ông Lãnh", "Thành phố Hồ Chí Minh"]
    ]
    assert [guide.cell(row, 1).value for row in range(2, 14)] == [column.heading for column in COLUMNS]


def test_the_province_finds_all_its_codes_in_the_template(client, cast):
    book = openpyxl.load_workbook(template(sign_in(client, cast.province_hr)))
    assert book.worksheets[2].max_row == 1 + Ward.objects.filter(province__code=HO_CHI_MINH).count()


def test_the_template_names_no_unit_that_ended(client):
    WardSuccession.objects.create(
        predecessor=ward(CAU_ONG_LANH),
        successor=ward(BINH_THANH),
        kind="merge",
        on=datetime.date(2026, 7, 1),
    )
    book = openpyxl.load_workbook(template(sign_in(client, make_hr(of_ward=BINH_THANH))))
    assert [row[0].value for row in book.worksheets[2].iter_rows(min_row=2)] == [BINH_THANH]


def test_a_filled_in_template_can_be_uploaded(hr, cast):
    book = openpyxl.load_workbook(template(hr))
    assert "no rows" in upload(hr, template(hr)).content.decode()
    for place, column in enumerate(COLUMNS, start=1):
        book.worksheets[0].cell(3, place).value = ROW[column.key]
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    assert [row.kind for row in plan(read_roster(filled), user=cast.ward_hr).rows] == [Kind.NEW]


def test_the_templates_cells_are_texts_so_that_noughts_and_dates_stay(hr):
    with zipfile.ZipFile(template(hr)) as archive:
        assert b'formatCode="@"' in archive.read("xl/styles.xml") or b'numFmtId="49"' in archive.read(
            "xl/styles.xml"
        )
