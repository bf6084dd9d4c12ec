"""The certificate as a document: its words, its one page, its fonts."""

import datetime
import io
import shutil
import subprocess
import unicodedata
from decimal import Decimal

import pypdf
import pytest
import segno

from certificates.models import Certificate
from certificates.printed import TITLE, place_and_date, printed, verification_url
from certificates.rendering import certificate_html, render_certificate

DAY = datetime.date


def entry(**fields: object) -> Certificate:
    """A register entry that is in no database."""
    plain: dict[str, object] = {
        "year": 2026,
        "number": 123,
        "code": "Zk3v9QxT7aB1cD2eF3gH4i",
        "full_name": "Nguyễn Thị Ủy",
        "date_of_birth": DAY(1990, 3, 5),
        "course_title": "Chữ ký số và văn bản điện tử",
        "periods": 2,
        "started_on": DAY(2026, 11, 20),
        "completed_on": DAY(2026, 11, 22),
        "score": Decimal("9.50"),
        "issued_on": DAY(2026, 11, 22),
        "place": "Cầu Ông Lãnh",
        "issuer_parent": "UBND Thành phố Hồ Chí Minh",
        "issuer": "Ủy ban nhân dân phường Cầu Ông Lãnh",
        "ward_name": "Phường Cầu Ông Lãnh",
        "province_name": "Thành phố Hồ Chí Minh",
        "department_name": "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
        "position_name": "Văn thư",
    }
    return Certificate(**{**plain, **fields})


BARE = {
    "date_of_birth": None,
    "score": None,
    "place": "",
    "issuer_parent": "",
    "ward_name": "",
    "province_name": "",
    "department_name": "",
    "position_name": "",
}
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Thị Huyền Trân Phương Quỳnh Nguyệt Ánh"
LONG_TITLE = (
    "Bồi dưỡng kỹ năng tiếp nhận, số hóa hồ sơ và trả kết quả giải quyết thủ tục hành chính trên môi trường điện tử "
    "cho công chức làm việc tại Trung tâm Phục vụ hành chính công cấp xã, năm 2026 (đợt 2)"
)
LONGEST = {
    "full_name": "Nguyễn Hoàng Phương " * 6,
    "course_title": "Một khóa tập huấn có tên rất dài " * 7,
    "position_name": "Chuyên viên phụ trách " * 5,
    "department_name": "Trung tâm Phục vụ hành chính công " * 3,
    "ward_name": "Phường Có Tên Dài " * 6,
    "province_name": "Thành phố Có Tên Dài " * 4,
    "issuer": "Ủy ban nhân dân phường có tên dài " * 5,
    "issuer_parent": "Ủy ban nhân dân thành phố có tên dài " * 5,
    "signer_title": "KT. Chủ tịch|Phó Chủ tịch Ủy ban nhân dân " * 3,
    "signer_name": "Nguyễn Hoàng Phương " * 6,
}


@pytest.fixture(scope="module")
def plain() -> bytes:
    return render_certificate(entry(signer_title="KT. Chủ tịch|Phó Chủ tịch", signer_name="Trần Văn Bình"))


def words(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def texts(**fields: object) -> dict[str, str]:
    return {line.name: line.text for line in printed(entry(**fields))}


def test_every_line_is_as_the_office_writes_it():
    assert [(line.label, line.text) for line in printed(entry())] == [
        ("", "UBND THÀNH PHỐ HỒ CHÍ MINH"),
        ("", "ỦY BAN NHÂN DÂN PHƯỜNG CẦU ÔNG LÃNH"),
        ("", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("", "Độc lập - Tự do - Hạnh phúc"),
        ("", "GIẤY XÁC NHẬN HOÀN THÀNH"),
        ("Xác nhận ông/bà", "NGUYỄN THỊ ỦY"),
        ("Sinh ngày", "05/03/1990"),
        ("Vị trí công tác", "Văn thư, Văn phòng Hội đồng nhân dân và Ủy ban nhân dân"),
        ("Đơn vị", "Phường Cầu Ông Lãnh, Thành phố Hồ Chí Minh"),
        ("đã hoàn thành khóa tập huấn", "Chữ ký số và văn bản điện tử"),
        ("Thời lượng", "2 tiết"),
        ("Thời gian", "từ ngày 20/11/2026 đến ngày 22/11/2026"),
        ("Kết quả", "Đạt, 9,5/10 điểm"),
        ("Số vào sổ", "000123/2026"),
        (
            "Kiểm tra tại",
            "127.0.0.1:8000/xac-minh/Zk3v9QxT7aB1cD2eF3gH4i/",
        ),
        ("", "Bản điện tử chưa ký số."),
        ("", "Cầu Ông Lãnh, ngày 22 tháng 11 năm 2026"),
    ]


def test_what_is_not_known_is_left_out():
    lines = texts(**BARE)
    assert lines["date"] == "Ngày 22 tháng 11 năm 2026"
    assert lines["result"] == "Đạt"
    assert {
        "parent",
        "born",
        "posting",
        "unit",
        "signer_title",
        "signer_name",
        "edition",
    } & lines.keys() == set()


def test_it_is_never_called_a_chung_chi(plain: bytes):
    assert TITLE == "GIẤY XÁC NHẬN HOÀN THÀNH"
    assert "chứng chỉ" not in words(plain).lower()


def test_motto_is_printed_only_on_an_offices_own_paper():
    assert {"state", "motto"} <= texts().keys()
    assert {"state", "motto"} & texts(motto=False).keys() == set()


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (DAY(2026, 11, 22), "Thành Vinh, ngày 22 tháng 11 năm 2026"),
        (DAY(2026, 2, 5), "Thành Vinh, ngày 05 tháng 02 năm 2026"),
        (DAY(2026, 3, 5), "Thành Vinh, ngày 05 tháng 3 năm 2026"),
        (DAY(2027, 1, 1), "Thành Vinh, ngày 01 tháng 01 năm 2027"),
    ],
)
def test_date_has_the_zeros_of_the_decree(day: datetime.date, text: str):
    assert place_and_date("Thành Vinh", day) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [
        ("10.00", "Đạt, 10/10 điểm"),
        ("9.50", "Đạt, 9,5/10 điểm"),
        ("8.67", "Đạt, 8,67/10 điểm"),
        ("0.00", "Đạt, 0/10 điểm"),
    ],
)
def test_score_is_out_of_ten_with_a_comma(score: str, text: str):
    assert texts(score=Decimal(score))["result"] == text


def test_course_of_one_day_names_the_day_once():
    assert texts(started_on=DAY(2026, 11, 22))["studied"] == "ngày 22/11/2026"


def test_reissue_says_which_and_what_it_replaces():
    line = texts(edition=2, replaces=entry(number=7))["edition"]
    assert line == "Cấp lần 2, thay thế giấy số 000007/2026"


@pytest.mark.parametrize(
    ("name", "capitals"),
    [
        ("Nguyễn Thị Ủy", "NGUYỄN THỊ ỦY"),
        ("Đặng Thị Ngọc Ẩn", "ĐẶNG THỊ NGỌC ẨN"),
        ("H'Hen Niê-Kđăm", "H'HEN NIÊ-KĐĂM"),
        ("Y Thông’ Êban", "Y THÔNG’ ÊBAN"),
        (unicodedata.normalize("NFD", "Trưởng Quỳnh Như"), "TRƯỞNG QUỲNH NHƯ"),
    ],
)
def test_name_in_capitals_keeps_every_mark_and_stays_composed(name: str, capitals: str):
    assert texts(full_name=name)["name"] == capitals
    assert unicodedata.is_normalized("NFC", texts(full_name=name)["name"])


def test_every_line_is_found_in_the_pdf_as_composed_text(plain: bytes):
    text = words(plain)
    fields = {"signer_title": "KT. Chủ tịch|Phó Chủ tịch", "signer_name": "Trần Văn Bình"}
    missing = [
        line
        for line in printed(entry(**fields))
        if " ".join(f"{line.label} {line.text}".split()) not in text.replace(":", "")
        and " ".join(line.text.split()) not in text
    ]
    assert missing == []
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not on this machine")
def test_pdftotext_finds_the_exact_name(plain: bytes):
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=plain, capture_output=True, check=True)
    text = run.stdout.decode()
    assert "NGUYỄN THỊ ỦY" in text
    assert "Chữ ký số và văn bản điện tử" in text
    assert "000123/2026" in text


def test_fonts_are_embedded_as_subsets_and_nothing_else_is_used(plain: bytes):
    [page] = pypdf.PdfReader(io.BytesIO(plain)).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    names = {font["/BaseFont"].split("+")[-1] for font in fonts}
    assert names == {"Be-Vietnam-Pro", "Be-Vietnam-Pro-Semi-Bold", "Be-Vietnam-Pro-Italic"}
    for font in fonts:
        [descendant] = font["/DescendantFonts"]
        assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
        assert "/ToUnicode" in font


def test_file_is_small_tagged_titled_and_vietnamese(plain: bytes):
    reader = pypdf.PdfReader(io.BytesIO(plain))
    assert len(plain) <= 30_000
    assert reader.metadata.title == "GIẤY XÁC NHẬN HOÀN THÀNH 000123/2026"
    assert reader.metadata.author == "ỦY BAN NHÂN DÂN PHƯỜNG CẦU ÔNG LÃNH"
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert reader.attachments == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"full_name": LONG_NAME},
        {"course_title": LONG_TITLE},
        {"full_name": LONG_NAME, "course_title": LONG_TITLE, "signer_title": "KT. Chủ tịch|Phó Chủ tịch"},
        {"full_name": "H'Hen Niê-Kđăm", "position_name": "Phó Trưởng phòng"},
        BARE,
        LONGEST,
        {"full_name": "W" * 60, "course_title": "Không-có-chỗ-ngắt" * 12},
    ],
    ids=["name", "title", "both", "apostrophe", "bare", "longest", "unbreakable"],
)
def test_page_stays_one_and_loses_no_word_and_stays_inside_the_frame(fields: dict[str, object]):
    certificate = entry(**fields)
    reader = pypdf.PdfReader(io.BytesIO(render_certificate(certificate)))
    assert len(reader.pages) == 1
    squeezed = "".join(reader.pages[0].extract_text().split())
    for line in printed(certificate):
        assert "".join(line.text.split()) in squeezed
    assert outside_the_frame(reader.pages[0]) == []


def outside_the_frame(page: pypdf.PageObject) -> list[str]:
    """Text that begins less than 11 mm from an edge of the sheet."""
    found = []
    edge, width, height = 31, float(page.mediabox.width), float(page.mediabox.height)

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
        y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
        if text.strip() and not (edge < x < width - edge and edge < y < height - edge):
            found.append(text)

    page.extract_text(visitor_text=visit)
    return found


def test_markup_in_a_name_or_title_is_printed_as_text():
    certificate = entry(full_name="<b>Lan</b>", course_title='<img src="file:///etc/passwd"> & “ký”')
    text = words(render_certificate(certificate))
    assert "<B>LAN</B>" in text
    assert '<img src="file:///etc/passwd"> & “ký”' in text


def test_qr_carries_the_verification_address(settings):
    settings.BASE_URL = "https://hoc.example.vn"
    certificate = entry()
    url = verification_url(certificate)
    assert url == "https://hoc.example.vn/xac-minh/Zk3v9QxT7aB1cD2eF3gH4i/"
    qr = segno.make(url, error="m", micro=False, mask=4).svg_data_uri(border=0, omitsize=True)
    assert qr.replace("'", "&#x27;") in certificate_html(certificate) or qr in certificate_html(certificate)


def test_equal_entries_give_equal_bytes(plain: bytes):
    again = entry(signer_title="KT. Chủ tịch|Phó Chủ tịch", signer_name="Trần Văn Bình")
    assert render_certificate(again) == plain
