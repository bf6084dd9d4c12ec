"""A course as a file. The same content gives the same bytes; nothing of learners and no names of people go with it."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from courses.exchange.cards import portable_cards
from courses.exchange.fields import plain_fields, state_of
from courses.models import Course, LegalBasis, Module
from lms.lib.pictures import PictureRefused, one_file
from quizzes.coursefile import FORMAT, VERSION
from quizzes.coursefile.media import FOLDER, OF_MODEL, name_of
from quizzes.kinds import Choice
from quizzes.models import Question, QuestionBank, Quiz, QuizPart, Scenario
from quizzes.publishing import choice_of

_DAY = (1980, 1, 1, 0, 0, 0)  # a ZIP file wants a time; it must not change the bytes


@dataclass
class Written:
    """``losses``: sentences on what the file does not hold."""

    data: bytes
    losses: list[str]
    modules: int
    questions: int
    drafts: list[str] = field(default_factory=list)  # titles of lessons that were never published


def write_course(course: Course) -> Written:
    """What is published goes as published; what never was, as its newest draft. Archived lessons stay here."""
    with one_file():
        return _Writing(course).written()


class _Writing:
    def __init__(self, course: Course) -> None:
        self.course = course
        rows = Module.objects.child_of(course).filter(archived_at__isnull=True).order_by("path")
        self.rows = list(rows)
        self.modules = [_published_or_draft(row) for row in self.rows]
        self.places = {str(module.pk): place for place, module in enumerate(self.modules, start=1)}
        self.media: dict[str, dict[str, str]] = {}
        self.files: dict[str, bytes] = {}
        self.names: dict[tuple[type[Model], Any], str | None] = {}
        self.bases: dict[str, LegalBasis] = {}
        self.losses: list[str] = []

    def written(self) -> Written:
        modules = [self._module(module) for module in self.modules]
        banks, questions = self._bank()
        asked = [self._question(question) for question in questions]
        situations = {each.scenario.key: each.scenario for each in questions if each.scenario}
        told = [self._situation(situation) for _key, situation in sorted(situations.items())]
        document = {
            "format": FORMAT,
            "version": VERSION,
            "key": str(self.course.key),
            "course": self._course(),
            "modules": modules,
            "banks": banks,
            "questions": asked,
            "situations": told,
            "legal_bases": self._legal_bases(),
            "media": [self.media[name] for name in sorted(self.media)],
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        data = _packed(text.encode(), self.files)
        drafts = [module.title for module in self.modules if not module.live]
        return Written(data, list(dict.fromkeys(self.losses)), len(modules), len(asked), drafts)

    # What cards point at (courses.exchange.cards.Names)

    def name_of(self, model: type[Model], pk: Any) -> str | None:
        if model is LegalBasis:
            basis = LegalBasis.objects.filter(pk=pk).first()
            return self._basis(basis) if basis else None
        found = model._default_manager.filter(pk=pk).first() if model in OF_MODEL else None
        return self._file(found) if found else None

    def lesson_of(self, pk: str) -> int | None:
        return self.places.get(pk)

    def lost(self, sentence: str) -> None:
        self.losses.append(sentence)

    # The parts of the document

    def _course(self) -> dict[str, Any]:
        return state_of(_published_or_draft(self.course), plain_fields(Course, "title"))

    def _module(self, module: Module) -> dict[str, Any]:
        links = sorted(module.basis_links.all(), key=lambda link: link.sort_order or 0)
        quiz = Quiz.objects.filter(module=module.pk).select_related("bank").first()
        return {
            **state_of(module, plain_fields(Module, "title")),
            "cards": portable_cards(module, self),
            "legal_bases": [{"number": self._basis(link.basis), "article": link.article} for link in links],
            "quiz": self._quiz(quiz) if quiz else None,
        }

    def _quiz(self, quiz: Quiz) -> dict[str, Any]:
        parts = quiz.parts.select_related("question", "bank", "tag").order_by("sort_order", "pk")
        return {
            **state_of(quiz, plain_fields(Quiz)),
            "bank": quiz.bank.name,
            "parts": [_part(part) for part in parts],
        }

    def _bank(self) -> tuple[list[dict[str, Any]], list[Question]]:
        """The folders that the quizzes draw from, with what stands in them and above them, and their questions."""
        quizzes = Quiz.objects.filter(module__in=self.rows).select_related("bank")
        parts = QuizPart.objects.filter(quiz__in=quizzes).select_related("bank", "question")
        drawn = {quiz.bank for quiz in quizzes} | {part.bank for part in parts if part.bank}
        inside = set().union(*(bank.with_below() for bank in drawn))
        named = {part.question_id for part in parts if part.question_id}
        rows = Question.objects.filter(bank__in=inside, retired=False) | Question.objects.filter(pk__in=named)
        rows = rows.select_related("bank", "scenario", "legal_basis", "image")
        questions = sorted(rows, key=lambda question: (question.bank.name, question.pk))
        situations = {question.scenario for question in questions if question.scenario}
        inside |= {question.bank_id for question in questions} | {each.bank_id for each in situations}
        banks = QuestionBank.objects.filter(pk__in=inside)
        folders = QuestionBank.objects.filter(pk__in=set().union(*(bank.with_above() for bank in banks)))
        listed = [
            {"name": bank.name, "parent": bank.parent.name if bank.parent else None}
            for bank in sorted(folders.select_related("parent"), key=lambda bank: bank.name)
        ]
        return listed, [question if question.live else _draft(question) for question in questions]

    def _question(self, question: Question) -> dict[str, Any]:
        tags = [tag.name for tag in question.tags.all()]
        return {
            "key": str(question.key),
            "bank": question.bank.name,
            "kind": question.kind,
            "stem": question.stem,
            "options": [_option(choice_of(option)) for option in question.options.all()],
            "explanation": question.explanation,
            "picture": self._file(question.image) if question.image else None,
            "picture_alt": question.image_alt,
            "points": f"{question.points:.2f}",
            "partial_credit": question.partial_credit,
            "ignore_diacritics": question.ignore_diacritics,
            "legal_basis": self._basis(question.legal_basis) if question.legal_basis else None,
            "article": question.article,
            "difficulty": question.difficulty,
            "tags": sorted(tags),
            "situation": str(question.scenario.key) if question.scenario else None,
        }

    def _situation(self, situation: Scenario) -> dict[str, Any]:
        return {
            "key": str(situation.key),
            "bank": situation.bank.name,
            "title": situation.title,
            "text": situation.text,
            "picture": self._file(situation.image) if situation.image else None,
            "picture_alt": situation.image_alt,
        }

    def _basis(self, basis: LegalBasis) -> str:
        """Its number; what it was replaced by comes along."""
        each: LegalBasis | None = basis
        while each is not None and each.number not in self.bases:
            self.bases[each.number] = each
            each = each.replaced_by
        return basis.number

    def _legal_bases(self) -> list[dict[str, Any]]:
        return [
            {
                **state_of(basis, plain_fields(LegalBasis)),
                "replaced_by": basis.replaced_by.number if basis.replaced_by else None,
            }
            for _number, basis in sorted(self.bases.items())
        ]

    def _file(self, shown: Any) -> str | None:
        place = (type(shown), shown.pk)
        if place not in self.names:
            self.names[place] = self._added(shown)
        return self.names[place]

    def _added(self, shown: Any) -> str | None:
        kind = OF_MODEL[type(shown)]
        try:
            with shown.open_file() as file:
                data: bytes = file.read()
            name = name_of(data, kind.checked(data))
        except (OSError, PictureRefused) as error:
            self.lost(
                _("“%(title)s” is left out: %(reason)s")
                % {
                    "title": shown.title,
                    "reason": error if isinstance(error, PictureRefused) else _("its file is missing."),
                }
            )
            return None
        title = min(shown.title, self.media[name]["title"]) if name in self.media else shown.title
        self.media[name] = {"name": name, "kind": kind.name, "title": title}
        self.files[name] = data
        return name


def _published_or_draft[Content: (Course, Module)](page: Content) -> Content:
    return page if page.live else page.get_latest_revision_as_object()


def _draft(question: Question) -> Question:
    draft: Question = question.get_latest_revision_as_object()
    return draft


def _part(part: QuizPart) -> dict[str, Any]:
    return {
        "question": str(part.question.key) if part.question else None,
        "count": part.count,
        "bank": part.bank.name if part.bank else None,
        "tag": part.tag.name if part.tag else None,
        "difficulty": part.difficulty,
    }


def _option(choice: Choice) -> dict[str, Any]:
    return {
        "text": choice.text,
        "correct": choice.correct,
        "feedback": choice.feedback,
        "fraction": None if choice.fraction is None else f"{choice.fraction.normalize():f}",
        "match": choice.match,
        "tolerance": None if choice.tolerance is None else f"{choice.tolerance.normalize():f}",
        "area": choice.area,
    }


def _packed(document: bytes, files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(_entry("course.json", zipfile.ZIP_DEFLATED), document, compresslevel=9)
        for name in sorted(files):
            package.writestr(_entry(FOLDER + name, zipfile.ZIP_STORED), files[name])
    return target.getvalue()


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type, entry.create_system, entry.external_attr = compression, 3, 0o644 << 16
    return entry
