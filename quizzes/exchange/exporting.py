"""Questions of the bank as files of one of the formats, and what a format cannot carry."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet
from wagtail.images.models import Image

from lms.lib.spreadsheets import XLSX
from quizzes.exchange import aiken, gift_writing, moodle_writing, workbook
from quizzes.exchange.fitting import Fit
from quizzes.exchange.question import ExchangeQuestion, Picture, Situation
from quizzes.models import Question, QuestionBank, Scenario
from quizzes.publishing import choice_of


class Format(NamedTuple):
    name: str
    extension: str
    content_type: str
    fit: Callable[[ExchangeQuestion], Fit]
    write: Callable[[Iterable[ExchangeQuestion]], bytes]


FORMATS = {
    "gift": Format("GIFT", "gift", "text/plain; charset=utf-8", gift_writing.fit, gift_writing.write),
    "moodle": Format("Moodle XML", "xml", "application/xml", moodle_writing.fit, moodle_writing.write),
    "xlsx": Format("XLSX", "xlsx", XLSX, workbook.fit, workbook.write),
    "aiken": Format("Aiken", "txt", "text/plain; charset=utf-8", aiken.fit, aiken.write),
}


@dataclass
class Prepared:
    """What will be written, and what of it will be missing: (question, sentences)."""

    questions: list[ExchangeQuestion] = field(default_factory=list)
    losses: list[tuple[ExchangeQuestion, list[str]]] = field(default_factory=list)
    left_out: list[tuple[ExchangeQuestion, list[str]]] = field(default_factory=list)


def prepared(questions: Iterable[ExchangeQuestion], format: Format) -> Prepared:
    result = Prepared()
    for question in questions:
        fitted = format.fit(question)
        if fitted.question is None:
            result.left_out.append((question, fitted.losses))
            continue
        result.questions.append(fitted.question)
        if fitted.losses:
            result.losses.append((question, fitted.losses))
    return result


def in_folder(bank: QuestionBank) -> QuerySet[Question]:
    """The questions of a folder and of those below it that are not retired."""
    return Question.objects.filter(bank__in=bank.with_below(), retired=False)


def exchanged(questions: QuerySet[Question], bank: QuestionBank | None = None) -> list[ExchangeQuestion]:
    """Published or draft, as the editor has them now; folders are named from ``bank`` down."""
    paths = _Paths(bank)
    rows = questions.select_related("legal_basis", "scenario__image", "image").prefetch_related(
        "options", "tags"
    )
    latest = [question.get_latest_revision_as_object() for question in rows.order_by("bank__name", "pk")]
    return [_exchanged(question, paths) for question in latest]


def _exchanged(question: Question, paths: "_Paths") -> ExchangeQuestion:
    return ExchangeQuestion(
        kind=question.kind,
        stem=question.stem,
        choices=tuple(choice_of(option) for option in question.options.all()),
        explanation=question.explanation,
        picture=_picture(question),
        tags=tuple(sorted(tag.name for tag in question.tags.all())),
        difficulty=question.difficulty,
        points=question.points,
        partial=question.partial_credit,
        fold=question.ignore_diacritics,
        basis=question.legal_basis.number if question.legal_basis else "",
        article=question.article,
        folder=paths.of(question.bank_id),
        scenario=_situation(question.scenario),
        id=str(question.key),
    ).cleaned()


def _situation(scenario: Scenario | None) -> Situation | None:
    if scenario is None:
        return None
    return Situation(str(scenario.key), scenario.title, scenario.text, _picture(scenario))


def _picture(shown: Question | Scenario) -> Picture | None:
    image: Image | None = shown.image
    if image is None:
        return None
    try:
        with image.open_file() as file:
            data: bytes = file.read()
    except OSError:  # the file is gone: the format says that it loses the picture
        data = b""
    return Picture(data, shown.image_alt, image.title)


class _Paths:
    """Names of folders from the exported one down. One query."""

    def __init__(self, top: QuestionBank | None) -> None:
        self.top = top.pk if top else None
        self.banks = {bank.pk: bank for bank in QuestionBank.objects.all()}

    def of(self, pk: int | None) -> tuple[str, ...]:
        names: list[str] = []
        seen: set[int] = set()
        while pk is not None and pk not in seen:
            seen.add(pk)
            names.insert(0, self.banks[pk].name)
            if pk == self.top:
                break
            pk = self.banks[pk].parent_id
        return tuple(names)


def selected(keys: Sequence[int]) -> QuerySet[Question]:
    return Question.objects.filter(pk__in=keys)
