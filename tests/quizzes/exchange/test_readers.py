"""What the formats say, as their own programs mean it."""

import io
from base64 import b64encode
from decimal import Decimal

import pytest
from PIL import Image

from lms.lib.pictures import checked_picture
from quizzes.exchange.html_text import plain
from quizzes.exchange.question import ExchangeQuestion, FileRefused
from quizzes.exchange.template import EXAMPLES, template
from quizzes.kinds import Choice
from tests.quizzes.exchange.files import answers, moodle, moodle_question, read
from tests.quizzes.exchange.strategies import PNG, png

# The examples of https://docs.moodle.org/en/GIFT_format, in short.
GIFT = r"""
// Câu đầu
// [id:q-1] [tag:độ khó: khó] [tag:luật\]x] [tag:căn cứ: 30/2020/NĐ-CP] [tag:điều: Điều 5] [tag:điểm: 2,5]
::Tên::Who's buried in Grant's tomb?{~Grant ~Jefferson =no one####Không ai cả.}

Grant is {~buried =entombed ~living} in Grant's tomb.

$CATEGORY: $course$/top/Kho/A//B

The American holiday is on the {
    ~second#Sai rồi.
    ~%50%third
    =fourth#Đúng rồi.
} Thursday of November.

Two plus two equals {=four =4 =%50%for#Chính tả.}

Grant is buried in Grant's tomb.{FALSE#Không đúng.#Phải.}

The sun rises in the east.{T}

Match. { =Canada -> Ottawa =Italy -> Rome = -> Paris }

When was Ulysses S. Grant born? {#1822:5}

What is pi? {#3.141..3.142}

When? {# =1822:0 =%50%1822:2 ~#Sai}

Two people? { ~%-50%No one ~%50%Grant ~%50%Grant's wife ~%-50%Father }

Which answer equals 5? { ~ \= 2 + 2 = \= 2 + 3 ~ \= 2 + 4 }

[html]<p>A &lt; <b>B</b></p><ul><li>x</li></ul>{T}

[markdown]Ai **ký**?{=a ~b}

Sắp xếp {>0 ALL VERTICAL ALL_OR_NOTHING SHOW none
một
hai
ba
}
"""


@pytest.fixture(scope="module")
def gift() -> list[ExchangeQuestion]:
    reading = read(GIFT)
    assert reading.refusals == []
    return reading.questions


def test_gift_kinds_lines_and_folders(gift: list[ExchangeQuestion]):
    assert [question.kind for question in gift] == [
        *(
            "single",
            "single",
            "single",
            "short",
            "true-false",
            "true-false",
            "matching",
            "numeric",
            "numeric",
        ),
        *("numeric", "multiple", "single", "true-false", "single", "ordering"),
    ]
    assert [gift[0].line, gift[1].line, gift[2].line] == [4, 6, 10]
    assert [gift[0].folder, gift[2].folder] == [(), ("Kho", "A/B")]


def test_gift_labels_in_comments(gift: list[ExchangeQuestion]):
    first = gift[0]
    assert (first.id, first.difficulty, first.tags) == ("q-1", 3, ("luật]x",))
    assert (first.basis, first.article, first.points) == ("30/2020/NĐ-CP", "Điều 5", Decimal("2.5"))
    assert first.explanation == "Không ai cả."


def test_gift_answers(gift: list[ExchangeQuestion]):
    assert gift[1].stem == "Grant is _____ in Grant's tomb."
    assert gift[2].choices == (
        Choice("second", feedback="Sai rồi."),
        Choice("third", fraction=Decimal(50)),
        Choice("fourth", True, "Đúng rồi."),
    )
    assert gift[3].choices[2] == Choice("for", False, "Chính tả.", Decimal(50))
    assert gift[4].choices == (Choice("Đúng", False, "Không đúng."), Choice("Sai", True, "Phải."))
    assert gift[6].choices[2] == Choice("", match="Paris")
    assert gift[7].choices == (Choice("1822", True, tolerance=Decimal(5)),)
    assert gift[8].choices == (Choice("3,1415", True, tolerance=Decimal("0.0005")),)
    assert gift[9].choices[1:] == (
        Choice("1822,0", False, fraction=Decimal(50), tolerance=Decimal(2)),
        Choice("*", False, "Sai"),
    )
    assert (gift[10].partial, gift[10].choices[0]) == (True, Choice("No one"))
    assert gift[11].choices[1] == Choice("= 2 + 3", True)
    assert (gift[12].stem, gift[13].stem) == ("A < B\n• x", "Ai ký?")
    assert (gift[14].partial, len(gift[14].choices)) == (False, 3)


def test_gift_refusals_have_line_and_reason_and_spare_the_others():
    reading = read("Hỏng { ~a =b\n\nTốt?{T}\n\nLuận {}\n\nChỉ là chữ\n\nHai {T} phần {F}\n\nSố {#một}\n")
    assert [question.stem for question in reading.questions] == ["Tốt?"]
    assert [refusal.line for refusal in reading.refusals] == [1, 5, 7, 9, 11]
    assert all(refusal.reason for refusal in reading.refusals)


def test_a_situation_in_gift():
    text = "// [tag:tình huống: S]\n::Ở quầy::Ông A đến.\n\n// [tag:tình huống: S]\nLàm gì?{=a ~b}\n"
    (question,) = read(text).questions
    assert (question.scenario.title, question.scenario.text) == ("Ở quầy", "Ông A đến.")
    lost = read("// [tag:tình huống: T]\nLàm gì?{=a ~b}\n")
    assert (lost.questions, len(lost.refusals)) == ([], 1)
    unused = read("// [tag:tình huống: S]\nÔng A đến.\n\nCâu?{T}\n")
    assert (len(unused.questions), len(unused.refusals)) == (1, 1)


def test_moodle_fractions_of_several_answers():
    rows = (("a", "33.33333"), ("b", "33.33333"), ("c", "33.33333"), ("d", "-50"), ("e", "0"))
    (question,) = read(
        moodle(moodle_question("multichoice", f"<single>false</single>{answers(*rows)}"))
    ).questions
    assert (question.kind, question.partial) == ("multiple", True)
    assert [(option.correct, option.fraction) for option in question.choices] == [
        *((True, None),) * 3,
        (False, Decimal(-50)),
        (False, Decimal(0)),
    ]


def test_moodle_texts_pictures_points_and_tags():
    file = f'<file name="hình 1.png" path="/" encoding="base64">{b64encode(PNG).decode()}</file>'
    inside = (
        '<generalfeedback format="html"><text>&lt;p&gt;Vì &amp;amp; thế.&lt;/p&gt;</text></generalfeedback>'
        "<defaultgrade>2.0000000</defaultgrade><idnumber>Q7</idnumber><shuffleanswers>true</shuffleanswers>"
        f"<single>true</single>{answers(('a', '100'), ('b', '-33.33333'))}"
        "<tags><tag><text>văn thư</text></tag><tag><text>độ khó: dễ</text></tag></tags>"
    )
    image = '<img src="@@PLUGINFILE@@/h%C3%ACnh%201.png" alt="Hình">'
    stem = f"<p>Diện tích m<sup>2</sup>:</p><ol><li>một</li><li>hai</li></ol>{image}"
    category = '<question type="category"><category><text>$course$/top/Kho/Con</text></category></question>'
    (question,) = read(
        moodle(category, moodle_question("multichoice", inside, stem=stem, more=file))
    ).questions
    assert question.stem == "Diện tích m²:\n1. một\n2. hai"
    assert (question.picture.data, question.picture.alt) == (PNG, "Hình")
    assert (question.explanation, question.points, question.id) == ("Vì & thế.", 2, "Q7")
    assert (question.tags, question.difficulty, question.folder) == (("văn thư",), 1, ("Kho", "Con"))
    assert question.choices[1] == Choice("b", False, fraction=Decimal("-33.33333"))


def test_moodle_short_numeric_matching_ordering():
    short = "<usecase>1</usecase>" + answers(("KT*", "100"), ("*", "0"))
    numeric = answers(("3.5", "100")).replace("</answer>", "<tolerance>0.1</tolerance></answer>")
    numeric += "<units><unit><multiplier>1</multiplier><unit_name>ngày</unit_name></unit></units>"
    pairs = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
        for left, right in (("A", "1"), ("B", "2"), ("", "3"))
    )
    steps = "<gradingtype>ABSOLUTE_POSITION</gradingtype>" + answers(("hai", "2"), ("một", "1"), ("ba", "3"))
    reading = read(
        moodle(
            moodle_question("shortanswer", short),
            moodle_question("numerical", numeric),
            moodle_question("matching", pairs),
            moodle_question("ordering", steps),
        )
    )
    first, second, third, fourth = reading.questions
    assert [option.text for option in first.choices] == ["KT*", "*"]
    assert len(first.warnings) == 1
    assert second.choices == (Choice("3,5", True, tolerance=Decimal("0.1")),)
    assert "ngày" in second.warnings[0]
    assert third.choices[2] == Choice("", match="3")
    assert [option.text for option in fourth.choices] == ["một", "hai", "ba"]
    assert (fourth.partial, len(fourth.warnings)) == (True, 1)


def marker(drops: str, drags: str = "<drag><no>1</no><text>Nút Ký</text></drag>") -> str:
    file = f'<file name="a.png" encoding="base64">{b64encode(png(200, 100)).decode()}</file>'
    return moodle(moodle_question("ddmarker", file + drags + drops))


def test_moodle_markers():
    rectangle = (
        "<drop><no>1</no><shape>rectangle</shape><coords>20,10;100,50</coords><choice>1</choice></drop>"
    )
    (question,) = read(marker(rectangle)).questions
    assert question.choices == (Choice("Nút Ký", True, area=[100, 100, 500, 500]),)
    circle = "<drop><no>1</no><shape>circle</shape><coords>100,50;10</coords><choice>1</choice></drop>"
    (question,) = read(marker(circle)).questions
    assert (question.choices[0].area, len(question.warnings)) == ([450, 400, 100, 200], 1)
    two = rectangle + rectangle.replace("<choice>1", "<choice>2")
    assert len(read(marker(two)).refusals) == 1


@pytest.mark.parametrize(
    "kind", ["essay", "cloze", "calculated", "calculatedmulti", "gapselect", "ddwtos", "stack"]
)
def test_kinds_of_moodle_without_a_counterpart(kind: str):
    reading = read(moodle(moodle_question(kind, "")))
    assert (reading.questions, reading.refusals[0].line) == ([], 3)


def test_two_pictures_and_pictures_in_options_are_refused():
    files = "".join(
        f'<file name="{name}" encoding="base64">{b64encode(data).decode()}</file>'
        for name, data in (("a.png", png()), ("b.png", png(colour="red")))
    )
    both = '<img src="@@PLUGINFILE@@/a.png"><img src="@@PLUGINFILE@@/b.png">'
    truth = answers(("true", "100"), ("false", "0"))
    option = answers(('&lt;img src="@@PLUGINFILE@@/a.png"&gt;', "100"), ("b", "0"))
    reading = read(
        moodle(
            moodle_question("truefalse", truth, stem=both, more=files),
            moodle_question("multichoice", option),
            moodle_question("truefalse", truth, stem='<img src="https://example.org/x.png">Xem'),
        )
    )
    assert len(reading.refusals) == 2
    assert "https://example.org" in reading.questions[0].warnings[0]


def test_a_situation_in_moodle_xml():
    tag = "<tags><tag><text>tình huống: S1</text></tag></tags>"
    truth = answers(("true", "100"), ("false", "0"))
    text = moodle(
        moodle_question("description", tag, stem="Ông A đến."),
        *(moodle_question("truefalse", truth + tag, stem=f"Câu {number}") for number in (1, 2)),
    )
    assert [question.scenario.text for question in read(text).questions] == ["Ông A đến."] * 2


def test_aiken():
    reading = read(
        "Ai ký?\nA. Chủ tịch\nB) Văn thư\nANSWER: A\n\nMấy bản?\nA. 1\nB. 2\n\nCâu sau?\nA. 1\nB. 2\nANSWER: C\n"
    )
    (question,) = reading.questions
    assert question.choices == (Choice("Chủ tịch", True), Choice("Văn thư"))
    assert [refusal.line for refusal in reading.refusals] == [6, 10]


def test_the_template_is_read_without_its_examples_and_with_them_when_they_are_one_s_own():
    with pytest.raises(FileRefused):
        read(template())
    assert {example.kind for example in EXAMPLES} == {
        *("single", "multiple", "true-false", "ordering", "matching", "short", "numeric", "hotspot"),
    }


def test_the_short_way_of_the_workbook_and_a_csv_file():
    text = "Loại câu hỏi;Câu hỏi;A;B;C;Đáp án\nMột đáp án;Ai ký?;Chủ tịch;Văn thư;;A\nNhiều đáp án;Gì?;1;2,5;x;A, C\n"
    one, several = read(text).questions
    assert one.choices == (Choice("Chủ tịch", True), Choice("Văn thư"))
    assert [option.correct for option in several.choices] == [True, False, True]
    bad = read(text.replace(";A\n", ";D\n"))
    assert [refusal.line for refusal in bad.refusals] == [2]


def test_html_of_other_systems():
    assert plain("<p>Một</p><p>Hai<br>ba</p>").text == "Một\nHai\nba"
    assert plain('<a href="https://chinhphu.vn">Cổng</a>').text == "Cổng (https://chinhphu.vn)"
    assert plain("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>").text == "1 | 2\n3"
    assert plain("<style>p{}</style><script>alert('<p>')</script>3 < 4 &amp; 5").text == "3 < 4 & 5"


def test_pictures_of_each_format():
    for name, extension in (("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")):
        file = io.BytesIO()
        Image.new("RGB", (30, 20), "teal").save(file, name)
        assert checked_picture(file.getvalue()) == (extension, 30, 20)
