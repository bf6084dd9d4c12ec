"""Writing Moodle XML, so that Moodle and we read it back alike (quizzes.exchange.moodle)."""

import base64
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from lms.lib.pictures import header_of
from quizzes.exchange.fitting import Fit, number_of, plain_fit, without_feedback
from quizzes.exchange.folders import path_of
from quizzes.exchange.html_text import as_html
from quizzes.exchange.labels import PARTLY, written_labels
from quizzes.exchange.question import ExchangeQuestion, Picture, beginning
from quizzes.exchange.weights import weight_of, weights_of_several, written
from quizzes.kinds import Choice

_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true-false": "truefalse",
    "ordering": "ordering",
    "matching": "matching",
    "short": "shortanswer",
    "numeric": "numerical",
    "hotspot": "ddmarker",
}


def fit(question: ExchangeQuestion) -> Fit:
    found = plain_fit(question)
    picture = _embedded(found, question.picture, _("its picture"))
    if question.kind == "hotspot" and picture is None:
        return found.leave_out(_("Its picture cannot be read."))
    found.change(picture=picture)
    if question.scenario and found.question and found.question.scenario:
        shown = _embedded(found, question.scenario.picture, _("the picture of its situation"))
        found.change(scenario=replace(found.question.scenario, picture=shown))
    without_feedback(found, ("matching",))
    return found


def _embedded(found: Fit, picture: Picture | None, name: str) -> Picture | None:
    """The picture by its bytes; Moodle has no library of ours."""
    if picture is None:
        return None
    if not picture.data:
        found.lose(name)
        return None
    return replace(picture, library="")


def write(questions: Iterable[ExchangeQuestion]) -> bytes:
    """Of questions as ``fit`` gives them."""
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    folder: tuple[str, ...] = ()
    described: set[str] = set()
    for question in questions:
        if question.folder != folder:
            folder = question.folder
            pieces.append(
                f'<question type="category"><category>{_text(path_of(folder))}</category></question>\n'
            )
        if question.scenario and question.scenario.key not in described:
            described.add(question.scenario.key)
            pieces.append(_situation(question))
        pieces.append(_question(question))
    return ("".join(pieces) + "</quiz>\n").encode()


def _situation(question: ExchangeQuestion) -> str:
    scenario = question.scenario
    assert scenario is not None  # noqa: S101 - the caller asked
    return (
        f'<question type="description">\n<name>{_text(scenario.title)}</name>\n'
        f"{_shown('questiontext', scenario.text, scenario.picture)}<defaultgrade>0</defaultgrade>\n"
        f"{_tags([f'tình huống: {scenario.key}'])}</question>\n"
    )


def _question(question: ExchangeQuestion) -> str:
    partial = None if question.kind == "ordering" else question.kind in PARTLY
    picture = None if question.kind == "hotspot" else question.picture
    return (
        f'<question type="{_TYPES[question.kind]}">\n<name>{_text(beginning(question.stem))}</name>\n'
        f"{_shown('questiontext', question.stem, picture)}"
        f"{_html('generalfeedback', question.explanation)}\n"
        f"<defaultgrade>{written(question.points)}</defaultgrade>\n<penalty>0</penalty>\n<hidden>0</hidden>\n"
        f"<idnumber>{escape(question.id)}</idnumber>\n{_answers(question)}"
        f"{_tags(written_labels(question, points=False, partial=partial))}</question>\n"
    )


def _answers(question: ExchangeQuestion) -> str:
    options = question.choices
    match question.kind:
        case "single":
            weights = [weight_of(option) for option in options]
            return (
                f"<single>true</single>\n<shuffleanswers>true</shuffleanswers>\n{_options(options, weights)}"
            )
        case "multiple":
            weights = weights_of_several(options, partial=question.partial)
            return (
                f"<single>false</single>\n<shuffleanswers>true</shuffleanswers>\n{_options(options, weights)}"
            )
        case "true-false":
            words = zip(("true", "false"), options, strict=True)
            return "".join(_typed(word, Decimal(100 * option.correct), option) for word, option in words)
        case "short":
            return "<usecase>0</usecase>\n" + "".join(
                _typed(option.text, weight_of(option), option) for option in options
            )
        case "numeric":
            return "".join(
                _typed("*" if number is None else written(number), weight_of(option), option)
                for option in options
                for number in [number_of(option)]
            )
        case "matching":
            return "<shuffleanswers>true</shuffleanswers>\n" + "".join(
                f'<subquestion format="html"><text>{escape(as_html(option.text))}</text>'
                f"<answer>{_text(option.match)}</answer></subquestion>\n"
                for option in options
            )
        case "ordering":
            graded = "RELATIVE_ALL_PREVIOUS_AND_NEXT" if question.partial else "ALL_OR_NOTHING"
            places = [Decimal(place) for place in range(1, len(options) + 1)]
            return (
                "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>"
                f"<gradingtype>{graded}</gradingtype><showgrading>SHOW</showgrading>\n{_options(options, places)}"
            )
        case _:
            return _places(question)


def _options(options: tuple[Choice, ...], weights: list[Decimal]) -> str:
    return "".join(
        f'<answer fraction="{written(weight)}" format="html"><text>{escape(as_html(option.text))}</text>'
        f"{_html('feedback', option.feedback)}</answer>\n"
        for option, weight in zip(options, weights, strict=True)
    )


def _typed(text: str, weight: Decimal, option: Choice) -> str:
    tolerance = f"<tolerance>{written(option.tolerance)}</tolerance>" if option.tolerance else ""
    return (
        f'<answer fraction="{written(weight)}" format="moodle_auto_format">{_text(text)}{tolerance}'
        f"{_html('feedback', option.feedback)}</answer>\n"
    )


def _places(question: ExchangeQuestion) -> str:
    """For Moodle the right places, on which its one marker may be put; for us all of them, as <place>."""
    picture = question.picture
    assert picture is not None  # noqa: S101 - fit() leaves out a question on a place without its picture
    size = header_of(picture.data)
    right = [option for option in question.choices if option.correct and option.area]
    label = right[0].text if right else ""
    drops = []
    for number, option in enumerate(right, start=1):
        x, y, width, height = option.area or [0, 0, 0, 0]
        pixels = [round(value * size.width / 1000) for value in (x, width)]
        lines = [round(value * size.height / 1000) for value in (y, height)]
        drops.append(
            f"<drop><no>{number}</no><shape>rectangle</shape>"
            f"<coords>{pixels[0]},{lines[0]};{pixels[1]},{lines[1]}</coords><choice>1</choice></drop>\n"
        )
    places = [
        f'<place area="{",".join(map(str, option.area or []))}" fraction="{written(weight_of(option))}">'
        f"{_text(option.text)}<feedback>{_text(option.feedback)}</feedback></place>\n"
        for option in question.choices
    ]
    name = f"hinh.{header_of(picture.data).extension}"
    return (
        f'<file name="{name}" encoding="base64" alt={quoteattr(picture.alt)}>'
        f"{base64.b64encode(picture.data).decode()}</file>\n"
        f"<drag><no>1</no>{_text(label)}<noofdrags>1</noofdrags></drag>\n{''.join(drops)}{''.join(places)}"
    )


def _shown(name: str, text: str, picture: Picture | None) -> str:
    if picture is None:
        return f"{_html(name, text)}\n"
    file = f"hinh.{header_of(picture.data).extension}"
    image = f'<p><img src="@@PLUGINFILE@@/{file}" alt="{as_html(picture.alt)}"></p>'
    return (
        f'<{name} format="html"><text>{escape(f"<p>{as_html(text)}</p>{image}")}</text>\n'
        f'<file name="{file}" path="/" encoding="base64">{base64.b64encode(picture.data).decode()}</file></{name}>\n'
    )


def _html(name: str, text: str) -> str:
    return f'<{name} format="html"><text>{escape(as_html(text))}</text></{name}>'


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _tags(labels: list[str]) -> str:
    return f"<tags>{''.join(f'<tag>{_text(label)}</tag>' for label in labels)}</tags>\n" if labels else ""
