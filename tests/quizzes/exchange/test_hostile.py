"""Files that mean harm, or are broken: refused in words, without harm. Each defence has a test that needs it."""

import base64
import io
import struct
import tracemalloc
import zipfile
import zlib
from decimal import Decimal

import pytest
from openpyxl import Workbook
from PIL import Image, ImageFile

from quizzes.exchange.columns import COLUMNS
from quizzes.exchange.html_text import plain
from quizzes.exchange.judging import key_of
from quizzes.exchange.question import MAX_BYTES, MAX_QUESTIONS, MAX_UNPACKED, FileRefused, QuestionRefused
from quizzes.exchange.reading import read_file
from quizzes.exchange.trees import read_tree
from quizzes.exchange.workbook import read as read_workbook
from quizzes.exchange.workbook import write as write_workbook
from quizzes.models import QuestionBank
from tests.quizzes.exchange.files import answers, moodle, moodle_question, package, read
from tests.quizzes.exchange.strategies import PNG, png

GOOD = moodle_question("truefalse", answers(("true", "100"), ("false", "0")))
VIETNAMESE = "Thủ tục chứng thực bản sao được thực hiện tại Ủy ban nhân dân xã, phường. {T}"


def refusal(data: bytes | str) -> str:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return str(refused.value)


def with_definitions(inside: str) -> str:
    return moodle(GOOD).replace("<quiz>", f"<!DOCTYPE quiz [{inside}]><quiz>", 1)


@pytest.mark.parametrize(
    "inside",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/evil.dtd"> %a;',
        "",
    ],
)
def test_definitions_and_entities(inside: str):
    assert "DTD" in refusal(with_definitions(inside))


def test_an_outside_document_type():
    evil = moodle(GOOD).replace("<quiz>", '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/quiz.dtd"><quiz>', 1)
    assert "DTD" in refusal(evil)


def test_xinclude():
    evil = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    assert "XInclude" in refusal(moodle(evil))


def test_a_schema_elsewhere_is_never_fetched():
    """Nothing of the reader opens anything: the address of a schema is an attribute like any other."""
    text = moodle(GOOD).replace(
        "<quiz>",
        '<quiz xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://127.0.0.1:9/evil.xsd">',
        1,
    )
    assert len(read(text).questions) == 1


def test_a_hundred_thousand_elements_in_each_other():
    assert "100" in refusal("<quiz>" + "<a>" * 100_000 + "</a>" * 100_000 + "</quiz>")
    assert "100" in refusal("<quiz>" + "<a>" * 100_000)


def test_millions_of_elements():
    tracemalloc.start()
    with pytest.raises(FileRefused):
        read_tree(b"<quiz>" + b"<a/>" * 2_000_000 + b"</quiz>")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


def test_html_nested_and_never_closed_takes_no_time():
    """Each of these cost the standard library's parser the square of its length, or an exception."""
    for piece in (
        "<a ",
        "<!--",
        "<![",
        "</",
        "<b>",
        "<ul><li>",
        '<a a="',
        "&#9",
        "<script>",
        " <b> </b>",
        "<sup>",
    ):
        plain((piece * 100_000)[:99_000])
    with pytest.raises(QuestionRefused):
        plain("x" * 200_000)
    assert plain("&#999999999999;" + "&#" + "9" * 6_000).text == ""


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "khong-co.png"]
)
def test_a_picture_outside_the_file(name: str):
    inside = answers(("true", "100"), ("false", "0"))
    stem = f'Xem <img src="@@PLUGINFILE@@/{name}">'
    reading = read(moodle(moodle_question("truefalse", inside, stem=stem)))
    assert reading.questions == []
    assert len(reading.refusals) == 1


def moodle_with_picture(data: bytes) -> str:
    file = f'<file name="a.png" path="/" encoding="base64">{base64.b64encode(data).decode()}</file>'
    stem = 'Xem <img src="@@PLUGINFILE@@/a.png" alt="Hình">'
    return moodle(
        moodle_question("truefalse", answers(("true", "100"), ("false", "0")), stem=stem, more=file)
    )


def bomb() -> bytes:
    """A picture that says it has 30,000 × 30,000 points: its head says so, which is where it must be refused."""
    small = io.BytesIO()
    Image.new("1", (8, 8)).save(small, "PNG")
    head = b"IHDR" + struct.pack(">II", 30_000, 30_000) + small.getvalue()[24:29]
    return small.getvalue()[:12] + head + struct.pack(">I", zlib.crc32(head)) + small.getvalue()[33:]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 no picture at all", "PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'<?xml version="1.0"?><!-- x --><SVG onload="alert(1)"/>', "SVG"),
        (png(800, 600)[:900], ""),
        (bomb(), "16"),
        (PNG + b"\0" * (5 * 1024 * 1024), "5"),
    ],
)
def test_pictures_that_are_none(data: bytes, word: str, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as it is once certificates are made
    reading = read(moodle_with_picture(data))
    assert reading.questions == []
    assert word in reading.refusals[0].reason


def test_a_good_picture_is_taken():
    (question,) = read(moodle_with_picture(PNG)).questions
    assert (question.picture.data, question.picture.alt) == (PNG, "Hình")


def test_a_file_larger_than_the_limit_is_not_read_to_its_end():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MAX_BYTES + 1, "the file is read as a whole"
            self.given += size
            return b"x" * size

    with pytest.raises(FileRefused, match="20"):
        read_file(Endless())
    assert "20" in refusal(b"x" * (50 * 1024 * 1024))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (VIETNAMESE.encode("utf-16-le"), "NUL"),
        (VIETNAMESE.encode("utf-16-be"), "NUL"),
        ("Thủ tục".encode("cp1258", "replace") + b" \xf0\xe2 {T}", "1258"),
        ("Kh¸i niÖm vÒ thñ tôc hµnh chÝnh c«ng, c¬ quan nhµ n­íc cã thÈm quyÒn {T}", "TCVN3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, uûy ban nhaân daân phöôøng {T}", "VNI"),
        (VIETNAMESE.encode().decode("cp1252", "replace"), "UTF-8"),
        ("Câu hỏi\0?{T}", "NUL"),
        ("Câu hỏi \x08?{T}", ""),
        ("", ""),
        (b"\xff\xfe\x00\xd8", "NUL"),
    ],
)
def test_letters_that_cannot_be_read_for_certain(data: bytes | str, word: str):
    assert word in refusal(data)


def test_utf_16_with_its_mark_and_utf_8_with_one_are_read():
    for encoding in ("utf-16", "utf-8-sig"):
        (question,) = read(VIETNAMESE.encode(encoding)).questions
        assert question.stem == VIETNAMESE.removesuffix(" {T}")


def test_twenty_thousand_questions():
    assert str(MAX_QUESTIONS) in refusal("Câu?{T}\n\n" * 20_000)
    assert str(MAX_QUESTIONS) in refusal(moodle(*[GOOD] * (MAX_QUESTIONS + 1)))
    assert str(MAX_QUESTIONS) in refusal("Câu?\nA. a\nB. b\nANSWER: A\n\n" * 20_000)


def test_a_zip_bomb():
    """More than the limit of blanks in a few kilobytes; what is unpacked is counted, not believed."""
    evil = package({"imsmanifest.xml": b"<manifest>" + b" " * (MAX_UNPACKED + 1) + b"</manifest>"})
    assert len(evil) < 100_000
    assert "60" in refusal(evil)


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/evil.xml", "a/../../evil.xml", "..\\evil.xml", "C:/evil.xml"]
)
def test_a_package_with_a_file_outside_of_it(name: str):
    refusal(package({"imsmanifest.xml": "<manifest/>", name: "x"}))


def test_packages_that_are_none():
    refusal(package({"a.txt": "x"}))
    refusal(b"PK\x03\x04 and then nothing")
    refusal(package({"imsmanifest.xml": "<manifest/>"}))
    refusal(package({f"{number}.txt": "" for number in range(4_000)} | {"imsmanifest.xml": "<manifest/>"}))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("imsmanifest.xml", "<manifest/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("imsmanifest.xml", "<manifest/>")
    refusal(file.getvalue())


def test_an_item_of_a_package_that_points_outside_of_it():
    manifest = (
        "<manifest><resources><resource identifier='a' type='imsqti_item_xmlv2p1' href='../../etc/passwd'/>"
        "</resources></manifest>"
    )
    reading = read(package({"imsmanifest.xml": manifest}))
    assert (reading.questions, len(reading.refusals)) == ([], 1)


def book(rows: list[list[object]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_formulas_in_a_workbook():
    headings = [column.heading for column in COLUMNS[:4]]
    evil = book([headings, ["Một đáp án", '=HYPERLINK("http://evil")', "a", "x"]])
    assert "B2" in refusal(evil)


def test_a_workbook_of_a_million_rows():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["a"]]))) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                data = b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 4_000_000
            out.writestr(entry.filename, data)
    refusal(file.getvalue())


def test_what_a_spreadsheet_program_would_run_stays_text():
    from tests.quizzes.exchange.test_importing import single

    for start in ("=1+1", "+84", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0"):
        data = write_workbook([single(start)])
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert read_workbook(data).questions[0].stem == start


def test_numbers_of_endless_length():
    for share in ("1e999999999", "9" * 500, "NaN", "-Infinity", "0e-999999999"):
        reading = read(moodle(moodle_question("multichoice", answers(("a", share), ("b", "0")))))
        assert len(reading.refusals) == 1
    reading = read("Số?{#1e999999:1}\n\nSố?{#1:1e-99999}\n\n// [tag:điểm: 1e999999]\nCâu?{T}\n")
    assert len(reading.refusals) == 2
    assert reading.questions[0].points == Decimal(1)


@pytest.mark.parametrize(
    "text",
    [
        "Số?{#" + "=1" * 50_000 + "}",
        "Câu?{=đúng" + "".join(f"~sai {number}" for number in range(60_000)) + "}",
        "Câu?{" + "".join(f"=trái {number} -> phải {number}\n" for number in range(30_000)) + "}",
    ],
)
def test_a_question_of_endless_options_is_refused_before_they_are_compared(text: str):
    reading = read(text)
    assert reading.questions == []
    assert "100" in reading.refusals[0].reason


def test_notes_without_an_end_take_no_time():
    """Each of them was looked for to the end of its line: the square of the length."""
    assert read("// " + "[id:" * 500_000 + "\nCâu?{T}").questions[0].id == ""
    noted = read(r"// [id:a\]b] [tag:x] [tag:y\]" + "\nCâu?{T}").questions[0]
    assert (noted.id, noted.tags) == ("a]b", ("x", "y\\"))


@pytest.mark.parametrize(
    "header", ["ALL" * 30_000 + "!", " ".join("A" * 40_000) + "!", "1" + " \t" * 20_000 + "!"]
)
def test_the_header_of_an_ordering_question_takes_no_time(header: str):
    assert read("Xếp?{>" + header + "\nmột\nhai\nba}").questions == []


def test_one_more_option_than_letters():
    lines = [f"{letter}. {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    reading = read("\n".join(["Câu?", *lines, "A. nữa", "ANSWER: A"]))
    assert reading.questions == []
    assert reading.refusals


def test_a_picture_shown_again_and_again_is_unpacked_once(monkeypatch):
    opened = []
    open_picture = Image.open
    monkeypatch.setattr(
        Image, "open", lambda *args, **named: opened.append(1) or open_picture(*args, **named)
    )
    file = f'<file name="a.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    stem = '<img src="@@PLUGINFILE@@/a.png">' * 500
    question = moodle_question("truefalse", answers(("true", "100"), ("false", "0")), stem=stem, more=file)
    assert len(read(moodle(question * 3)).questions) == 3
    assert len(opened) == 1


def test_pictures_that_are_too_many_pixels_together(monkeypatch):
    monkeypatch.setattr("lms.lib.pictures.MAX_PIXELS_OF_FILE", 2_000_000)
    parts = [moodle_with_picture(png(1000, 800 + number)) for number in range(3)]
    questions = "".join(part.partition("<quiz>")[2].rpartition("</quiz>")[0] for part in parts)
    reading = read(moodle(questions))
    assert len(reading.questions) == 2
    assert "2" in reading.refusals[0].reason


def test_the_key_of_a_question_without_a_number_cannot_be_worked_out_from_its_content(settings):
    """It goes into the keys of the options on the paper, and the content of a matching question is its answer."""
    question = read("Ghép?{=a -> 1\n=b -> 2\n=c -> 3}").questions[0]
    bank = QuestionBank(pk=1)
    before = key_of(question, bank)
    assert key_of(question, bank) == before
    settings.SECRET_KEY = "another secret of another installation"
    assert key_of(question, bank) != before


def test_an_item_of_endless_options_in_a_package():
    choices = "".join(
        f'<simpleChoice identifier="c{number}">{number}</simpleChoice>' for number in range(40_000)
    )
    right = "".join(f"<value>c{number}</value>" for number in range(40_000))
    for values in ("<value>c1</value>", right):
        item = (
            '<assessmentItem identifier="a" title="t"><responseDeclaration identifier="R" cardinality="multiple" '
            f'baseType="identifier"><correctResponse>{values}</correctResponse></responseDeclaration><itemBody>'
            f'<choiceInteraction responseIdentifier="R"><prompt>Q</prompt>{choices}</choiceInteraction></itemBody>'
            "</assessmentItem>"
        )
        assert "100" in read(item).refusals[0].reason


def test_a_wrong_beginning_is_named():
    assert "html" in refusal("<html><body>no</body></html>")
    assert "3" in refusal("<quiz>\n<question>\n</quiz>")
