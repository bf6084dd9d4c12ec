"""What holds for every kind of question, whatever a trainer writes and a learner answers."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from django.http import QueryDict
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lms.lib.text import exact
from quizzes.kinds import Option, PaperQuestion, ResponseRefused, kind_of
from quizzes.models import Question, QuestionOption
from quizzes.publishing import content_of, draft_of
from tests.quizzes.conftest import KINDS, filled_in, turned

PICTURE = {"file": "man-hinh.webp", "width": 400, "height": 300, "alt": 'Màn hình "một cửa"'}

# Letters that are easily confused, blanks, and what HTML and our own notations treat in another way.
texts = st.text(alphabet="aăâdđeo òóọ̣́uyKT.05,-=*\\@\"'<&>\u00a0", min_size=1, max_size=12).filter(exact)
different = st.lists(texts, min_size=4, max_size=7, unique_by=lambda text: exact(text).casefold())
percents = st.sampled_from(
    [None, None, Decimal(100), Decimal(50), Decimal("33.33333"), Decimal(0), Decimal(-50)]
)


@st.composite
def rows(draw, kind: str) -> list[dict]:
    """The options of a question, sound for their kind as far as the kind alone decides."""
    words = draw(different)
    match kind:
        case "true-false":
            return [{"text": "Đúng", "correct": True}, {"text": "Sai"}]
        case "ordering":
            return [{"text": text} for text in words]
        case "matching":
            rights = draw(st.lists(st.sampled_from(words), min_size=len(words), max_size=len(words)))
            pairs = [{"text": text, "match": f"{right}!"} for text, right in zip(words, rights, strict=True)]
            return [*pairs, {"text": "", "match": "đánh lạc hướng"}]
        case "numeric":
            numbers = draw(st.lists(st.integers(-9999, 9999), min_size=1, max_size=4, unique=True))
            return [
                {
                    "text": f"{number / 100:.2f}".replace(".", ","),
                    "correct": not place,
                    "fraction": draw(percents) if place else None,
                    "tolerance": draw(st.sampled_from([None, Decimal("0.5"), Decimal(3)])),
                }
                for place, number in enumerate(numbers)
            ]
    others = [
        {"text": text, "fraction": draw(percents.filter(lambda share: share != 100))} for text in words[1:]
    ]
    chosen = [{"text": words[0], "correct": True}, *others]
    for place, row in enumerate(chosen):
        if kind == "hotspot":
            row["area"] = [place * 140, draw(st.integers(0, 500)), 140, draw(st.integers(1, 500))]
    if kind == "multiple" and draw(st.booleans()):
        chosen = [{**row, "fraction": None, "correct": place < 2} for place, row in enumerate(chosen)]
    return chosen


@st.composite
def published(draw, kind: str, **rules):
    """(options, settings) of a sound question as its version keeps them."""
    question = Question(
        kind=kind,
        stem="Vì sao?",
        partial_credit=draw(st.booleans()),
        ignore_diacritics=draw(st.booleans()),
        **rules,
    )
    question.options = [QuestionOption(**row) for row in draw(rows(kind))]
    for option in question.options.all():
        option.text, option.match = exact(option.text), exact(option.match)
    assume(not kind_of(kind).faults(draft_of(question)))
    content = content_of(question)
    return content["options"], content["settings"]


def blank(kind: str, options: list[Option], order: list[str]) -> PaperQuestion:
    question = PaperQuestion(order=3, kind=kind, stem="Vì sao?", options=[], picture=PICTURE)
    return kind_of(kind).blank(question, options, order)


def drawn(draw, kind: str, options: list[Option], order: list[str]) -> list[str]:
    """Any response that the paper allows."""
    lefts = [key for key in order if not key.startswith("=")]
    rights = [key for key in order if key.startswith("=")]
    match kind:
        case "ordering":
            return draw(st.permutations(order))
        case "matching":
            given = draw(st.lists(st.sampled_from(lefts), unique=True))
            return [left + draw(st.sampled_from(rights)) for left in given]
        case "multiple":
            return draw(st.lists(st.sampled_from(order), unique=True))
        case "short" | "numeric":
            foreseen = st.sampled_from([option["text"] for option in options])
            return [draw(texts | foreseen | st.integers(-9999, 9999).map(str))]
        case "hotspot":
            taps = st.tuples(st.integers(0, 999), st.integers(0, 999))
            return [draw(st.sampled_from(order) | taps.map(lambda at: f"@{at[0]},{at[1]}"))]
    return [draw(st.sampled_from(order))]


def posted(kind: str, question: PaperQuestion) -> list[str] | None:
    """What the server reads when a browser posts the question's controls as they are shown."""
    data = QueryDict(mutable=True)
    for name, values in filled_in(kind_of(kind).controls(question)).items():
        data.setlist(name, values)
    return kind_of(kind).posted(question, data)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_every_response_is_kept_in_one_form_shown_again_and_earns_between_nothing_and_all(kind, data, seed):
    options, rules = data.draw(published(kind))
    rule = kind_of(kind)
    order = rule.option_order(options, Random(seed), shuffle=data.draw(st.booleans()))
    question = blank(kind, options, order)
    response = rule.checked(order, drawn(data.draw, kind, options, order))
    assert rule.checked(order, response) == response
    assert 0 <= rule.share(options, rules, response) <= 1
    assert posted(kind, rule.with_response(question, response)) == response
    for with_key in (True, False):
        lines = rule.reviewed(options, rules, order, response, with_key=with_key)
        assert all((line.right is None) != with_key for line in lines)
        assert with_key or not any(line.feedback or line.area for line in lines)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_right_response_earns_all_and_none_earns_nothing(kind, data, seed):
    options, rules = data.draw(published(kind))
    rule = kind_of(kind)
    order = rule.option_order(options, Random(seed), shuffle=True)
    right = rule.checked(order, rule.right_response(options, rules))
    question = blank(kind, options, order)
    assert right
    assert rule.with_response(question, right).answered
    assert rule.share(options, rules, right) == 1
    assert rule.share(options, rules, []) == 0
    assert rule.checked(order, []) == [] == posted(kind, question)
    assert not rule.with_response(question, []).answered


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99), junk=st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_what_cannot_come_from_the_paper_is_refused_or_typed_text(kind, data, seed, junk):
    options, _rules = data.draw(published(kind))
    order = kind_of(kind).option_order(options, Random(seed), shuffle=True)
    assume(not set(junk) & set(order))
    typed = kind in ("short", "numeric") and len(junk) == 1
    if typed:
        assert kind_of(kind).checked(order, junk) == ([exact(junk[0])] if exact(junk[0]) else [])
    else:
        with pytest.raises(ResponseRefused):
            kind_of(kind).checked(order, junk)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_paper_is_the_same_under_another_key(kind, data, seed):
    """Rule 4: neither the order nor the keys nor anything else on the paper follows from what is right."""
    options, _rules = data.draw(published(kind))
    others = turned(kind, options)
    rule, shuffle = kind_of(kind), data.draw(st.booleans())
    order = rule.option_order(options, Random(seed), shuffle=shuffle)
    if kind != "ordering":  # its key is the order itself, and what is shown is shuffled from there
        assert rule.option_order(others, Random(seed), shuffle=shuffle) == order
    response = rule.checked(order, drawn(data.draw, kind, options, order))
    shown, other = (rule.with_response(blank(kind, key, order), response) for key in (options, others))
    assert shown == other
    assert rule.controls(shown) == rule.controls(other)


# --- Partial credit --------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_matching_earns_pair_by_pair(data, seed):
    options, _rules = data.draw(published("matching"))
    rule = kind_of("matching")
    order = rule.option_order(options, Random(seed), shuffle=True)
    response = rule.checked(order, drawn(data.draw, "matching", options, order))
    single = [rule.share(options, {"partial": True}, [pair]) for pair in response]
    assert rule.share(options, {"partial": True}, response) == sum(single, Fraction(0))
    whole = rule.share(options, {"partial": True}, response) == 1
    assert rule.share(options, {"partial": False}, response) == whole


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_several_answers_earn_the_sum_of_their_shares(data):
    options, _rules = data.draw(published("multiple"))
    rule = kind_of("multiple")
    order = [option["key"] for option in options]
    response = rule.checked(order, drawn(data.draw, "multiple", options, order))
    right = sum(option["correct"] for option in options)
    shares = {
        option["key"]: Fraction(option["fraction"]).limit_denominator(3000) / 100
        if "fraction" in option
        else Fraction(1 if option["correct"] else -1, right)
        for option in options
    }
    summed = sum((shares[key] for key in response), Fraction(0))
    earned = rule.share(options, {"partial": True}, response)
    assert abs(earned - min(max(summed, 0), 1)) < Fraction(1, 10**5)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_ordering_earns_for_every_pair_of_steps_in_the_right_order(data):
    options, _rules = data.draw(published("ordering"))
    keys = [option["key"] for option in options]
    response = data.draw(st.permutations(keys))
    pairs = [(a, b) for place, a in enumerate(keys) for b in keys[place + 1 :]]
    right = sum(response.index(a) < response.index(b) for a, b in pairs)
    share = kind_of("ordering").share(options, {"partial": True}, response)
    assert share == Fraction(right, len(pairs))


def test_a_half_matched_question_is_kept_and_still_asked_about():
    """Nothing that was chosen is dropped; whoever submits is told that something is missing."""
    rule = kind_of("matching")
    options = [
        Option(key=key, text=key, correct=False, feedback="", match=f"nửa {key}", match_key=f"m{key}")
        for key in "abc"
    ]
    order = ["a", "b", "c", "=ma", "=mb", "=mc"]
    half = rule.with_response(blank("matching", options, order), rule.checked(order, ["b=ma"]))
    assert (half.response, half.incomplete, half.answered) == (["b=ma"], True, False)
    assert posted("matching", half) == ["b=ma"]
    assert posted("matching", replace(half, options=blank("matching", options, order).options)) == []
