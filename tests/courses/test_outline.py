"""An outline becomes draft lessons: each paragraph or row is told where it goes, and hostile files are told off."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook
from PIL import Image as Picture
from wagtail.images.models import Image

from courses.models import CourseImport, Module
from courses.outline.plan import Outline, OutlineRefused, checked
from courses.outline.reading import read_outline
from courses.outline.template import body_xml, document, packed, paragraph_xml, workbook
from tests.courses.conftest import make_course
from tests.factories import Cast, make_basis


def docx(*paragraphs: tuple[int, str, str], more: str = "") -> bytes:
    return packed(
        {"word/document.xml": body_xml("".join(paragraph_xml(*each) for each in paragraphs) + more)}
    )


def xlsx(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data: bytes) -> Outline:
    return read_outline(io.BytesIO(data))


def kinds(outline: Outline) -> list[list[tuple[str, str]]]:
    return [[(card.kind, card.heading) for card in lesson.cards] for lesson in outline.lessons]


# --- Documents -------------------------------------------------------------------------------------------------


def test_the_document_template_reads_as_one_card_of_each_kind(db):
    outline = checked(read(document()), make_course(), split=False)
    assert kinds(outline) == [
        [("text", "Khi nào được chứng thực"), ("steps", "Ba bước tại quầy"), ("do_dont", "Khi nhận hồ sơ")]
    ]
    lesson = outline.lessons[0]
    assert (lesson.title, lesson.where) == ("Chứng thực bản sao tại quầy", "đoạn 1")
    assert lesson.summary == "Bài này giúp anh/chị chứng thực bản sao đúng quy trình."
    text, steps, lists = (card.block_value() for card in lesson.cards)
    assert text["body"] == (
        "<p>Người dân có bản chính hợp lệ.</p>"
        "<ul><li>Giấy tờ còn nguyên vẹn</li><li>Nội dung không bị sửa chữa</li></ul>"
    )
    assert steps["intro"] == "Làm lần lượt, không bỏ bước nào."
    assert len(steps["steps"]) == 3
    assert (lists["do"], lists["dont"]) == (["Kiểm tra từng trang"], ["Giữ lại bản chính qua ngày"])
    assert [note for note in lesson.notes if "23/2015/NĐ-CP" in note] != []


def test_looks_lists_and_signs_of_a_paragraph_are_kept_and_nothing_else(db):
    run = '<w:r><w:rPr>{}</w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    look = run.format("<w:b/>", "Hạn ") + run.format('<w:b w:val="0"/><w:i/>', "3 ngày &lt; 5")
    hidden = (
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>"
    )
    data = docx((1, "", "Bài"), (2, "", "Thẻ"), more=f"<w:p>{look}{hidden}</w:p>")
    card = read(data).lessons[0].cards[0]
    assert card.block_value()["body"] == "<p><b>Hạn </b><i>3 ngày &lt; 5</i></p>"


def test_what_goes_nowhere_is_told_with_its_place(db):
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Ô bảng</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    outline = read(
        docx(
            (0, "", "Lời nói đầu"), (2, "", "Lạc"), (1, "", "Bài"), (2, "", "Thẻ"), (0, "", "Chữ"), more=table
        )
    )
    assert [where for where, _why in outline.left_out] == [
        "đoạn 1 (“Lời nói đầu”)",
        "đoạn 2 (“Lạc”)",
        "đoạn 6 (“Ô bảng”)",
    ]
    assert kinds(outline) == [[("text", "Thẻ")]]


def test_long_cards_are_split_between_paragraphs_only_if_the_trainer_agrees(db):
    course = make_course()
    long = " ".join(["từ"] * 70)
    steps = [(0, "ol", f"Bước {number}") for number in range(1, 12)]
    data = docx((1, "", "Bài"), (2, "", "Dài"), (0, "", long), (0, "", long), (2, "", "Nhiều"), *steps)
    whole = checked(read(data), course, split=False)
    assert (whole.cards, whole.long) == (2, 2)
    parts = checked(read(data), course, split=True)
    assert [card.heading for card in parts.lessons[0].cards] == [
        "Dài (1/2)",
        "Dài (2/2)",
        "Nhiều (1/2)",
        "Nhiều (2/2)",
    ]
    assert [len(card.value["steps"]) for card in parts.lessons[0].cards[2:]] == [6, 5]


def test_a_card_that_cannot_be_taken_is_told_and_the_others_are_taken(db):
    data = docx(
        (1, "", "Bài"), (2, "", "x" * 91), (0, "", "Chữ"), (2, "", "Trống"), (2, "", "Được"), (0, "", "Chữ")
    )
    outline = checked(read(data), make_course(), split=False)
    assert [bool(card.refused) for card in outline.lessons[0].cards] == [True, True, False]
    assert outline.lessons[0].cards[0].refused[0].startswith("Tiêu đề: ")


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (40, 30), "teal").save(file, kind)
    return file.getvalue()


def with_picture(data: bytes, name: str = "media/image1.png", alt: str = "Nút ký số") -> bytes:
    drawing = (
        f'<w:p><w:r><w:drawing><wp:docPr xmlns:wp="wp" descr="{alt}"/>'
        '<a:blip xmlns:a="a" xmlns:r="r" r:embed="rId9"/></w:drawing></w:r></w:p>'
    )
    whole = docx((1, "", "Bài"), (2, "", "Thẻ"), (0, "", "Chữ"), more=drawing)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.namelist():
            text = before.read(part)
            if part.endswith("document.xml.rels"):
                text = text.replace(
                    b"</Relationships>", f'<Relationship Id="rId9" Target="{name}"/></Relationships>'.encode()
                )
            after.writestr(part, text)
        after.writestr("word/media/image1.png", data)
    return target.getvalue()


def test_a_picture_comes_with_its_description_and_others_are_told(db):
    card = read(with_picture(picture())).lessons[0].cards[0]
    assert (card.picture.extension, card.value["image_alt"]) == ("png", "Nút ký số")
    for data, name in (
        (picture("GIF"), "media/image1.png"),
        (b"MZ", "media/image1.png"),
        (picture(), "../../etc/passwd"),
    ):
        outline = read(with_picture(data, name))
        assert outline.lessons[0].cards[0].picture is None
        assert len(outline.left_out) == 1


# --- Tables ----------------------------------------------------------------------------------------------------


def test_the_workbook_template_has_only_examples_and_reads_with_rows_of_ones_own(db):
    with pytest.raises(OutlineRefused):
        read(workbook())


HEADINGS = (
    "Bài học",
    "Loại thẻ",
    "Tiêu đề",
    "Nội dung",
    "Bước 1",
    "Bước 2",
    "Nên",
    "Không nên",
    "Cách làm đúng",
    "Căn cứ",
)


def test_rows_become_cards_and_an_empty_lesson_means_the_one_above(db):
    make_basis()
    outline = checked(
        read(
            xlsx(
                HEADINGS,
                ("(ví dụ) Bài mẫu", "", "Mẫu", "Chữ"),
                ("", "", "Mẫu hai", "Chữ"),
                (
                    "Ký số",
                    "văn bản",
                    "Một",
                    "Đoạn <1>\n- mục",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "30/2020/nđ-cp, Điều 5; 1/1",
                ),
                ("", "Các bước", "Hai", "", "Mở", "Ký"),
                ("", "", "Ba", "", "", "", "Kiểm tra\nHỏi", "Vội"),
                ("Đóng dấu", "Tình huống", "Bốn", "Mất dấu", "", "", "", "", "Báo ngay"),
                ("", "bài hát", "Năm", "Chữ", "Bước lạc"),
            )
        ),
        make_course(),
        split=False,
    )
    assert kinds(outline) == [
        [("text", "Một"), ("steps", "Hai"), ("do_dont", "Ba")],
        [("case", "Bốn"), ("steps", "Năm")],
    ]
    first, second = outline.lessons
    assert first.cards[0].block_value()["body"] == "<p>Đoạn &lt;1&gt;</p><ul><li>mục</li></ul>"
    assert [(link.basis.number, link.article) for link in first.links] == [("30/2020/NĐ-CP", "Điều 5")]
    assert "1/1" in first.notes[0]
    assert [card.where for card in second.cards] == ["dòng 7", "dòng 8"]
    assert "văn bản" in second.cards[1].refused[0]


# --- The screen ------------------------------------------------------------------------------------------------


def upload(client, course, data: bytes, name: str):
    address = reverse("outline_upload", args=[course.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


def test_a_trainer_downloads_fills_in_looks_and_imports_once(client, cast: Cast):
    course = make_course()
    client.force_login(cast.trainer)
    address = reverse("outline_upload", args=[course.pk])
    assert address in client.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()
    for extension in ("docx", "xlsx"):
        template = reverse("outline_template", args=[extension])
        assert template in client.get(address).content.decode()
        assert client.get(template).content[:2] == b"PK"
    data = with_picture(picture())
    response = upload(client, course, data, "de-cuong.docx")
    page = client.get(response.url).content.decode()
    for text in ("đoạn 2", "Thẻ", "Tạo các bản nháp này"):
        assert text in page
    assert not Module.objects.exists()
    for _ in range(2):
        client.post(response.url)
    module = Module.objects.child_of(course).get()
    assert (module.title, module.live, module.owner, module.minutes) == ("Bài", False, cast.trainer, 1)
    draft = module.get_latest_revision_as_object()
    assert draft.cards[0].value["image"] == Image.objects.get()
    assert CourseImport.objects.get().state == CourseImport.State.IMPORTED
    again = upload(client, course, data, "de-cuong.docx")
    assert "lần thứ hai" in client.get(again.url).content.decode()
    client.force_login(cast.ward_hr)
    for each in (address, again.url, reverse("outline_template", args=["docx"])):
        assert client.get(each).status_code == 404


# --- Hostile files ---------------------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return file.getvalue()


def of_body(xml: str) -> bytes:
    return zipped({"word/document.xml": xml.encode()})


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04 cut off", "hỏng"),
        (zipped({"a.txt": b"x"}), "DOCX"),
        (zipped({"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"}), "macro"),
        (zipped({"word/document.xml": b"<a/>", "../x": b"x"}), "ngoài gói"),
        (of_body(BOMB), "DTD"),
        (of_body("<a>" * 5_000 + "</a>" * 5_000), "lồng"),
        (of_body("<a>"), "hỏng"),
        (of_body(body_xml("<w:p/>" * 5_001)), "5"),
        (zipped({"word/document.xml": b" " * (61 * 1024 * 1024)}), "MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOCX"),
        (b"a,b\n1,2\n", "Bài học"),
        (docx((0, "", "Chỉ có chữ")), "Heading 1"),
        (docx(*[(1, "", "Bài")] * 31), "30"),
        (docx((1, "", "Bài"), *[(2, "", "Thẻ")] * 401), "400"),
    ],
)
def test_files_that_want_to_harm_or_are_none_are_refused_in_a_sentence(db, data, told):
    with pytest.raises(OutlineRefused) as refused:
        read(data)
    assert told in str(refused.value)
