"""Reading QTI 2.1, 2.2 and 3.0: a single item, or a content package with its manifest.

Specification: https://www.imsglobal.org/spec/qti/v3p0/impl and .../question/qtiv2p1. QTI 3 names its elements
“qti-choice-interaction” where QTI 2 says “choiceInteraction”; they are read alike.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from urllib.parse import unquote

from django.utils.translation import gettext as _

from lms.lib.packages import Package
from lms.lib.pictures import Checked, checked_picture, from_base64
from lms.lib.text import exact, fold
from quizzes.exchange.areas import around, numbers_in, rectangle
from quizzes.exchange.assembling import Assembly
from quizzes.exchange.html_text import plain
from quizzes.exchange.labels import Labels
from quizzes.exchange.numbers import decimal_in, number_in, spelled
from quizzes.exchange.question import (
    ExchangeQuestion,
    FileRefused,
    Picture,
    QuestionRefused,
    Reading,
    Situation,
    beginning,
    refuse_too_many,
)
from quizzes.exchange.trees import Element, read_tree
from quizzes.exchange.weights import several, weighted
from quizzes.kinds import Choice
from quizzes.kinds.choosing import FALSE, TRUE

ITEMS = ("assessmentItem", "qti-assessment-item")
Lookup = Callable[[str], bytes | None]
_TRUE_WORDS, _FALSE_WORDS = {"dung", "true", "yes", "t"}, {"sai", "false", "no", "f"}
_KNOWN_RULES = {
    *("responseProcessing", "responseCondition", "responseIf", "responseElse", "responseElseIf", "match"),
    *("mapResponse", "mapResponsePoint", "isNull", "not", "and", "or", "variable", "correct", "baseValue"),
    *("setOutcomeValue", "equal", "sum", "inside", "stringMatch", "member"),
}
_LEFT_OUT = {
    "feedbackInline",
    "feedbackBlock",
    "rubricBlock",
    "templateInline",
    "templateBlock",
    "stylesheet",
}


def read_item(root: Element) -> Reading:
    """A single item without files beside it. Raises FileRefused."""
    assembly = Assembly("qti")
    with assembly.refusing(root.line, root.attributes.get("title", "")):
        _Item(root, lambda reference: None).into(assembly, root.line)
    return assembly.reading()


def read_package(package: Package) -> Reading:
    """The items that the manifest names. Raises FileRefused."""
    assembly = Assembly("qti")
    manifest = _plain_names(read_tree(package.read("imsmanifest.xml")))
    resources = [element for element in manifest.below() if element.name == "resource"]
    items = [each for each in resources if each.attributes.get("type", "").startswith("imsqti_item_xmlv")]
    if not items:
        if any("imsqti" in each.attributes.get("type", "") for each in resources):
            raise FileRefused(
                _(
                    "The package is in an old version of QTI (1.2) or holds no items. QTI 2.1, 2.2 and 3.0 are read."
                )
            )
        raise FileRefused(_("The manifest of the package names no questions (QTI items)."))
    for number, resource in enumerate(items, start=1):
        href = unquote(resource.attributes.get("href", ""))
        with assembly.refusing(number, href):
            name = package.name_of(href, seen_from="")
            if not name:
                raise QuestionRefused(_("Its file is not in the package."))
            root = _item_root(package.read(name))
            _Item(root, _lookup(package, name)).into(assembly, number)
    return assembly.reading()


def _lookup(package: Package, name: str) -> Lookup:
    """What a part refers to, read from the package and nowhere else."""

    def read(reference: str) -> bytes | None:
        found = package.name_of(unquote(reference.partition("#")[0]), seen_from=name)
        return package.read(found) if found else None

    return read


def _item_root(data: bytes) -> Element:
    try:
        root = read_tree(data)
    except FileRefused as refused:
        raise QuestionRefused(str(refused)) from refused
    if root.name not in ITEMS:
        raise QuestionRefused(_("Its file is no QTI item."))
    return root


def _plain_names(root: Element) -> Element:
    """QTI 3's names as QTI 2 writes them."""
    for element in root.below():
        element.name = _camel(element.name.removeprefix("qti-"))
        element.attributes = {_camel(key): value for key, value in element.attributes.items()}
    return root


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


@dataclass
class _Response:
    """What a response declaration says."""

    cardinality: str
    base: str
    correct: list[str] = field(default_factory=list)
    mapped: dict[str, Decimal] = field(default_factory=dict)
    areas: list[tuple[str, str, Decimal]] = field(default_factory=list)  # (shape, coordinates, value)


class _Item:
    def __init__(self, root: Element, lookup: Lookup) -> None:
        self.root, self.lookup = _plain_names(root), lookup
        self.warnings: list[str] = []
        self.pictures: list[Picture] = []

    def into(self, assembly: Assembly, line: int) -> None:
        body = self.root.first("itemBody")
        if body is None:
            raise QuestionRefused(_("The question has no text."))
        interactions = [element for element in body.below() if element.name.endswith("Interaction")]
        if len(interactions) != 1:
            raise QuestionRefused(
                _("The item has %(count)d parts to answer; here a question has one.")
                % {"count": len(interactions)}
            )
        interaction = interactions[0]
        read = _KINDS.get(interaction.name)
        if read is None:
            raise QuestionRefused(
                _("QTI's kind “%(type)s” has no counterpart here.") % {"type": interaction.name[:40]}
            )
        stem = self._text(body, showing=True)
        kind, choices, partial = read(self, interaction, self._response(interaction))
        question = ExchangeQuestion(
            kind=kind,
            stem=stem or exact(self.root.attributes.get("title", "")),
            choices=choices,
            explanation=self._explanation(),
            picture=self._picture(),
            points=self._points(),
            partial=partial,
            id=exact(self.root.attributes.get("identifier", "")),
            line=line,
        )
        self._look_at_rules()
        assembly.add(question, self._labels(question, assembly), self.warnings)

    # --- Texts and pictures ------------------------------------------------------------------------------------

    def _text(self, element: Element, *, showing: bool = False) -> str:
        found = plain(_markup(element))
        for sentence in found.warnings:
            self._warn(sentence)
        if found.images and not showing:
            raise QuestionRefused(_("An option holds a picture. Here only the question itself can have one."))
        for address, alt in found.images:
            self._keep(address, alt)
        return found.text

    def _keep(self, address: str, alt: str) -> None:
        if address.startswith(("http://", "https://", "//")):
            self._warn(
                _("A picture stands on another computer (%(address)s) and was not fetched.")
                % {"address": beginning(address, 60)}
            )
            return
        picture = Picture(self._file(address), alt)
        if all(known.data != picture.data for known in self.pictures):
            self.pictures.append(picture)

    def _file(self, address: str) -> bytes:
        data = (
            from_base64(address.partition(",")[2])
            if address.startswith("data:image/")
            else self.lookup(address)
        )
        if data is None:
            raise QuestionRefused(
                _("The picture “%(name)s” is not in the file.") % {"name": beginning(address, 60)}
            )
        checked_picture(data)
        return data

    def _picture(self) -> Picture | None:
        if len(self.pictures) > 1:
            raise QuestionRefused(
                _(
                    "The question has %(count)d pictures. Here it can have one: put them together in one picture."
                )
                % {"count": len(self.pictures)}
            )
        return self.pictures[0] if self.pictures else None

    def _explanation(self) -> str:
        said = [text for text in map(self._feedback, self.root.elements("modalFeedback")) if text]
        if len(set(said)) > 1:
            self._warn(
                _("The feedback that depends on the answer is left out; write one explanation instead.")
            )
            return ""
        return said[0] if said else ""

    def _feedback(self, element: Element) -> str:
        """Pictures in it are left out."""
        found = plain(_markup(element, feedback=True))
        if found.images:
            self._warn(_("The pictures in feedback and explanations are left out."))
        return found.text

    def _points(self) -> Decimal:
        for outcome in self.root.elements("outcomeDeclaration"):
            if outcome.attributes.get("identifier") == "MAXSCORE":
                return decimal_in(outcome.text_of("defaultValue", "value")) or Decimal(1)
        return Decimal(1)

    def _labels(self, question: ExchangeQuestion, assembly: Assembly) -> Labels:
        reference = next((each for each in self.root.elements("assessmentStimulusRef")), None)
        labels = Labels([], partial=question.partial)
        if reference is None:
            return labels
        href = reference.attributes.get("href", "")
        labels.scenario = exact(reference.attributes.get("identifier") or href)
        if labels.scenario not in assembly.situations:
            data = self.lookup(href)
            if data is None:
                raise QuestionRefused(
                    _("The situation “%(key)s”, to which it belongs, is not in the file.")
                    % {"key": labels.scenario[:60]}
                )
            assembly.describe(self._situation(labels.scenario, data), question.line)
        return labels

    def _situation(self, key: str, data: bytes) -> Situation:
        try:
            root = _plain_names(read_tree(data))
        except FileRefused as refused:
            raise QuestionRefused(str(refused)) from refused
        body = root.first("stimulusBody")
        if body is None:
            raise QuestionRefused(_("The situation “%(key)s” has no text.") % {"key": key[:60]})
        of_question, self.pictures = self.pictures, []
        text = self._text(body, showing=True)
        picture, self.pictures = self._picture(), of_question
        return Situation(key, exact(root.attributes.get("title", "")) or beginning(text), text, picture)

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    # --- What is right -----------------------------------------------------------------------------------------

    def _response(self, interaction: Element) -> _Response:
        name = interaction.attributes.get("responseIdentifier", "")
        declared = next(
            (
                each
                for each in self.root.elements("responseDeclaration")
                if each.attributes.get("identifier") == name
            ),
            None,
        )
        if declared is None:
            raise QuestionRefused(_("The item does not say which answer is right."))
        response = _Response(
            declared.attributes.get("cardinality", "single"),
            declared.attributes.get("baseType", "identifier"),
        )
        correct = declared.first("correctResponse")
        if correct is not None:
            response.correct = [value.text().strip() for value in correct.elements("value")]
            refuse_too_many(len(response.correct))
        uses_map = any("map_response" in rule or rule == "mapResponse" for rule in self._rules())
        if uses_map or correct is None:
            for entry in (each for each in declared.below() if each.name == "mapEntry"):
                value = decimal_in(entry.attributes.get("mappedValue", ""))
                if value is not None:
                    response.mapped[entry.attributes.get("mapKey", "").strip()] = value
        for entry in (each for each in declared.below() if each.name == "areaMapEntry"):
            value = decimal_in(entry.attributes.get("mappedValue", "")) or Decimal(0)
            shape, coordinates = entry.attributes.get("shape", ""), entry.attributes.get("coords", "")
            response.areas.append((shape, coordinates, value))
        if not (response.correct or response.mapped or response.areas):
            raise QuestionRefused(_("The item does not say which answer is right."))
        return response

    def _rules(self) -> Iterator[str]:
        rules = self.root.first("responseProcessing")
        if rules is not None:
            yield rules.attributes.get("template", "").rpartition("/")[2]
            yield from (element.name for element in rules.below())

    def _look_at_rules(self) -> None:
        rules = self.root.first("responseProcessing")
        if rules is not None and any(each.name not in _KNOWN_RULES for each in rules.below()):
            self._warn(_("The item has rules of its own for grading; here the right answer alone decides."))

    # --- The kinds ---------------------------------------------------------------------------------------------

    def _options(self, interaction: Element, name: str = "simpleChoice") -> dict[str, Choice]:
        options = {}
        found = [each for each in interaction.below() if each.name == name]
        refuse_too_many(len(found))
        for element in found:
            inline = [each for each in element.below() if each.name == "feedbackInline"]
            feedback = exact(" ".join(map(self._feedback, inline)))
            options[element.attributes.get("identifier", "")] = Choice(
                exact(self._text(element)), feedback=feedback
            )
        return options

    def choosing(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        options = self._options(interaction)
        if response.cardinality == "multiple":
            if response.mapped:
                whole = sum(value for value in response.mapped.values() if value > 0) or Decimal(1)
                weights = [response.mapped.get(key, Decimal(0)) * 100 / whole for key in options]
                marked = several(options.values(), weights, partial=True)
                return "multiple", marked, True
            return "multiple", _marked(options, response.correct), False
        if response.mapped:
            most = max(response.mapped.values())
            if most <= 0:
                raise QuestionRefused(_("The item does not say which answer is right."))
            shares = (response.mapped.get(key, Decimal(0)) * 100 / most for key in options)
            return "single", tuple(map(weighted, options.values(), map(_bounded, shares))), False
        marked = _marked(options, response.correct)
        words = [fold(option.text) for option in marked]
        if len(words) == 2 and {words[0], words[1]} & _TRUE_WORDS and {words[0], words[1]} & _FALSE_WORDS:
            named = [
                option._replace(text=TRUE if word in _TRUE_WORDS else FALSE)
                for option, word in zip(marked, words, strict=True)
            ]
            return "true-false", tuple(sorted(named, key=lambda option: option.text != TRUE)), False
        return "single", marked, False

    def ordering(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        options = self._options(interaction)
        if sorted(response.correct) != sorted(options):
            raise QuestionRefused(_("The right order does not name every step once."))
        return "ordering", tuple(options[key] for key in response.correct), False

    def matching(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        sets = list(interaction.elements("simpleMatchSet"))
        if len(sets) != 2:
            raise QuestionRefused(_("A matching question needs two columns."))
        lefts, rights = (self._options(each, "simpleAssociableChoice") for each in sets)
        named = [key for key, value in response.mapped.items() if value > 0] or response.correct
        pairs: dict[str, str] = {}
        for pair in named:
            left, _blank, right = pair.partition(" ")
            if left not in lefts or right.strip() not in rights or left in pairs:
                raise QuestionRefused(_("Here each left half belongs to exactly one right half."))
            pairs[left] = right.strip()
        if pairs.keys() != lefts.keys():
            raise QuestionRefused(_("Here each left half belongs to exactly one right half."))
        choices = [option._replace(match=rights[pairs[key]].text) for key, option in lefts.items()]
        used = {choice.match for choice in choices}
        distracting = [Choice("", match=right.text) for right in rights.values() if right.text not in used]
        return "matching", (*choices, *distracting), bool(response.mapped)

    def typing(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        if response.base in ("integer", "float"):
            return "numeric", self._numbers(response), False
        if response.base != "string":
            raise QuestionRefused(
                _("QTI's kind “%(type)s” has no counterpart here.") % {"type": response.base[:40]}
            )
        weights = dict.fromkeys(response.correct, Decimal(100))
        if response.mapped:
            most = max(*response.mapped.values(), Decimal("0.00001"))
            weights = {key: _bounded(value * 100 / most) for key, value in response.mapped.items()} | {
                key: Decimal(100) for key in response.correct if key not in response.mapped
            }
        # An asterisk is a letter in QTI, and any text in our accepted answers.
        accepted = (
            weighted(Choice(exact(text).replace("*", "\\*")), weight) for text, weight in weights.items()
        )
        return "short", tuple(accepted), False

    def _numbers(self, response: _Response) -> tuple[Choice, ...]:
        values = [number_in(value) for value in response.correct or response.mapped]
        tolerance, relative = self._tolerance()
        return tuple(
            Choice(text, True, tolerance=(abs(value) * tolerance / 100 if relative else tolerance) or None)
            for text, value in zip(spelled(values), values, strict=True)
        )

    def _tolerance(self) -> tuple[Decimal, bool]:
        """(how far, whether in per cent of the answer)."""
        rules = self.root.first("responseProcessing")
        for rule in rules.below() if rules is not None else ():
            mode = rule.attributes.get("toleranceMode", "exact")
            if rule.name == "equal" and mode in ("absolute", "relative"):
                given = [abs(number) for number in numbers_in(rule.attributes.get("tolerance", ""))]
                return max(given, default=Decimal(0)), mode == "relative"
        return Decimal(0), False

    def hotspot(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        size = self._shown_picture(interaction)
        choices = []
        for number, place in enumerate(interaction.elements("hotspotChoice"), start=1):
            name = exact(place.attributes.get("hotspotLabel", "")) or _("Place %(number)d") % {
                "number": number
            }
            right = place.attributes.get("identifier", "") in response.correct
            choices.append(Choice(name, right, area=self._area(place.attributes, size)))
        if response.cardinality == "multiple" and sum(choice.correct for choice in choices) > 1:
            raise QuestionRefused(_("Several places are to be chosen. Here a question asks for one place."))
        return "hotspot", tuple(choices), False

    def point(self, interaction: Element, response: _Response) -> tuple[str, tuple[Choice, ...], bool]:
        size = self._shown_picture(interaction)
        places = [
            Choice(
                _("Place %(number)d") % {"number": number},
                value > 0,
                area=self._area({"shape": shape, "coords": coordinates}, size),
            )
            for number, (shape, coordinates, value) in enumerate(response.areas, start=1)
        ]
        return "hotspot", tuple(places), False

    def _shown_picture(self, interaction: Element) -> Checked:
        """Keeps the picture; the size is the one that coordinates are measured in."""
        shown = next((each for each in interaction.below() if each.name in ("object", "img")), None)
        if shown is None:
            raise QuestionRefused(_("The picture of the question is not in the file."))
        address = shown.attributes.get("data") or shown.attributes.get("src", "")
        data = self._file(address)
        alt = exact(shown.attributes.get("alt", "") or shown.text())
        self.pictures = [picture for picture in self.pictures if picture.data != data] + [Picture(data, alt)]
        real = checked_picture(data)
        width, height = (decimal_in(shown.attributes.get(side, "")) for side in ("width", "height"))
        if width and height and width > 0 and height > 0:
            return Checked(real.extension, max(int(width), 1), max(int(height), 1))
        return real

    def _area(self, attributes: dict[str, str], size: Checked) -> list[int]:
        shape, numbers = attributes.get("shape", ""), numbers_in(attributes.get("coords", ""))
        if shape == "rect" and len(numbers) == 4:
            left, top, right, bottom = numbers
            return rectangle(left, top, right - left, bottom - top, size)
        self._warn(_("Round and angular places became the rectangle around them."))
        return around({"poly": "polygon"}.get(shape, shape), numbers, size)


_KINDS: dict[str, Callable[[_Item, Element, _Response], tuple[str, tuple[Choice, ...], bool]]] = {
    "choiceInteraction": _Item.choosing,
    "orderInteraction": _Item.ordering,
    "matchInteraction": _Item.matching,
    "textEntryInteraction": _Item.typing,
    "hotspotInteraction": _Item.hotspot,
    "selectPointInteraction": _Item.point,
}


def _marked(options: dict[str, Choice], correct: list[str]) -> tuple[Choice, ...]:
    if not set(correct) <= options.keys():
        raise QuestionRefused(_("The right answer is none of the options."))
    return tuple(option._replace(correct=key in correct) for key, option in options.items())


def _bounded(weight: Decimal) -> Decimal:
    return min(max(weight, Decimal(-100)), Decimal(100))


_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,30}")


def _markup(root: Element, *, feedback: bool = False) -> str:
    """The element's inside as HTML; of an interaction only its prompt, of a gap in the text a line."""
    pieces: list[str] = []
    waiting: list[str | Element] = list(reversed(root.content))
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            pieces.append(piece if piece.startswith("\x01") else escape(piece))
        elif piece.name in _LEFT_OUT and not feedback:
            continue
        elif piece.name == "textEntryInteraction":
            pieces.append("_____")
        elif piece.name.endswith("Interaction"):
            waiting += reversed(list(piece.elements("prompt")))
        elif piece.name == "object" and piece.attributes.get("type", "").startswith("image/"):
            alt = escape(exact(piece.text()))
            pieces.append(f'<img src="{escape(piece.attributes.get("data", ""))}" alt="{alt}">')
        elif _NAME.fullmatch(piece.name):
            name = "div" if piece.name == "prompt" else piece.name
            kept = {key: piece.attributes[key] for key in ("src", "alt", "href") if key in piece.attributes}
            attributes = "".join(f' {key}="{escape(value)}"' for key, value in kept.items())
            pieces.append(f"<{name}{attributes}>")
            waiting += [f"\x01</{name}>", *reversed(piece.content)]
    return "".join(pieces).replace("\x01", "")
