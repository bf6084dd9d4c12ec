"""Reads a starter course from its files, without the database. README.md beside this describes the files.

Reading is strict: an unknown word, a missing one, a reference that leads nowhere or a fact that may not be
taught stops it with a StarterError that names the file and the place.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.blocks import Block, BooleanBlock, IntegerBlock, ListBlock, StructBlock

from courses.cards import CardsBlock
from courses.models import Course, LegalBasis, Module, ModuleLegalBasis
from courses.pictures import check_picture
from lms.lib.pictures import PictureRefused
from lms.starter.tables import StarterError, Table, open_table
from quizzes.kinds import Choice, Draft
from quizzes.kinds.choosing import FALSE, TRUE
from quizzes.models import Difficulty, Question, QuestionBank, QuestionKind, QuestionOption, Scenario
from quizzes.questions import faults

# How far a fact may be taught. V: read in its source; V*: read in a secondary source, so the text says what to
# compare it with; K: advice; TH: a case built on other facts; S0–S4: told in the press, so context only.
MARKS = {"V", "V*", "K", "V + K", "TH", "S0", "S1", "S2", "S3", "S4"}


@dataclass(frozen=True)
class Basis:
    number: str
    title: str
    issued_on: datetime.date | None
    effective_from: datetime.date | None
    effective_to: datetime.date | None
    replaced_by: str  # its number, or empty


@dataclass(frozen=True)
class BasisLink:
    number: str
    article: str


@dataclass(frozen=True)
class Card:
    """``value`` is what the card's block takes (courses.cards), but for what is found in the database when loading.

    ``picture``: the file of the block's ``image``; ``basis``: the number of the document that a quote cites, or empty.
    """

    kind: str
    value: dict[str, Any]
    facts: tuple[str, ...]
    picture: Path | None = None
    basis: str = ""


@dataclass(frozen=True)
class StarterQuestion:
    """``id`` is unique in its module and never changes: the question is known by it when loaded again.

    ``scenario``: the id of the situation it belongs to, or empty.
    """

    id: str
    kind: str
    stem: str
    options: tuple[Choice, ...]
    explanation: str
    basis: str
    article: str
    facts: tuple[str, ...]
    scenario: str
    difficulty: int
    tags: tuple[str, ...]
    partial: bool


@dataclass(frozen=True)
class StarterScenario:
    id: str
    title: str
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class StarterModule:
    slug: str
    title: str
    summary: str
    minutes: int
    review_on: datetime.date | None
    review_reason: str
    bank: str
    draw: int
    pass_percent: int
    facts: dict[str, str]
    bases: tuple[BasisLink, ...]
    cards: tuple[Card, ...]
    scenarios: tuple[StarterScenario, ...]
    questions: tuple[StarterQuestion, ...]


@dataclass(frozen=True)
class StarterCourse:
    slug: str
    title: str
    summary: str
    periods: int
    bases: tuple[Basis, ...]
    modules: tuple[StarterModule, ...]


def read_course(folder: Path) -> StarterCourse:
    """The course in ``folder``, whose name is the course's slug. Raises StarterError."""
    table = open_table(folder / "course.toml")
    files = table.texts("modules")
    course = StarterCourse(
        slug=folder.name,
        title=table.text("title", at_most=_limit(Course, "title")),
        summary=table.text("summary", at_most=_limit(Course, "summary")),
        periods=table.number("periods"),
        bases=tuple(_basis(each) for each in table.tables("bases")),
        modules=tuple(_module(open_table(folder / name), folder) for name in files),
    )
    table.done()
    _check_references(course, folder.name)
    return course


def _limit(model: Any, field: str) -> int:
    length: int = model._meta.get_field(field).max_length
    return length


def _basis(table: Table) -> Basis:
    basis = Basis(
        number=table.text("number", at_most=_limit(LegalBasis, "number")),
        title=table.text("title", at_most=_limit(LegalBasis, "title")),
        issued_on=table.date("issued_on"),
        effective_from=table.date("effective_from"),
        effective_to=table.date("effective_to"),
        replaced_by=table.text("replaced_by", at_most=_limit(LegalBasis, "number"), default=""),
    )
    if basis.effective_from and basis.effective_to and basis.effective_to < basis.effective_from:
        raise table.fail(_("It ends before it begins to be in effect."))
    table.done()
    return basis


def _module(table: Table, folder: Path) -> StarterModule:
    quiz = Table(table.take("quiz", dict), f"{table.where}, quiz")
    module = StarterModule(
        slug=table.text("slug", at_most=_limit(Module, "slug")),
        title=table.text("title", at_most=_limit(Module, "title")),
        summary=table.text("summary", at_most=_limit(Module, "summary")),
        minutes=table.number("minutes"),
        review_on=table.date("review_on"),
        review_reason=table.text("review_reason", at_most=_limit(Module, "review_reason"), default=""),
        bank=quiz.text("bank", at_most=_limit(QuestionBank, "name")),
        draw=quiz.number("draw"),
        pass_percent=quiz.number("pass_percent"),
        facts=_facts(table),
        bases=tuple(_basis_link(each) for each in table.tables("bases")),
        cards=tuple(_card(each, folder) for each in table.tables("cards")),
        scenarios=tuple(_scenario(each) for each in table.tables("scenarios", optional=True)),
        questions=tuple(_question(each) for each in table.tables("questions")),
    )
    quiz.done()
    table.done()
    if module.draw > len(module.questions) or module.pass_percent > 100:
        raise quiz.fail(_("more questions to draw than there are, or more than 100 percent to pass."))
    return module


def _facts(table: Table) -> dict[str, str]:
    facts: dict[str, str] = table.take("facts", dict)
    for fact, mark in facts.items():
        if mark not in MARKS:
            raise table.fail(
                _("fact %(fact)s has the mark %(mark)s, which may not be taught.")
                % {"fact": fact, "mark": mark}
            )
    return facts


def _basis_link(table: Table) -> BasisLink:
    link = BasisLink(
        number=table.text("number", at_most=_limit(LegalBasis, "number")),
        article=table.text("article", at_most=_limit(ModuleLegalBasis, "article"), default=""),
    )
    table.done()
    return link


def _card(table: Table, folder: Path) -> Card:
    kind = table.take("kind", str)
    block = CardsBlock().child_blocks.get(kind)
    if block is None:
        raise table.fail(_("“%(kind)s” is no kind of card.") % {"kind": kind})
    facts = table.texts("facts")
    picture = _picture(table, folder) if "image" in block.child_blocks else None
    number = (
        table.text("basis", at_most=_limit(LegalBasis, "number")) if "basis" in block.child_blocks else ""
    )
    value = table.rest(block.child_blocks)
    for word, content in value.items():
        if not _fits(block.child_blocks[word], content):
            raise table.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
    if "body" in value:
        value["body"] = rich_text(value["body"])
    try:
        block.clean(block.normalize(value))
    except (ValidationError, TypeError) as error:
        found = [*_complaints(error, given={"image": picture, "basis": number})]
        if found:
            raise table.fail("; ".join(found)) from error
    if picture and not value.get("image_alt"):
        raise table.fail(_("“%(word)s” is missing.") % {"word": "image_alt"})
    return Card(kind=kind, value=value, facts=facts, picture=picture, basis=number)


def _picture(table: Table, folder: Path) -> Path | None:
    """The file beside the lesson that ``image`` names; None where it names none."""
    name = table.text("image", at_most=100, default="")
    if not name:
        return None
    path = folder / name
    try:
        if path.parent != folder:
            raise PictureRefused(_("A picture lies in the folder of its course."))
        check_picture(name, path.read_bytes())
    except (OSError, PictureRefused) as error:
        raise table.fail(f"{name}: {error}") from error
    return path


def _fits(block: Block, content: Any) -> bool:
    """Whether a file's value is of the kind that the block stores, all the way down."""
    if isinstance(block, ListBlock):
        return isinstance(content, list) and all(_fits(block.child_block, each) for each in content)
    if isinstance(block, StructBlock):
        known = block.child_blocks
        return isinstance(content, dict) and all(
            word in known and _fits(known[word], each) for word, each in content.items()
        )
    plain = {IntegerBlock: int, BooleanBlock: bool}
    return type(content) is next((kind for each, kind in plain.items() if isinstance(block, each)), str)


def _complaints(error: Exception, given: Mapping[str, object] = MappingProxyType({})) -> Iterator[str]:
    """What a block found wrong, each with the way to it inside the card; but for what is ``given`` otherwise."""
    inside: dict[str, Exception] = getattr(error, "block_errors", None) or {}
    whole: list[str] = list(getattr(error, "non_block_errors", ()))
    if inside or whole:
        yield from whole
        for place, inner in inside.items():
            if not given.get(place):
                yield from (f"{place}: {text}" for text in _complaints(inner))
    elif isinstance(error, ValidationError):
        yield from error.messages
    else:
        yield str(error)


def rich_text(source: str) -> str:
    """Wagtail's rich text from plain text: paragraphs between blank lines, lists of ``- ``, ``**bold**``."""
    blocks = [block.splitlines() for block in source.strip().split("\n\n")]
    return "".join(
        _list(lines) if _is_list(lines) else f"<p>{_inline(' '.join(lines))}</p>" for lines in blocks
    )


def _is_list(lines: list[str]) -> bool:
    return all(line.startswith("- ") for line in lines)


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"


def _inline(text: str) -> str:
    parts = escape(text).split("**")
    return "".join(f"<b>{part}</b>" if number % 2 else part for number, part in enumerate(parts))


def _question(table: Table) -> StarterQuestion:
    kind = table.take("kind", str)
    if kind not in QuestionKind.values:
        raise table.fail(_("“%(kind)s” is no kind of question.") % {"kind": kind})
    question = StarterQuestion(
        id=table.text("id", at_most=80),
        kind=kind,
        stem=table.text("stem", at_most=_limit(Question, "stem")),
        options=tuple(_options(kind, table)),
        explanation=table.text("explanation", at_most=_limit(Question, "explanation")),
        basis=table.text("basis", at_most=_limit(LegalBasis, "number")),
        article=table.text("article", at_most=_limit(Question, "article"), default=""),
        facts=table.texts("facts"),
        scenario=table.text("scenario", at_most=80, default=""),
        difficulty=_difficulty(table),
        tags=table.texts("tags", optional=True),
        partial=table.take("partial", bool, default=False),
    )
    table.done()
    found = faults(Draft(question.kind, question.stem, question.options))
    if found:
        raise table.fail(" ".join(found))
    return question


def _difficulty(table: Table) -> int:
    name = table.text("difficulty", at_most=10, default=Difficulty.MEDIUM.name.lower())
    if name.upper() not in Difficulty.names:
        raise table.fail(_("“%(word)s” is not of the right kind.") % {"word": "difficulty"})
    return Difficulty[name.upper()].value


def _scenario(table: Table) -> StarterScenario:
    scenario = StarterScenario(
        id=table.text("id", at_most=80),
        title=table.text("title", at_most=_limit(Scenario, "title")),
        text=table.text("text", at_most=_limit(Scenario, "text")),
        facts=table.texts("facts"),
    )
    table.done()
    return scenario


def _options(kind: str, table: Table) -> Iterator[Choice]:
    text, feedback = _limit(QuestionOption, "text"), _limit(QuestionOption, "feedback")
    if kind == QuestionKind.ORDERING:
        yield from (Choice(item) for item in table.texts("items"))
    elif kind == QuestionKind.TRUE_FALSE:
        answer = table.take("answer", bool)
        on_the_wrong_one = table.text("feedback", at_most=feedback)
        for name, truth in ((TRUE, True), (FALSE, False)):
            yield Choice(name, answer is truth, "" if answer is truth else on_the_wrong_one)
    elif kind == QuestionKind.MATCHING:
        for pair in table.tables("pairs"):
            yield Choice(
                pair.text("left", at_most=text),
                match=pair.text("right", at_most=text),
                feedback=pair.text("feedback", at_most=feedback, default=""),
            )
            pair.done()
        yield from (Choice("", match=half) for half in table.texts("extra", optional=True))
    elif kind == QuestionKind.SHORT:
        yield from (Choice(answer, correct=True) for answer in table.texts("accepted"))
    elif kind == QuestionKind.NUMERIC:
        answer, tolerance = table.text("answer", at_most=40), table.text("tolerance", at_most=20, default="0")
        try:
            yield Choice(answer, correct=True, tolerance=Decimal(tolerance))
        except InvalidOperation:
            raise table.fail(_("“%(word)s” is not of the right kind.") % {"word": "tolerance"}) from None
    else:
        for option in table.tables("options"):
            yield Choice(
                option.text("text", at_most=text),
                option.take("right", bool, default=False),
                option.text("feedback", at_most=feedback, default=""),
            )
            option.done()


def _check_references(course: StarterCourse, where: str) -> None:
    numbers = {basis.number for basis in course.bases}
    successors = {basis.replaced_by for basis in course.bases} - {""}
    _refuse(successors - numbers, _("%(place)s: not in the course's legal bases: %(names)s"), where)
    for module in course.modules:
        cited = {link.number for link in module.bases}
        quoted = {card.basis for card in module.cards if card.basis}
        _refuse(cited - numbers, _("%(place)s: not in the course's legal bases: %(names)s"), module.slug)
        rests_on = {question.basis for question in module.questions} | quoted
        _refuse(rests_on - cited, _("%(place)s: not in the module's legal bases: %(names)s"), module.slug)
        rests = [unit.facts for unit in module.cards] + [unit.facts for unit in module.scenarios]
        rests += [unit.facts for unit in module.questions]
        used = {fact for facts in rests for fact in facts}
        _refuse(used - module.facts.keys(), _("%(place)s: no mark for these facts: %(names)s"), module.slug)
        _refuse(module.facts.keys() - used, _("%(place)s: facts that nothing uses: %(names)s"), module.slug)
        ids = [question.id for question in module.questions]
        _refuse(_repeated(ids), _("%(place)s: there twice: %(names)s"), module.slug)
        told = [scenario.id for scenario in module.scenarios]
        _refuse(_repeated(told), _("%(place)s: there twice: %(names)s"), module.slug)
        asked = {question.scenario for question in module.questions} - {""}
        _refuse(asked ^ set(told), _("%(place)s: situation without question or text: %(names)s"), module.slug)
    _refuse(
        _repeated([module.slug for module in course.modules]), _("%(place)s: there twice: %(names)s"), where
    )


def _repeated(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _refuse(names: set[str], message: str, place: str) -> None:
    if names:
        raise StarterError(message % {"place": place, "names": ", ".join(sorted(names))})
