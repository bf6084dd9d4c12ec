"""Reading Moodle XML. Format: https://docs.moodle.org/en/Moodle_XML_format and what Moodle itself exports.

A ``description`` with the tag “tình huống: name” is a situation; questions with the same tag belong to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from posixpath import basename
from urllib.parse import unquote

from django.utils.translation import gettext as _

from lms.lib.pictures import Checked, checked_picture, from_base64
from lms.lib.text import exact
from quizzes.exchange.areas import around, numbers_in, rectangle
from quizzes.exchange.assembling import Assembly
from quizzes.exchange.folders import folder_of
from quizzes.exchange.html_text import formatted
from quizzes.exchange.labels import Labels, read_labels
from quizzes.exchange.numbers import decimal_in, number_in, spelled, tolerance_in
from quizzes.exchange.question import (
    ExchangeQuestion,
    FileRefused,
    Picture,
    QuestionRefused,
    Reading,
    Situation,
    beginning,
)
from quizzes.exchange.trees import Element, read_tree
from quizzes.exchange.weights import WHOLE, several, weighted
from quizzes.kinds import Choice
from quizzes.kinds.choosing import FALSE, TRUE

_INSIDE = "@@PLUGINFILE@@/"
_FORMATS = {"html": "html", "markdown": "markdown", "plain_text": "plain", "moodle_auto_format": "moodle"}
_BY_PAIRS = {"RELATIVE_ALL_PREVIOUS_AND_NEXT", "4"}
_ALL_OR_NOTHING = {"ALL_OR_NOTHING", "-1"}


def read(data: bytes) -> Reading:
    """Raises FileRefused."""
    return read_quiz(read_tree(data))


def read_quiz(root: Element) -> Reading:
    if root.name != "quiz":
        raise FileRefused(
            _("The XML file is no export of Moodle: it begins with <%(name)s>, not with <quiz>.")
            % {"name": root.name[:40]}
        )
    assembly = Assembly("moodle")
    folder: tuple[str, ...] = ()
    for element in root.elements("question"):
        if element.attributes.get("type") == "category":
            folder = folder_of(element.text_of("category", "text"))
            continue
        subject = element.text_of("name", "text") or element.text_of("questiontext", "text")
        with assembly.refusing(element.line, subject):
            _Question(element, folder).into(assembly)
    return assembly.reading()


@dataclass
class _Rich:
    """A text with what it shows."""

    text: str
    pictures: list[Picture] = field(default_factory=list)


class _Question:
    """One question element."""

    def __init__(self, element: Element, folder: tuple[str, ...]) -> None:
        self.element, self.folder = element, folder
        self.kind = element.attributes.get("type", "")
        self.warnings: list[str] = []
        self.pictures: list[Picture] = []

    def into(self, assembly: Assembly) -> None:
        labels = read_labels(tag.text_of("text") for tag in _tags(self.element))
        if self.kind == "description":
            self._describe(assembly, labels)
            return
        read = _KINDS.get(self.kind)
        if read is None:
            raise QuestionRefused(_why_not(self.kind))
        stem = self._rich(self.element.first("questiontext"), may_show=True)
        kind, choices, partial = read(self)
        question = ExchangeQuestion(
            kind=kind,
            stem=stem,
            choices=choices,
            explanation=self._rich(self.element.first("generalfeedback")),
            picture=self._picture(),
            points=self._points(),
            partial=partial,
            folder=self.folder,
            id=exact(self.element.text_of("idnumber")),
            line=self.element.line,
        )
        if any(hint.text().strip() for hint in self.element.elements("hint")):
            self._warn(_("Hints between tries are left out: here each question is answered once."))
        assembly.add(question, labels, self.warnings)

    def _describe(self, assembly: Assembly, labels: Labels) -> None:
        if not labels.scenario:
            raise QuestionRefused(
                _(
                    "A description is no question. For a situation give it and its questions the tag "
                    "“tình huống: name”."
                )
            )
        text = self._rich(self.element.first("questiontext"), may_show=True)
        title = exact(self.element.text_of("name", "text")) or beginning(text)
        situation = Situation(labels.scenario, title, text, self._picture())
        assembly.describe(situation, self.element.line)

    # --- Texts and pictures ------------------------------------------------------------------------------------

    def _rich(self, element: Element | None, *, may_show: bool = False, inside_option: bool = False) -> str:
        """The plain text; its pictures are kept where it ``may_show`` them."""
        if element is None:
            return ""
        inner = element.first("text")
        if inner is None:
            return ""
        format = _FORMATS.get(element.attributes.get("format", "html"), "html")
        found = formatted(format, inner.text())
        for sentence in found.warnings:
            self._warn(sentence)
        if found.images and inside_option:
            raise QuestionRefused(_("An option holds a picture. Here only the question itself can have one."))
        if found.images and not may_show:
            self._warn(_("The pictures in feedback and explanations are left out."))
        elif found.images:
            for address, alt in found.images:
                self._keep_picture(element, address, alt)
        return found.text

    def _keep_picture(self, element: Element, address: str, alt: str) -> None:
        if address.startswith("data:image/"):
            data = from_base64(address.partition(",")[2])
        elif address.startswith(_INSIDE):
            data = _file_in(element, unquote(address.removeprefix(_INSIDE).partition("?")[0]))
        else:
            self._warn(
                _("A picture stands on another computer (%(address)s) and was not fetched.")
                % {"address": beginning(address, 60)}
            )
            return
        checked_picture(data)
        if all(picture.data != data for picture in self.pictures):
            self.pictures.append(Picture(data, alt))

    def _picture(self) -> Picture | None:
        old = self.element.text_of("image_base64")
        if old and not self.pictures:
            data = from_base64(old)
            checked_picture(data)
            self.pictures.append(Picture(data))
        if len(self.pictures) > 1:
            raise QuestionRefused(
                _(
                    "The question has %(count)d pictures. Here it can have one: put them together in one picture."
                )
                % {"count": len(self.pictures)}
            )
        return self.pictures[0] if self.pictures else None

    def _points(self) -> Decimal:
        text = self.element.text_of("defaultgrade") or "1"
        points = decimal_in(text)
        if points is None:
            raise QuestionRefused(_("Its points (%(points)s) are no number.") % {"points": text[:20]})
        return points

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    # --- The kinds ---------------------------------------------------------------------------------------------

    def _answers(self, *, plain_text: bool = False) -> list[tuple[Choice, Decimal, Element]]:
        found = []
        for answer in self.element.elements("answer"):
            text = answer.text_of("text") if plain_text else self._rich(answer, inside_option=True)
            feedback = self._rich(answer.first("feedback"))
            option = Choice(exact(text), feedback=exact(feedback))
            found.append((option, _fraction(answer.attributes.get("fraction", "0")), answer))
        if not found:
            raise QuestionRefused(_("The question has no answers."))
        return found

    def choosing(self) -> tuple[str, tuple[Choice, ...], bool]:
        answers = self._answers()
        options = [option for option, _weight, _element in answers]
        weights = [_percent(weight) for _option, weight, _element in answers]
        if _is_true(self.element.text_of("single") or "true"):
            return "single", tuple(map(weighted, options, weights)), False
        return "multiple", several(options, weights, partial=True), True

    def all_or_nothing(self) -> tuple[str, tuple[Choice, ...], bool]:
        """The plug-in “multichoiceset”."""
        answers = self._answers()
        return "multiple", tuple(option._replace(correct=weight > 0) for option, weight, _e in answers), False

    def truth(self) -> tuple[str, tuple[Choice, ...], bool]:
        said = {
            option.text.casefold(): option._replace(correct=weight > 0)
            for option, weight, _element in self._answers(plain_text=True)
        }
        if said.keys() != {"true", "false"}:
            raise QuestionRefused(_("A true-or-false question must have the answers “true” and “false”."))
        options = said["true"]._replace(text=TRUE), said["false"]._replace(text=FALSE)
        return "true-false", options, False

    def short(self) -> tuple[str, tuple[Choice, ...], bool]:
        if _is_true(self.element.text_of("usecase")):
            self._warn(
                _("Moodle tells capital and small letters apart in this answer; here they never matter.")
            )
        answers = self._answers(plain_text=True)
        return (
            "short",
            tuple(weighted(option, _percent(weight)) for option, weight, _element in answers),
            False,
        )

    def numeric(self) -> tuple[str, tuple[Choice, ...], bool]:
        units = [unit.text_of("unit_name") for unit in self.element.below() if unit.name == "unit"]
        if any(units):
            self._warn(
                _(
                    "The unit (%(units)s) is left out: here only the number is typed. Name the unit in the question."
                )
                % {"units": beginning(", ".join(filter(None, units)), 60)}
            )
        answers = self._answers(plain_text=True)
        numbers = [None if option.text == "*" else number_in(option.text) for option, _w, _e in answers]
        options = (
            weighted(option, _percent(weight))._replace(
                text=text,
                tolerance=tolerance_in(element.text_of("tolerance") or "0") if text != "*" else None,
            )
            for (option, weight, element), text in zip(answers, spelled(numbers), strict=True)
        )
        return "numeric", tuple(options), False

    def matching(self) -> tuple[str, tuple[Choice, ...], bool]:
        pairs = [
            Choice(exact(self._rich(pair, inside_option=True)), match=exact(pair.text_of("answer", "text")))
            for pair in self.element.elements("subquestion")
        ]
        return "matching", tuple(pairs), True

    def ordering(self) -> tuple[str, tuple[Choice, ...], bool]:
        grading = self.element.text_of("gradingtype").upper()
        if grading not in _BY_PAIRS | _ALL_OR_NOTHING:
            self._warn(
                _("Moodle grades the steps in another way; here the pairs of steps in right order count.")
            )
        if self.element.text_of("selecttype").upper() in ("RANDOM", "CONTIGUOUS", "1", "2"):
            self._warn(_("Moodle shows some of the steps only; here all of them are put in order."))
        steps = sorted(self._answers(), key=lambda answer: answer[1])
        return "ordering", tuple(option for option, _place, _element in steps), grading not in _ALL_OR_NOTHING

    def hotspot(self) -> tuple[str, tuple[Choice, ...], bool]:
        """One marker to put on a picture. Our own files name all places, which Moodle passes over."""
        file = self.element.first("file")
        if file is None:
            raise QuestionRefused(_("The picture of the question is not in the file."))
        data = from_base64(file.text())
        size = checked_picture(data)
        self.pictures = [Picture(data, exact(file.attributes.get("alt", "")))]
        places = [_place(place) for place in self.element.elements("place")]
        if places:
            return "hotspot", tuple(places), False
        labels = {drag.text_of("no"): exact(drag.text_of("text")) for drag in self.element.elements("drag")}
        drops = [drop for drop in self.element.elements("drop") if drop.text_of("coords")]
        if len({drop.text_of("choice") for drop in drops}) != 1:
            raise QuestionRefused(
                _("Several markers are to be put on the picture. Here a question asks for one place.")
            )
        places = []
        for number, drop in enumerate(drops, start=1):
            label = labels.get(drop.text_of("choice"), "") or _("The right place")
            area, exactly = _moodle_area(drop, size)
            if not exactly:
                self._warn(_("Round and angular places became the rectangle around them."))
            text = label if len(drops) == 1 else f"{label} ({number})"
            places.append(Choice(text, True, area=area))
        return "hotspot", tuple(places), False


_KINDS: dict[str, Callable[[_Question], tuple[str, tuple[Choice, ...], bool]]] = {
    "multichoice": _Question.choosing,
    "multichoiceset": _Question.all_or_nothing,
    "truefalse": _Question.truth,
    "shortanswer": _Question.short,
    "numerical": _Question.numeric,
    "matching": _Question.matching,
    "match": _Question.matching,
    "ordering": _Question.ordering,
    "ddmarker": _Question.hotspot,
}


def _why_not(kind: str) -> str:
    if kind == "essay":
        return _("An essay question needs a person who grades it; it is not taken.")
    if kind in ("cloze", "multianswer"):
        return _("A cloze question asks several things in one text; write a question for each of them.")
    if kind.startswith("calculated"):
        return _(
            "A calculated question draws its numbers anew each time; here a question is the same for all."
        )
    return _("Moodle's question type “%(type)s” has no counterpart here.") % {"type": kind[:40]}


def _tags(element: Element) -> list[Element]:
    tags = element.first("tags")
    return list(tags.elements("tag")) if tags else []


def _file_in(element: Element, name: str) -> bytes:
    """An embedded file by its name; only those are ever looked for."""
    for file in element.elements("file"):
        path = file.attributes.get("path", "/").strip("/")
        if name in (file.attributes.get("name"), f"{path}/{file.attributes.get('name')}"):
            if file.attributes.get("encoding", "base64") != "base64":
                raise QuestionRefused(_("A picture is damaged and cannot be shown."))
            return from_base64(file.text())
    raise QuestionRefused(
        _("The picture “%(name)s” is not in the file.") % {"name": beginning(basename(name) or name, 60)}
    )


def _fraction(text: str) -> Decimal:
    number = decimal_in(text)
    if number is None:
        raise QuestionRefused(_("The share “%(share)s” of an answer is no number.") % {"share": text[:20]})
    return number


def _percent(number: Decimal) -> Decimal:
    if abs(number) > WHOLE:
        raise QuestionRefused(
            _("A share lies outside -100 %% to 100 %%: %(share)s.") % {"share": str(number)[:20]}
        )
    return number


def _is_true(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "yes")


def _place(element: Element) -> Choice:
    area = [int(number) for number in numbers_in(element.attributes.get("area", ""))]
    if len(area) != 4:
        raise QuestionRefused(_("The shape of a place cannot be read."))
    option = Choice(exact(element.text_of("text")), feedback=exact(element.text_of("feedback")), area=area)
    return weighted(option, _percent(_fraction(element.attributes.get("fraction", "0"))))


def _moodle_area(drop: Element, size: Checked) -> tuple[list[int], bool]:
    """The rectangle, and whether the shape was one."""
    shape, numbers = drop.text_of("shape").casefold(), numbers_in(drop.text_of("coords"))
    if shape == "rectangle" and len(numbers) == 4:
        left, top, width, height = numbers
        return rectangle(left, top, width, height, size), True
    return around(shape, numbers, size), False
