"""Uploads: what is read as typed, and what is refused with a sentence that helps."""

import contextlib
import datetime
import io
import random
import tracemalloc
import zipfile

import openpyxl
import pytest

from lms.lib.spreadsheets import Column, Sheet, SpreadsheetError, column_letters, read_sheet, read_table
from lms.lib.spreadsheets.sheets import Span, Suspect
from tests.lib.workbooks import (
    CONTENT_TYPE,
    MAIN,
    encrypted,
    many_rows,
    old_xls,
    package,
    parts,
    text_cell,
    xlsx,
)

COLUMNS = [
    Column("number", ("Mã cán bộ", "Mã CB"), required=True),
    Column("name", ("Họ và tên",), required=True),
    Column("phone", ("Điện thoại",)),
]
PLAIN = [["Mã cán bộ", "Họ và tên", "Điện thoại"], ["CB1", "Nguyễn Thị Ánh", "0901234567"]]


@pytest.fixture(autouse=True)
def _english(settings):
    """Sentences are compared in the code's own language."""
    settings.LANGUAGE_CODE = "en"


def refusal(file):
    if isinstance(file, bytes):
        file = io.BytesIO(file)
    with pytest.raises(SpreadsheetError) as refused:
        read_sheet(file)
    return str(refused.value)


# --- What is read ---------------------------------------------------------------------------------------------


def test_xlsx_values_keep_their_types():
    day = datetime.date(2025, 7, 1)
    moment = datetime.datetime.combine(day, datetime.time(8, 30))
    values = ["CB1", 26758, 1.5, day, moment, datetime.time(3, 4), True, None, "x"]
    assert read_sheet(xlsx([values])).rows == [[*values[:7], "", "x"]]


def test_rows_keep_the_numbers_that_the_person_sees():
    def leave_gaps(sheet):
        sheet["C4"] = "here"

    rows = read_sheet(xlsx([], edit=leave_gaps)).rows
    assert rows[3][2] == "here"
    assert len(rows) == 4


def test_shared_and_rich_texts_are_whole():
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t xml:space="preserve">Nguyễn </t></r><r><t>Thị Ánh</t></r></si></sst>'
    )
    file = package(parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings))
    assert read_sheet(file).rows == [["Nguyễn Thị Ánh"]]


def test_cells_without_an_address_follow_one_another():
    cells = '<row><c t="str"><v>a</v></c><c r="C1" t="str"><v>c</v></c><c t="str"><f>1</f><v>d</v></c></row>'
    sheet = read_sheet(package(parts(cells + '<row><c t="str"><v>e</v></c></row>')))
    assert sheet.rows[0] == ["a", "", "c", "d"]
    assert sheet.rows[1][0] == "e"
    assert sheet.suspects == {(0, 3): Suspect.FORMULA}


def test_dates_of_the_older_macintosh_calendar_are_right():
    def edit(sheet):
        sheet.parent.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet["A1"] = datetime.date(2025, 7, 1)

    assert read_sheet(xlsx([], edit=edit)).rows == [[datetime.date(2025, 7, 1)]]


def test_the_first_visible_sheet_is_read():
    def hide_first(sheet):
        sheet.sheet_state = "hidden"
        sheet.parent.create_sheet("Danh sách").append(["seen"])

    assert read_sheet(xlsx([["unseen"]], edit=hide_first)).rows == [["seen"]]


def test_formatted_but_empty_cells_far_away_do_no_harm():
    def paint(sheet):
        sheet["XFD1048576"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF0000")

    assert read_sheet(xlsx(PLAIN, edit=paint)).rows == PLAIN


def test_formulas_errors_and_merged_cells_are_reported_by_address():
    def spoil(sheet):
        sheet["B3"] = "=1+1"
        sheet["C3"] = "#N/A"
        sheet["C3"].data_type = "e"
        sheet.merge_cells("A4:A6")

    sheet = read_sheet(xlsx(PLAIN, edit=spoil))
    assert sheet.suspects == {(2, 1): Suspect.FORMULA, (2, 2): Suspect.ERROR}
    assert sheet.merged == [Span(3, 0, 5, 0)]
    assert str(sheet.merged[0]) == "A4:A6"


@pytest.mark.parametrize("what", ["row", "column"])
def test_hidden_rows_and_columns_are_read_and_reported(what):
    def hide(sheet):
        (sheet.row_dimensions[2] if what == "row" else sheet.column_dimensions["B"]).hidden = True

    sheet = read_sheet(xlsx(PLAIN, edit=hide))
    assert sheet.hidden
    assert sheet.rows == PLAIN


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
def test_csv_in_every_usual_dress(separator, encoding):
    text = "\r\n".join(separator.join(row) for row in PLAIN)
    match encoding:
        case "utf-16-le-bom":
            data = b"\xff\xfe" + text.encode("utf-16-le")
        case "utf-16-be-bom":
            data = b"\xfe\xff" + text.encode("utf-16-be")
        case _:
            data = text.encode(encoding)
    assert read_sheet(io.BytesIO(data)).rows == PLAIN


def test_csv_with_quotes_line_breaks_and_a_title_above():
    text = 'DANH SÁCH CÁN BỘ\n\nMã cán bộ;Họ và tên;Điện thoại\nCB1;"Nguyễn, ""Thị""\nÁnh";090\n'
    assert read_sheet(io.BytesIO(text.encode())).rows[3] == ["CB1", 'Nguyễn, "Thị"\nÁnh', "090"]


def test_excels_separator_hint_is_understood_and_keeps_the_row_numbers():
    rows = read_sheet(io.BytesIO(b"sep=;\r\na;b,c,d\r\n")).rows
    assert rows[1] == ["a", "b,c,d"]


# --- What is refused ------------------------------------------------------------------------------------------


def test_an_empty_file():
    assert refusal(b"") == refusal(b" \r\n") == "The file is empty."


def test_fifty_megabytes_are_not_even_looked_at():
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size=-1):
            assert 0 < size <= 11 * 1024 * 1024
            self.taken += size
            return b"PK\x03\x04".ljust(size, b"x")

    assert "larger than 10 MB" in refusal(Endless())


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        bytes(random.Random(1).randbytes(5000)),
        b"<html><table><tr><td>CB1</td></tr></table></html>",
        b"CB1,Nguy\x00n\n",
    ],
)
def test_what_is_no_spreadsheet(data):
    assert (
        "neither XLSX nor CSV" in refusal(data)
        or "not a spreadsheet" in refusal(data)
        or ("neither an XLSX" in refusal(data))
    )


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252"])
def test_csv_in_an_old_code_page_is_not_guessed(encoding):
    data = "Mã cán bộ,Họ và tên\nCB1,Lê Thế Vũ".encode(encoding, errors="replace")
    assert "CSV UTF-8" in refusal(data)


def test_another_zip_such_as_a_word_document():
    assert refusal(package({"word/document.xml": "<a/>"})) == "The file is not a spreadsheet."
    assert refusal(package({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"})) == (
        "The file is not a spreadsheet."
    )


def test_relatives_of_xlsx_are_named():
    assert "ODS" in refusal(package({"mimetype": "x", "content.xml": "<a/>"}))
    assert "XLSB" in refusal(package({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"x"}))
    assert "(XLS)" in refusal(old_xls())


def test_macros_by_part_and_by_declaration():
    with_part = parts("") | {"xl/vbaProject.bin": b"x"}
    declared = parts("", content_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert "macros" in refusal(package(with_part))
    assert "macros" in refusal(package(declared))


def test_a_password():
    assert "protected by a password" in refusal(encrypted())
    data = bytearray(xlsx(PLAIN).getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "protected by a password" in refusal(bytes(data))


def test_a_truncated_file():
    whole = xlsx(PLAIN).getvalue()
    for length in range(4, len(whole), len(whole) // 20):
        assert "damaged" in refusal(whole[:length])


def test_a_zip_bomb_is_stopped_while_unpacking():
    """50 MB and one byte of blanks, packed to 50 kB; what the header says about its size is a lie."""
    bomb = package(parts(" " * (60 * 1024 * 1024))).getvalue()
    assert len(bomb) < 100_000
    tracemalloc.start()
    assert "Unpacked, the file is larger than 50 MB" in refusal(bomb)
    assert tracemalloc.get_traced_memory()[1] < 70 * 1024 * 1024
    tracemalloc.stop()


def test_a_zip_whose_header_lies_about_the_size():
    data = bytearray(package(parts(" " * 200_000)).getvalue())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = bytes(data).replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lie != bytes(data)
    assert "damaged" in refusal(lie)


def test_a_zip_of_thousands_of_parts():
    assert "far more parts" in refusal(package({f"{number}": "" for number in range(1_001)}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_part_twice_so_that_two_readers_would_see_two_files():
    file = package(parts(""))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/Worksheets/sheet1.xml", "<worksheet/>")
    assert "same part twice" in refusal(file.getvalue())


XXE = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("doctype", [XXE, LAUGHS, '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">'])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities_anywhere(doctype, part):
    spoilt = parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    spoilt["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'
    if part != "xl/sharedStrings.xml":
        spoilt["xl/sharedStrings.xml"] = spoilt["xl/sharedStrings.xml"].replace("&x;", "")
    spoilt[part] = doctype + spoilt[part]
    assert "definitions (DTD)" in refusal(package(spoilt))


def test_entities_in_another_encoding():
    spoilt = parts("")
    spoilt["xl/worksheets/sheet1.xml"] = (XXE + spoilt["xl/worksheets/sheet1.xml"]).encode("utf-16")
    assert "definitions (DTD)" in refusal(package(spoilt))


def test_twenty_thousand_rows_are_read_and_one_more_is_not():
    row = ["CB1"]
    assert len(read_sheet(many_rows(row, [row] * 20_000)).rows) == 20_001
    assert "at most 20,000 rows" in refusal(many_rows(row, [row] * 20_001))
    csv = "a;b\n" * 20_001
    assert len(read_sheet(io.BytesIO(csv.encode())).rows) == 20_001
    assert "more than 20,000 rows" in refusal((csv + "a;b\n").encode())


def test_a_cell_at_the_far_corner_costs_no_memory():
    assert "row 1048576" in refusal(package(parts(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')))
    assert "Cell AY1 " in refusal(package(parts(f'<row r="1">{text_cell("AY1", "x")}</row>')))
    assert "more than 50 columns" in refusal(b"," * 50 + b"\n")


def test_counts_that_lie_about_what_follows():
    strings = (
        f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="18446744073709551615"><si><t>a</t></si></sst>'
    )
    cell = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert read_sheet(package(parts(cell, strings=strings))).rows == [["a"]]
    missing = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    with pytest.raises(SpreadsheetError):
        read_sheet(package(parts(missing, strings=strings)))


@pytest.mark.parametrize("kind", ["s", "str", "inlineStr", "b", "n", "d", "e"])
def test_empty_cells_of_every_kind_far_away(kind):
    """They must not make a table of a billion cells."""
    tracemalloc.start()
    cells = f'<row r="1048576"><c r="XFD1048576" t="{kind}"/><c r="XFD1048576" t="{kind}"><v/></c></row>'
    assert read_sheet(package(parts(cells))).rows == []
    assert tracemalloc.get_traced_memory()[1] < 5 * 1024 * 1024
    tracemalloc.stop()


def test_any_broken_byte_gives_a_table_or_a_sentence():
    """Two hundred copies, each with a few bytes changed, one stored uncompressed so that the XML is hit."""
    dice = random.Random(7)
    whole = xlsx(PLAIN * 3).getvalue()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        stored = package(
            {name: archive.read(name) for name in archive.namelist()}, compression=zipfile.ZIP_STORED
        ).getvalue()
    for number in range(200):
        data = bytearray(stored if number % 2 else whole)
        for _again in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with contextlib.suppress(SpreadsheetError):
            assert isinstance(read_sheet(io.BytesIO(data)), Sheet)


# --- The table in the sheet -------------------------------------------------------------------------------------


def table_refusal(rows, *, edit=None):
    with pytest.raises(SpreadsheetError) as refused:
        read_table(read_sheet(xlsx(rows, edit=edit)), COLUMNS)
    return str(refused.value)


def test_headings_in_any_order_case_and_normal_form_below_a_letterhead():
    table = read_table(
        Sheet(
            [
                ["ỦY BAN NHÂN DÂN PHƯỜNG", "", ""],
                ["", "", ""],
                ["STT", "HO VA TEN *", "Ma\u0303 CB", "Ghi chú"],
                [1, "Nguyễn Thị Ánh", "CB1", "x"],
                ["", "", "", ""],
                [2, "Lê Văn Bảy"],
            ]
        ),
        COLUMNS,
    )
    assert table.rows == [
        (4, {"name": "Nguyễn Thị Ánh", "number": "CB1"}),
        (6, {"name": "Lê Văn Bảy", "number": ""}),
    ]
    assert table.unread == ["STT", "Ghi chú"]
    assert [column.key for column in table.absent] == ["phone"]
    assert table.letters == {"name": 1, "number": 2}


def test_missing_columns_are_named():
    assert "Columns are missing: Mã cán bộ, Họ và tên." in table_refusal([["x"], ["1"]])
    assert "Columns are missing: Họ và tên." in table_refusal([["Mã cán bộ"], ["1"]])
    assert "Columns are missing" in table_refusal([])


def test_a_column_that_stands_twice():
    assert table_refusal([["Mã CB", "Họ và tên", "Mã cán bộ"]]) == "The column “Mã cán bộ” stands twice."


def test_a_table_without_rows():
    assert "no rows" in table_refusal(PLAIN[:1])


def test_formula_cells_are_refused_by_address_whatever_they_show():
    def formulas(sheet):
        for row in range(2, 10):
            sheet[f"B{row}"] = '=CONCATENATE("a","b")'

    message = table_refusal(PLAIN, edit=formulas)
    assert "B2, B3, B4, B5, B6 and 3 more" in message
    assert "formulas" in message


def test_array_and_shared_formulas_are_formulas():
    cells = (
        f'<row r="1">{text_cell("A1", "Mã cán bộ")}{text_cell("B1", "Họ và tên")}</row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c><c r="B2"><f t="array" ref="B2">1</f><v>1</v></c></row>'
    )
    with pytest.raises(SpreadsheetError, match="A2, B2"):
        read_table(read_sheet(package(parts(cells))), COLUMNS)


def test_a_formula_in_a_column_that_is_not_read_does_no_harm():
    rows = [["STT", *PLAIN[0]], ["=ROW()-1", *PLAIN[1]]]
    assert read_table(read_sheet(xlsx(rows)), COLUMNS).unread == ["STT"]


def test_error_values_are_refused_by_address():
    def spoil(sheet):
        sheet["B2"] = "#REF!"
        sheet["B2"].data_type = "e"

    assert "error values: B2." in table_refusal(PLAIN, edit=spoil)


def test_merged_cells_among_the_rows_are_refused_and_a_merged_title_is_not():
    rows = [["DANH SÁCH"], *PLAIN, ["CB2", "Lê Văn Bảy"]]
    assert "Cells are merged: A3:A4." in table_refusal(rows, edit=lambda sheet: sheet.merge_cells("A3:A4"))
    titled = xlsx(rows, edit=lambda sheet: sheet.merge_cells("A1:C1"))
    assert len(read_table(read_sheet(titled), COLUMNS).rows) == 2


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(column, letters):
    assert column_letters(column) == letters


def test_content_type_of_a_plain_workbook_is_accepted():
    assert read_sheet(package(parts("", content_type=CONTENT_TYPE))).rows == []
