"""QTI items and packages of versions 2.1, 2.2 and 3.0."""

from decimal import Decimal

import pytest

from quizzes.exchange.question import ExchangeQuestion
from quizzes.kinds import Choice
from tests.quizzes.exchange.files import package, read
from tests.quizzes.exchange.strategies import png

MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"


def item(
    body: str,
    correct: list[str],
    *,
    cardinality: str = "single",
    base: str = "identifier",
    mapping: dict[str, str] | None = None,
    more: str = "",
    rules: str = f'<responseProcessing template="{MATCH}"/>',
) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    entries = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in (mapping or {}).items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="c1" title="Câu 1" '
        'adaptive="false" timeDependent="false">'
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>{f'<mapping>{entries}</mapping>' if mapping else ''}"
        f"</responseDeclaration>{more}<itemBody>{body}</itemBody>{rules}</assessmentItem>"
    )


def choices(maximum: int = 1, *texts: str) -> str:
    rows = "".join(
        f'<simpleChoice identifier="{chr(65 + place)}">{text}</simpleChoice>'
        for place, text in enumerate(texts)
    )
    opening = f'<choiceInteraction responseIdentifier="R" maxChoices="{maximum}">'
    return f"{opening}<prompt>Chọn?</prompt>{rows}</choiceInteraction>"


def one(text: str | bytes) -> ExchangeQuestion:
    reading = read(text)
    assert reading.refusals == []
    (question,) = reading.questions
    return question


def test_one_right_answer_with_its_feedback_and_points():
    body = "<p>Đọc kỹ.</p>" + choices(
        1, 'Ký số<feedbackInline identifier="A" outcomeIdentifier="F">Đúng rồi.</feedbackInline>', "Ký tay"
    )
    more = (
        '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float"><defaultValue>'
        "<value>2</value></defaultValue></outcomeDeclaration>"
    )
    text = item(body, ["A"], more=more).replace(
        "</assessmentItem>",
        '<modalFeedback outcomeIdentifier="F" identifier="x" showHide="show"><p>Vì luật.</p></modalFeedback>'
        "</assessmentItem>",
    )
    question = one(text)
    assert question.kind == "single"
    assert question.stem == "Đọc kỹ.\nChọn?"
    assert question.choices == (Choice("Ký số", True, "Đúng rồi."), Choice("Ký tay"))
    assert (question.points, question.explanation, question.id) == (2, "Vì luật.", "c1")


def test_several_right_answers_whole_and_mapped():
    body = choices(0, "a", "b", "c")
    whole = one(item(body, ["A", "B"], cardinality="multiple"))
    assert (whole.kind, whole.partial) == ("multiple", False)
    assert [option.correct for option in whole.choices] == [True, True, False]
    mapped = one(
        item(
            body,
            ["A", "B"],
            cardinality="multiple",
            mapping={"A": "1", "B": "1", "C": "-1"},
            rules=f'<responseProcessing template="{MAP}"/>',
        )
    )
    assert mapped.partial
    assert [(option.correct, option.fraction) for option in mapped.choices] == [
        (True, None),
        (True, None),
        (False, None),  # minus a half, as every wrong choice takes one share back
    ]


def test_true_and_false_in_either_language():
    for words in (("Đúng", "Sai"), ("True", "False")):
        question = one(item(choices(1, *words), ["B"]))
        assert question.kind == "true-false"
        assert question.choices == (Choice("Đúng"), Choice("Sai", True))


def test_order_and_pairs():
    steps = "".join(f'<simpleChoice identifier="{key}">{key}</simpleChoice>' for key in "XYZ")
    body = f'<orderInteraction responseIdentifier="R"><prompt>Xếp</prompt>{steps}</orderInteraction>'
    ordering = one(item(body, ["Z", "X", "Y"], cardinality="ordered"))
    assert (ordering.kind, [option.text for option in ordering.choices]) == ("ordering", ["Z", "X", "Y"])

    def half(keys: str) -> str:
        rows = "".join(
            f'<simpleAssociableChoice identifier="{key}" matchMax="1">{key}</simpleAssociableChoice>'
            for key in keys
        )
        return f"<simpleMatchSet>{rows}</simpleMatchSet>"

    body = f'<matchInteraction responseIdentifier="R"><prompt>Ghép</prompt>{half("AB")}{half("PQS")}</matchInteraction>'
    matching = one(item(body, ["A Q", "B P"], cardinality="multiple", base="directedPair"))
    assert matching.choices == (Choice("A", match="Q"), Choice("B", match="P"), Choice("", match="S"))


def test_words_and_numbers():
    body = '<p>Viết tắt là <textEntryInteraction responseIdentifier="R" expectedLength="5"/>.</p>'
    short = one(
        item(
            body,
            ["KT*"],
            base="string",
            mapping={"KT*": "2", "K.T": "1"},
            rules=f'<responseProcessing template="{MAP}"/>',
        )
    )
    assert short.stem == "Viết tắt là _____."
    assert short.choices == (
        Choice("KT\\*", True),
        Choice("K.T", False, fraction=Decimal("50.00000")),
    )
    rules = (
        '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.1 0.1">'
        '<variable identifier="R"/><correct identifier="R"/></equal><setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>'
        "</responseProcessing>"
    )
    numeric = one(item(body, ["3.5"], base="float", rules=rules))
    assert numeric.choices == (Choice("3,5", True, tolerance=Decimal("0.1")),)
    assert numeric.warnings == ()


def hotspot(picture: str, places: str) -> str:
    return item(
        f'<hotspotInteraction responseIdentifier="R" maxChoices="1"><prompt>Ở đâu?</prompt>{picture}{places}'
        "</hotspotInteraction>",
        ["P1"],
    )


PLACES = (
    '<hotspotChoice identifier="P1" shape="rect" coords="0,0,200,100" hotspotLabel="Nút Ký"/>'
    '<hotspotChoice identifier="P2" shape="circle" coords="600,300,100"/>'
)


def manifest(*rows: tuple[str, str]) -> str:
    resources = "".join(
        f'<resource identifier="r{number}" type="{kind}" href="{href}"/>'
        for number, (kind, href) in enumerate(rows)
    )
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><organizations/>'
        f"<resources>{resources}</resources></manifest>"
    )


def test_a_package_with_a_place_on_a_picture():
    picture = '<object data="hinh/man%20hinh.png" type="image/png" width="800" height="400">Màn hình</object>'
    data = package(
        {
            "imsmanifest.xml": manifest(("imsqti_item_xmlv2p2", "cau/1.xml")),
            "cau/1.xml": hotspot(picture, PLACES),
            "cau/hinh/man hinh.png": png(400, 200),
        }
    )
    question = one(data)
    assert (question.kind, question.picture.data, question.picture.alt) == (
        "hotspot",
        png(400, 200),
        "Màn hình",
    )
    assert question.choices == (
        Choice("Nút Ký", True, area=[0, 0, 250, 250]),
        Choice("Vùng 2", area=[625, 500, 250, 500]),
    )
    assert len(question.warnings) == 1  # the round place became a rectangle


def third(text: str) -> str:
    """As QTI 3 names its elements and attributes."""
    for name in (
        *(
            "assessmentItem",
            "responseDeclaration",
            "correctResponse",
            "itemBody",
            "choiceInteraction",
            "simpleChoice",
        ),
        *("responseProcessing", "prompt", "value", "outcomeDeclaration", "defaultValue", "modalFeedback"),
    ):
        dashed = "qti-" + "".join(f"-{char.lower()}" if char.isupper() else char for char in name)
        text = text.replace(f"<{name}", f"<{dashed}").replace(f"</{name}", f"</{dashed}")
    for name in ("responseIdentifier", "maxChoices", "baseType"):
        text = text.replace(name, "".join(f"-{char.lower()}" if char.isupper() else char for char in name))
    return text.replace("imsqti_v2p1", "imsqtiasi_v3p0")


def test_version_3_with_a_situation_of_two_questions():
    reference = '<qti-assessment-stimulus-ref identifier="S1" href="tinh-huong.xml"/>'
    items = {
        f"{number}.xml": third(item(choices(1, "a", f"b{number}"), ["A"])).replace(
            "<qti-item-body>", f"{reference}<qti-item-body>"
        )
        for number in (1, 2)
    }
    stimulus = (
        '<qti-assessment-stimulus xmlns="x" identifier="S1" title="Ở quầy"><qti-stimulus-body><p>Ông A đến.</p>'
        "</qti-stimulus-body></qti-assessment-stimulus>"
    )
    kinds = [("imsqti_item_xmlv3p0", name) for name in items]
    reading = read(package({"imsmanifest.xml": manifest(*kinds), "tinh-huong.xml": stimulus, **items}))
    assert reading.refusals == []
    assert [question.scenario.text for question in reading.questions] == ["Ông A đến."] * 2
    assert {question.scenario.key for question in reading.questions} == {"S1"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (item('<extendedTextInteraction responseIdentifier="R"/>', ["x"]), "extendedText"),
        (item(choices(1, "a", "b") + choices(1, "c", "d"), ["A"]), "2"),
        (item(choices(1, "a", "b"), []), ""),
        (item(choices(1, "a", "b"), ["Z"]), ""),
        (item("<p>Chỉ đọc.</p>", ["A"]), "0"),
        (hotspot('<object data="khong-co.png" type="image/png"/>', PLACES), "khong-co.png"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(text: str, word: str):
    reading = read(text)
    assert reading.questions == []
    assert word in reading.refusals[0].reason


def test_rules_of_its_own_are_told():
    rules = (
        "<responseProcessing><responseCondition><customOperator/></responseCondition></responseProcessing>"
    )
    assert len(one(item(choices(1, "a", "b"), ["A"], rules=rules)).warnings) == 1


def test_old_packages_are_named():
    from quizzes.exchange.question import FileRefused

    with pytest.raises(FileRefused, match=r"1\.2"):
        read(package({"imsmanifest.xml": manifest(("imsqti_xmlv1p2", "a.xml"))}))
