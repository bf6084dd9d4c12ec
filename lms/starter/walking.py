"""A walk through the starter courses' files: what is there, and what is not as it must be. No database.

``manage.py curriculum_report`` prints it, and the suite asserts that nothing is found.
"""

import datetime
import gzip
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from django.utils.html import strip_tags
from wagtail.rich_text import RichText

from courses.advice import WORDS_ON_A_CARD
from courses.cards import CardsBlock
from courses.models import LegalBasis
from courses.pictures import check_picture
from lms.lib.pictures import PictureRefused
from lms.lib.svg import SVG
from lms.lib.text import fold
from lms.starter.reading import (
    MARKS,
    Basis,
    Card,
    StarterCourse,
    StarterModule,
    StarterQuestion,
    StarterScenario,
    read_course,
)
from lms.starter.spelling import unknown_words
from lms.starter.tables import StarterError

TEXT_BYTES = 25_000  # a lesson's cards, compressed, without pictures
PICTURE_BYTES = 30_000
NUMBER = re.compile(r"\b(?:\d+\.)?\d{1,3}/20\d{2}/[A-ZĐ0-9-]+g?\b")  # …/QĐ-TTg ends in a small letter
# Often cited although replaced: no lesson may lean on them.
OUT_OF_EFFECT = {
    "61/2018/NĐ-CP",
    "107/2021/NĐ-CP",
    "59/2022/NĐ-CP",
    "42/2022/NĐ-CP",
    "13/2023/NĐ-CP",
    "64/2014/NĐ-CP",
    "101/2017/NĐ-CP",
    "89/2021/NĐ-CP",
    "01/2019/TT-BNV",
    "02/2019/TT-BNV",
    "130/2018/NĐ-CP",
}

Unit = Card | StarterQuestion | StarterScenario


class Finding(NamedTuple):
    """``where``: course folder, or lesson, and the place in it; ``what``: the word, number or fact."""

    where: str
    what: str


@dataclass
class Walk:
    """``minutes``: reading time as the lessons give it. Lists hold findings; empty: in order.

    ``spelling_unknown`` is None where this machine has no Vietnamese dictionary.
    """

    courses: int = 0
    modules: int = 0
    cards: int = 0
    pictures: int = 0
    questions: int = 0
    minutes: int = 0
    questions_per_module_min: int = 0
    types_per_module_min: int = 0
    files_refused: list[Finding] = field(default_factory=list)
    bases_unresolved: list[Finding] = field(default_factory=list)
    bases_out_of_effect: list[Finding] = field(default_factory=list)
    facts_forbidden: list[Finding] = field(default_factory=list)
    questions_unanswerable: list[Finding] = field(default_factory=list)
    stems_repeated: list[Finding] = field(default_factory=list)
    cards_too_long: list[Finding] = field(default_factory=list)
    lessons_too_heavy: list[Finding] = field(default_factory=list)
    pictures_not_in_order: list[Finding] = field(default_factory=list)
    spelling_unknown: list[Finding] | None = field(default_factory=list)


def walk(folders: Iterable[Path], *, on: datetime.date, spelling: bool = True) -> Walk:
    """Walk through the courses in ``folders`` as of the day ``on``. A file that cannot be read is a finding.

    Raises NoDictionaryError with ``spelling`` where there is no dictionary.
    """
    result = Walk(spelling_unknown=[] if spelling else None)
    courses = []
    for folder in folders:
        result.facts_forbidden += facts_forbidden(folder)
        result.pictures_not_in_order += pictures_not_in_order(folder)
        try:
            courses.append(read_course(folder))
        except StarterError as error:
            result.files_refused.append(Finding(folder.name, str(error)))
    lessons = [lesson for course in courses for lesson in course.modules]
    result.courses, result.modules = len(courses), len(lessons)
    result.cards = sum(len(lesson.cards) for lesson in lessons)
    result.pictures = sum(bool(card.picture) for lesson in lessons for card in lesson.cards)
    result.questions = sum(len(lesson.questions) for lesson in lessons)
    result.minutes = sum(lesson.minutes for lesson in lessons)
    result.questions_per_module_min = min((len(lesson.questions) for lesson in lessons), default=0)
    result.types_per_module_min = min((len(kinds_of(lesson)) for lesson in lessons), default=0)
    for course in courses:
        result.bases_unresolved += bases_unresolved(course)
        result.bases_out_of_effect += bases_out_of_effect(course, on)
        if result.spelling_unknown is not None:
            result.spelling_unknown += misspelt(course)
    for lesson in lessons:
        result.questions_unanswerable += unanswerable(lesson)
        result.cards_too_long += too_long(lesson)
        result.lessons_too_heavy += too_heavy(lesson)
    result.stems_repeated = stems_repeated(lessons)
    return result


# --- What is in a lesson ---------------------------------------------------------------------------------------


def kinds_of(lesson: StarterModule) -> Counter[str]:
    return Counter(question.kind for question in lesson.questions)


def units(lesson: StarterModule) -> list[Unit]:
    return [*lesson.cards, *lesson.scenarios, *lesson.questions]


def words_of(unit: Unit) -> str:
    """All that a learner reads of a card, a situation or a question."""
    if isinstance(unit, Card):
        return f"{unit.value['heading']} {words_of_card(unit)}"
    if isinstance(unit, StarterScenario):
        return f"{unit.title} {unit.text}"
    options = [word for option in unit.options for word in (option.text, option.match, option.feedback)]
    return " ".join(filter(None, [unit.stem, *options, unit.explanation]))


def words_of_card(card: Card) -> str:
    """What is read below the heading; not what is said of a picture to those who cannot see it."""
    shown = (value for word, value in card.value.items() if word not in {"heading", "image_alt"})
    texts = (text for value in shown for text in _texts(value))
    return " ".join(strip_tags(" ".join(texts).replace("<", " <")).split()).replace(" ,", ",")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str | RichText):
        yield str(value.source if isinstance(value, RichText) else value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


# --- What is not as it must be ---------------------------------------------------------------------------------


def facts_forbidden(folder: Path) -> list[Finding]:
    """Facts with a mark that may not be taught. Read without the strict reader, which would stop at the first."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            facts = tomllib.loads(file.read_text(encoding="utf-8")).get("facts", {})
        except ValueError:  # told as a file that cannot be read
            continue
        found += [
            Finding(f"{folder.name}/{file.name}", f"{fact} [{mark}]")
            for fact, mark in facts.items()
            if mark not in MARKS
        ]
    return found


def pictures_not_in_order(folder: Path) -> list[Finding]:
    """Pictures that are missing, hold more than a drawing, weigh too much or are said to nobody who cannot see.

    Read without the strict reader, which would stop at the first.
    """
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            cards = tomllib.loads(file.read_text(encoding="utf-8")).get("cards", [])
        except ValueError:  # told as a file that cannot be read
            continue
        found += [
            Finding(f"{folder.name}/{file.name}", f"{card['image']}: {fault}")
            for card in cards
            if card.get("image")
            for fault in _faults_of_picture(folder / str(card["image"]), str(card.get("image_alt", "")))
        ]
    return found


def _faults_of_picture(path: Path, alt: str) -> Iterator[str]:
    if not alt.strip():
        yield "image_alt"
    try:
        data = path.read_bytes()
        check_picture(path.name, data)
    except (OSError, PictureRefused) as error:
        yield str(error)
    else:
        if len(data) > PICTURE_BYTES:
            yield str(len(data))


def words_on_picture(card: Card) -> str:
    """What is written on a drawing, and what is said of it to those who cannot see it."""
    drawn = ""
    if card.picture and card.picture.suffix == ".svg":
        root = ElementTree.fromstring(card.picture.read_bytes())  # noqa: S314 - read with the course, so checked
        drawn = " ".join("".join(text.itertext()) for text in root.iter(f"{{{SVG}}}text"))
    return f"{drawn} {card.value.get('image_alt') or ''}".strip()


def bases_unresolved(course: StarterCourse) -> list[Finding]:
    """Documents named in a text that are not among the course's legal bases."""
    known = {basis.number for basis in course.bases}
    return [
        Finding(f"{lesson.slug}: {_name(unit)}", number)
        for lesson in course.modules
        for unit in units(lesson)
        for number in sorted(set(NUMBER.findall(words_of(unit))) - known)
    ]


def bases_out_of_effect(course: StarterCourse, on: datetime.date) -> list[Finding]:
    """Legal bases that are not in effect on the day; one that only follows another may be still to come."""
    cited = {link.number for lesson in course.modules for link in lesson.bases}
    following = {basis.replaced_by for basis in course.bases} - cited
    return [
        Finding(course.slug, basis.number)
        for basis in course.bases
        if basis.number not in following
        and (basis.number in OUT_OF_EFFECT or not _unsaved(basis).in_effect(on))
    ]


def _unsaved(basis: Basis) -> LegalBasis:
    return LegalBasis(
        number=basis.number,
        title=basis.title,
        issued_on=basis.issued_on,
        effective_from=basis.effective_from,
        effective_to=basis.effective_to,
    )


def unanswerable(lesson: StarterModule) -> list[Finding]:
    """Facts that a question asks and no card of its lesson teaches."""
    taught = {fact for card in lesson.cards for fact in card.facts}
    return [
        Finding(f"{lesson.slug}: {question.id}", fact)
        for question in lesson.questions
        for fact in question.facts
        if fact not in taught
    ]


def stems_repeated(lessons: Iterable[StarterModule]) -> list[Finding]:
    """Stems that occur twice in all the courses; case and diacritics do not matter."""
    seen: dict[str, str] = {}
    found = []
    for lesson in lessons:
        for question in lesson.questions:
            place = f"{lesson.slug}: {question.id}"
            earlier = seen.setdefault(fold(question.stem), place)
            if earlier != place:
                found.append(Finding(place, earlier))
    return found


def too_long(lesson: StarterModule) -> list[Finding]:
    """Cards that do not fit one phone screen."""
    found, blocks = [], CardsBlock().child_blocks
    for card in lesson.cards:
        block = blocks[card.kind]
        words = len(block.words_read(block.normalize(card.value), unfolded=False))
        if words > WORDS_ON_A_CARD:
            found.append(Finding(f"{lesson.slug}: {_name(card)}", str(words)))
    return found


def too_heavy(lesson: StarterModule) -> list[Finding]:
    """A lesson whose cards, as HTML and compressed, weigh more than a bad line should carry."""
    block = CardsBlock()
    html = "".join(
        str(block.child_blocks[card.kind].render(block.child_blocks[card.kind].normalize(card.value)))
        for card in lesson.cards
    )
    size = len(gzip.compress(html.encode()))
    return [Finding(lesson.slug, str(size))] if size > TEXT_BYTES else []


def misspelt(course: StarterCourse) -> list[Finding]:
    """Words that the dictionary does not have. Raises NoDictionaryError."""
    places = [(course.slug, [course.title, course.summary, *(basis.title for basis in course.bases)])]
    for lesson in course.modules:
        places.append((lesson.slug, [lesson.title, lesson.summary, lesson.bank]))
        places += [(f"{lesson.slug}: {_name(unit)}", [words_of(unit)]) for unit in units(lesson)]
        places += [(f"{lesson.slug}: {_name(card)}", [words_on_picture(card)]) for card in lesson.cards]
    return [Finding(where, word) for where, texts in places for word in unknown_words(texts)]


def _name(unit: Unit) -> str:
    return str(unit.value["heading"]) if isinstance(unit, Card) else unit.id
