"""The form says what is right in the words of each kind; learners' texts cannot be changed by it."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from quizzes.correcting import with_key
from quizzes.grading import share_of
from quizzes.key_form import KeyForm
from quizzes.keys import frame_of
from quizzes.kinds import Choice
from quizzes.models import Question, QuestionOption, QuestionVersion
from quizzes.publishing import publish_question
from tests.quizzes.conftest import make_bank, make_question


def version_of(kind: str, *choices: Choice, **fields: Any) -> QuestionVersion:
    question = Question(bank=make_bank(), kind=kind, stem="Câu hỏi?", live=True, **fields)
    question.options = [
        QuestionOption(sort_order=place, **choice._asdict()) for place, choice in enumerate(choices)
    ]
    question.save()
    return publish_question(question)


def shown(version: QuestionVersion) -> dict[str, Any]:
    """What a browser posts when nothing was changed."""
    form = KeyForm(version=version, others=[])
    data: dict[str, Any] = {"version": version.number, "reason": "Vì sai"}
    for name in form.fields:
        value = form.initial.get(name, form.fields[name].initial)
        if value not in (None, False, ""):
            data[name] = "on" if value is True else value
    return data


def posted(version: QuestionVersion, **changes: Any) -> KeyForm:
    data = {name: value for name, value in (shown(version) | changes).items() if value is not None}
    return KeyForm(data, version=version, others=[])


def corrected(version: QuestionVersion, **changes: Any) -> QuestionVersion:
    form = posted(version, **changes)
    assert form.is_valid(), form.errors
    found = with_key(version, form.key())
    assert frame_of(found) == frame_of(version)
    return found


def test_choosing(db):
    version = make_question(make_bank()).current_version
    new = corrected(version, **{"correct-0": None, "correct-1": "on"})
    assert [option["correct"] for option in new.options] == [False, True, False]
    assert [option["text"] for option in new.options] == [option["text"] for option in version.options]
    assert [option["feedback"] for option in new.options] == [
        option["feedback"] for option in version.options
    ]


def test_shares_of_several_right_answers(db):
    version = make_question(make_bank(), "multiple", partial_credit=True).current_version
    new = corrected(version, **{"fraction-0": "75", "fraction-1": "25"})
    assert share_of(new, [new.options[0]["key"]]) == Decimal("0.75")


def test_the_order_of_steps(db):
    version = make_question(make_bank(), "ordering").current_version
    new = corrected(version, **{"place-1": "3", "place-2": "2"})
    assert [option["text"] for option in new.options] == ["Soạn", "Cấp số", "Trình ký", "Phát hành"]
    twice = posted(version, **{"place-1": "1"})
    with translation.override("en"):
        assert not twice.is_valid()
        assert "Give every step another place." in str(twice.errors)


def test_pairs(db):
    version = version_of(
        "matching",
        Choice("KT.", match="Cấp phó"),
        Choice("TL.", match="Cấp dưới"),
        Choice("", match="Văn thư"),
    )
    keys = {option["match"]: option["match_key"] for option in version.options}
    new = corrected(version, **{"match-0": keys["Cấp dưới"], "match-1": keys["Cấp phó"]})
    assert [(option["text"], option["match"]) for option in new.options][:2] == [
        ("KT.", "Cấp dưới"),
        ("TL.", "Cấp phó"),
    ]
    lefts = {option["text"]: option["key"] for option in version.options}
    response = [f"{lefts['KT.']}={keys['Cấp dưới']}", f"{lefts['TL.']}={keys['Cấp phó']}"]
    assert (share_of(version, response), share_of(new, response)) == (0, 1)


def test_a_further_accepted_answer(db):
    version = version_of("short", Choice("Chứng thực", True))
    new = corrected(version, **{"text-1": "sao y", "correct-1": "on"})
    assert (share_of(version, ["Sao y"]), share_of(new, ["Sao y"])) == (0, 1)


def test_a_wider_tolerance(db):
    version = version_of("numeric", Choice("10", True, tolerance=Decimal("0.5")))
    new = corrected(version, **{"tolerance-0": "2"})
    assert (share_of(version, ["11"]), share_of(new, ["11"])) == (0, 1)


def test_what_changes_nothing_is_told(db):
    version = make_question(make_bank()).current_version
    with translation.override("en"):
        assert "The key is the same as before" in str(posted(version).errors)


def test_texts_that_learners_answered_by_cannot_be_changed(db):
    version = make_question(make_bank()).current_version
    new = corrected(version, **{"text-0": "Khác", "correct-0": None, "correct-1": "on"})
    assert new.options[0]["text"] == "Ký nháy"


@pytest.mark.parametrize("area", ["10, 10, 20", "x"])
def test_a_place_is_four_numbers(db, area):
    version = QuestionVersion(
        kind="hotspot",
        question=make_question(make_bank()),
        stem="Ở đâu?",
        options=[
            {"key": "a", "text": "A", "correct": True, "feedback": "", "area": [0, 0, 100, 100]},
            {"key": "b", "text": "B", "correct": False, "feedback": "", "area": [200, 0, 100, 100]},
        ],
        settings={},
        picture={"file": "x", "alt": "Hình"},
    )
    assert corrected(version, **{"area-0": "0, 0, 150, 100"}).options[0]["area"] == [0, 0, 150, 100]
    assert not posted(version, **{"area-0": area}).is_valid()
