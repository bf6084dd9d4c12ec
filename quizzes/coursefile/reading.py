"""A course file as it says, checked before anything is believed. Nothing here writes to the database."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from courses.exchange.cards import MAX_CARDS, read_cards
from courses.exchange.fields import plain_fields, read_fields
from courses.exchange.words import JsonRefused, Problems, Words, decoded
from courses.models import Course, LegalBasis, Module, ModuleLegalBasis
from lms.lib.packages import Package, PackageRefused
from lms.lib.pictures import PictureRefused, one_file
from lms.lib.text import exact
from quizzes.coursefile import (
    FORMAT,
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_JSON,
    MAX_MODULES,
    MAX_QUESTIONS,
    MAX_UNPACKED,
    VERSION,
)
from quizzes.coursefile.media import FOLDER, KINDS, NAME, PICTURE, Held, sha1_of
from quizzes.exchange.judging import MOST_OPTIONS
from quizzes.exchange.question import ExchangeQuestion, Picture, Situation
from quizzes.kinds import Choice
from quizzes.models import (
    Difficulty,
    Question,
    QuestionBank,
    QuestionKind,
    QuestionOption,
    Quiz,
    Scenario,
)

_POINTS = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
_SHARE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,5})?")
_TOLERANCE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_LONGEST_TAG = 100


class CourseRefused(Exception):
    """The file is not taken at all. ``str()`` is a translated sentence that says why and what to do."""


@dataclass
class QuizRules:
    """``parts``: what QuizPart takes, its question by key, bank and tag by name."""

    fields: dict[str, Any]
    bank: str
    parts: list[dict[str, Any]]


@dataclass
class Lesson:
    fields: dict[str, Any]
    cards: list[Any]  # as they stand in the file
    links: list[tuple[str, str]]  # number of a legal basis, article
    quiz: QuizRules | None


@dataclass
class CourseFile:
    """What a file says. With ``problems`` it is shown, but not imported.

    ``digest``: SHA-256 of course.json, which names every other file by its own. ``bases``: fields and the number of
    what replaced it, by number. ``banks``: the name of the folder it stands in, by name, parents first.
    ``questions``: in the order of the file; ``folder`` is the one name of their folder.
    """

    key: UUID
    digest: str
    package: Package
    problems: Problems = field(default_factory=Problems)
    course: dict[str, Any] = field(default_factory=dict)
    lessons: list[Lesson] = field(default_factory=list)
    bases: dict[str, tuple[dict[str, Any], str | None]] = field(default_factory=dict)
    banks: dict[str, str | None] = field(default_factory=dict)
    questions: list[ExchangeQuestion] = field(default_factory=list)
    situations: dict[str, tuple[Situation, str]] = field(default_factory=dict)  # with the name of its folder
    media: dict[str, Held] = field(default_factory=dict)

    def bytes_of(self, name: str) -> bytes:
        return self.package.read(FOLDER + name)


def read_course_file(file: IO[bytes]) -> CourseFile:
    """Raises CourseRefused and nothing else, whatever the file holds."""
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise CourseRefused(too_large_message())
    file.seek(0)
    try:
        package = Package(file, entries=MAX_ENTRIES, unpacked=MAX_UNPACKED)
        if "course.json" not in package:
            raise CourseRefused(
                _(
                    "This is no course file: it has no course.json. Choose a file that was exported at a course."
                )
            )
        data = package.read("course.json")
        if len(data) > MAX_JSON:
            raise CourseRefused(
                _("course.json is larger than %(limit)d MB, which no course is.")
                % {"limit": MAX_JSON // 1024 // 1024}
            )
        with one_file():
            return _Reader(decoded(data), hashlib.sha256(data).hexdigest(), package).read()
    except (PackageRefused, JsonRefused) as refused:
        raise CourseRefused(str(refused)) from refused


def too_large_message() -> str:
    return _("The file is larger than %(limit)d MB. A course of texts and pictures never is.") % {
        "limit": MAX_BYTES // 1024 // 1024
    }


class _Reader:
    def __init__(self, document: Any, digest: str, package: Package) -> None:
        self.problems = Problems()
        self.words = Words(document, "course.json", self.problems)
        kind = self.words.take("format", (str,), otherwise="", default="")
        if kind != FORMAT:
            raise CourseRefused(
                _("This is no course file of this system. Choose a file that was exported at a course.")
            )
        version = self.words.take("version", (int,), otherwise=0, default=0)
        if version != VERSION:
            raise CourseRefused(
                _(
                    "The file has version %(version)s; this system reads version %(known)d. Update the system first."
                )
                % {"version": str(version)[:20], "known": VERSION}
            )
        self.found = CourseFile(self.words.key("key"), digest, package, self.problems)

    def read(self) -> CourseFile:
        words, found = self.words, self.found
        self._media(words.items("media", MAX_ENTRIES))
        self._bases(words.items("legal_bases", 1_000))
        self._banks(words.items("banks", 500))
        for number, each in enumerate(words.items("situations", MAX_QUESTIONS), start=1):
            self._situation(Words(each, _("situation %(number)d") % {"number": number}, self.problems))
        for number, each in enumerate(words.items("questions", MAX_QUESTIONS), start=1):
            self._question(Words(each, _("question %(number)d") % {"number": number}, self.problems), number)
        keys = [question.id for question in found.questions]
        if len(set(keys)) != len(keys):
            words.fail(_("two questions have the same key."))
        course = Words(words.take("course", (dict,), otherwise={}), _("course"), self.problems)
        found.course = read_fields(course, plain_fields(Course, "title"))
        course.done()
        lessons = words.items("modules", MAX_MODULES)
        for number, each in enumerate(lessons, start=1):
            self._lesson(
                Words(each, _("lesson %(number)d") % {"number": number}, self.problems), len(lessons)
            )
        words.done()
        return found

    # --- Pictures and files

    def _media(self, listed: list[Any]) -> None:
        package = self.found.package
        for number, each in enumerate(listed, start=1):
            words = Words(each, _("file %(number)d") % {"number": number}, self.problems)
            name = words.take("name", (str,), otherwise="")
            kind = KINDS[words.one_of("kind", KINDS)]
            title = exact(words.text("title", 255))
            words.done()
            if not NAME.fullmatch(name) or name in self.found.media:
                words.fail(_("the name of a file must be its SHA-256, and stand there once."))
            elif FOLDER + name not in package:
                words.fail(_("“%(name)s” is not in the package. Export the course again.") % {"name": name})
            else:
                self._medium(words, name, kind.name, title)
        known = {"course.json", *(FOLDER + name for name in self.found.media)}
        left_over = sorted(set(package.entries) - known)
        if left_over and not self.problems:
            names = ", ".join(name[:60] for name in left_over[:5])
            self.problems.add(
                "", _("The package holds files that the course does not name: %(names)s") % {"names": names}
            )

    def _medium(self, words: Words, name: str, kind: str, title: str) -> None:
        data = self.found.bytes_of(name)
        if hashlib.sha256(data).hexdigest() != name[:64]:
            words.fail(_("“%(name)s” was changed after the export: its SHA-256 is another.") % {"name": name})
            return
        try:
            extension = KINDS[kind].checked(data)
        except PictureRefused as refused:
            words.fail(str(refused))
            return
        if name[65:] != extension:
            words.fail(_("“%(name)s” is no file of that kind.") % {"name": name})
            return
        self.found.media[name] = Held(name, KINDS[kind], title, sha1_of(data))

    def _picture(self, words: Words) -> Picture | None:
        name = words.take("picture", (str, type(None)), otherwise=None)
        alt = words.text("picture_alt", _limit(Question, "image_alt"), empty=True)
        if name is None:
            return None
        held = self.found.media.get(name)
        if held is None or held.kind is not PICTURE:
            words.fail(_("“%(name)s” is not in the file.") % {"name": name[:80]})
        elif name.endswith(".svg"):
            words.fail(_("A question takes no drawing in SVG. Save it as PNG and choose that."))
        return Picture(b"", alt, file=name)

    # --- Legal bases and folders

    def _bases(self, listed: list[Any]) -> None:
        fields = plain_fields(LegalBasis)
        for number, each in enumerate(listed, start=1):
            words = Words(each, _("legal basis %(number)d") % {"number": number}, self.problems)
            values = read_fields(words, fields)
            after = words.take("replaced_by", (str, type(None)), otherwise=None)
            words.done()
            if values["number"] in self.found.bases:
                words.fail(_("“%(name)s” stands there twice.") % {"name": values["number"]})
            self.found.bases[values["number"]] = values, after
        for name, (_values, after) in self.found.bases.items():
            if after is not None:
                self._known_basis(after, name)

    def _known_basis(self, number: str, where: str) -> None:
        if number not in self.found.bases:
            self.problems.add(
                where, _("“%(name)s” is not among the legal bases of the file.") % {"name": number[:80]}
            )

    def _banks(self, listed: list[Any]) -> None:
        parents: dict[str, str | None] = {}
        for number, each in enumerate(listed, start=1):
            words = Words(each, _("folder %(number)d") % {"number": number}, self.problems)
            name = exact(words.text("name", _limit(QuestionBank, "name")))
            parent = words.take("parent", (str, type(None)), otherwise=None)
            words.done()
            if name in parents:
                words.fail(_("“%(name)s” stands there twice.") % {"name": name})
            parents[name] = parent
        while ready := [
            name for name, parent in parents.items() if parent is None or parent in self.found.banks
        ]:
            self.found.banks |= {name: parents.pop(name) for name in ready}
        for name in parents:
            self.problems.add(name, _("the folder in which it stands is not in the file."))

    def _bank_named(self, words: Words, name: str) -> str:
        if name not in self.found.banks:
            words.fail(_("the folder “%(name)s” is not in the file.") % {"name": name[:80]})
        return name

    # --- Questions

    def _situation(self, words: Words) -> None:
        key = str(words.key("key"))
        bank = self._bank_named(words, words.text("bank", 200))
        title = words.text("title", _limit(Scenario, "title"))
        text = words.text("text", _limit(Scenario, "text"))
        if key in self.found.situations:
            words.fail(_("“%(name)s” stands there twice.") % {"name": title})
        self.found.situations[key] = Situation(key, title, text, self._picture(words)), bank
        words.done()

    def _question(self, words: Words, line: int) -> None:
        scenario = words.take("situation", (str, type(None)), otherwise=None)
        if scenario is not None and scenario not in self.found.situations:
            words.fail(_("its situation is not in the file."))
            scenario = None
        basis = words.take("legal_basis", (str, type(None)), otherwise=None)
        if basis is not None:
            self._known_basis(basis, words.where)
        options = words.items("options", MOST_OPTIONS)
        self.found.questions.append(
            ExchangeQuestion(
                kind=words.one_of("kind", QuestionKind.values),
                stem=words.text("stem", _limit(Question, "stem"), empty=True),
                choices=tuple(
                    self._option(words, number, each) for number, each in enumerate(options, start=1)
                ),
                explanation=words.text("explanation", _limit(Question, "explanation"), empty=True),
                picture=self._picture(words),
                tags=tuple(words.texts("tags", 50, _LONGEST_TAG)),
                difficulty=words.one_of("difficulty", Difficulty.values, (int,)),
                points=_points(words),
                partial=words.flag("partial_credit"),
                fold=words.flag("ignore_diacritics"),
                basis=basis or "",
                article=words.text("article", _limit(Question, "article"), empty=True),
                folder=(self._bank_named(words, words.text("bank", 200)),),
                scenario=self.found.situations[scenario][0] if scenario else None,
                id=str(words.key("key")),
                line=line,
            ).cleaned()
        )
        words.done()

    def _option(self, question: Words, number: int, value: Any) -> Choice:
        where = _("%(where)s, option %(number)d") % {"where": question.where, "number": number}
        words = Words(value, where, self.problems)
        option = Choice(
            text=words.text("text", _limit(QuestionOption, "text"), empty=True),
            correct=words.flag("correct"),
            feedback=words.text("feedback", _limit(QuestionOption, "feedback"), empty=True),
            fraction=_decimal(words, "fraction", _SHARE),
            match=words.text("match", _limit(QuestionOption, "match"), empty=True),
            tolerance=_decimal(words, "tolerance", _TOLERANCE),
            area=_area(words),
        )
        if option.fraction is not None and abs(option.fraction) > 100:
            words.fail(_("“%(word)s” is not of the right kind.") % {"word": "fraction"})
        words.done()
        return option

    # --- Lessons

    def _lesson(self, words: Words, lessons: int) -> None:
        fields = read_fields(words, plain_fields(Module, "title"))
        cards = words.items("cards", MAX_CARDS)
        links = [
            self._link(
                Words(
                    each, f"{words.where}, {_('legal basis %(number)d') % {'number': number}}", self.problems
                )
            )
            for number, each in enumerate(words.items("legal_bases", 100), start=1)
        ]
        numbers = [number for number, _article in links]
        if len(set(numbers)) != len(numbers):
            words.fail(_("a legal basis stands there twice."))
        quiz = words.take("quiz", (dict, type(None)), otherwise=None)
        words.done()
        read_cards(
            cards,
            where=words.where,
            problems=self.problems,
            find=self._stand_in(),
            pages=dict.fromkeys(range(1, lessons + 1), 0),
            saved=False,
        )
        rules = (
            None if quiz is None else self._quiz(Words(quiz, f"{words.where}, {_('quiz')}", self.problems))
        )
        self.found.lessons.append(Lesson(fields, cards, links, rules))

    def _stand_in(self) -> Callable[[type[Model], str], Model | None]:
        """For what a card points at before anything is saved."""

        def find(model: type[Model], name: str) -> Model | None:
            if model is LegalBasis:
                return LegalBasis(number=name) if name in self.found.bases else None
            held = self.found.media.get(name)
            if held is None or held.kind.model is not model:
                return None
            return held.kind.stand_in(name, held.title)

        return find

    def _link(self, words: Words) -> tuple[str, str]:
        number = words.text("number", _limit(LegalBasis, "number"))
        article = words.text("article", _limit(ModuleLegalBasis, "article"), empty=True)
        self._known_basis(number, words.where)
        words.done()
        return number, article

    def _quiz(self, words: Words) -> QuizRules:
        fields = read_fields(words, plain_fields(Quiz))
        bank = self._bank_named(words, words.text("bank", 200))
        parts = [
            self._part(Words(each, f"{words.where}, {number}", self.problems))
            for number, each in enumerate(words.items("parts", 100), start=1)
        ]
        words.done()
        return QuizRules(fields, bank, parts)

    def _part(self, words: Words) -> dict[str, Any]:
        text_or_not = (str, type(None))
        question = words.take("question", text_or_not, otherwise=None)
        bank = words.take("bank", text_or_not, otherwise=None)
        part = {
            "question": question,
            "count": words.number("count", 1, 100),
            "bank": bank,
            "tag": words.take("tag", text_or_not, otherwise=None),
            "difficulty": words.one_of("difficulty", [None, *Difficulty.values], (int, type(None))),
        }
        words.done()
        if bank is not None:
            self._bank_named(words, bank)
        if part["tag"] is not None and not 0 < len(part["tag"]) <= _LONGEST_TAG:
            words.fail(_("“%(word)s” is not of the right kind.") % {"word": "tag"})
        if question is not None:
            if question not in {each.id for each in self.found.questions}:
                words.fail(_("a question that it names is not in the file."))
            if part != {"question": question, "count": 1, "bank": None, "tag": None, "difficulty": None}:
                words.fail(_("it names a question and a draw at once."))
        return part


def _limit(model: type[Model], name: str) -> int:
    length: int = model._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    return length


def _points(words: Words) -> Decimal:
    found = _decimal(words, "points", _POINTS, optional=False)
    if found is None or not Decimal("0.25") <= found <= 10:
        if found is not None:
            words.fail(_("a question has 0.25 to 10 points."))
        return Decimal(1)
    return found


def _decimal(words: Words, word: str, shape: re.Pattern[str], *, optional: bool = True) -> Decimal | None:
    value = words.take(word, (str, type(None)) if optional else (str,), otherwise=None)
    if value is None:
        return None
    if not shape.fullmatch(value):
        words.fail(_("“%(word)s” is not of the right kind.") % {"word": word})
        return None
    return Decimal(value)


def _area(words: Words) -> list[int] | None:
    value = words.take("area", (list, type(None)), otherwise=None)
    if value is None:
        return None
    if len(value) != 4 or not all(type(number) is int and 0 <= number <= 1000 for number in value):
        words.fail(_("“%(word)s” is not of the right kind.") % {"word": "area"})
        return None
    return list(value)
