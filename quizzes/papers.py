"""A paper: which questions are drawn, in which order their options stand, and what of it a learner sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max

from quizzes.models import Answer, Attempt, QuestionKind, QuestionVersion


def draw_paper(quiz: Mapping[str, Any], seed: int) -> list[tuple[int, list[str]]]:
    """Draw by the frozen rules of a quiz: question version ids, each with its option keys in the order to show.

    The same rules and seed give the same paper. Fewer questions than the quiz draws: all of them. One query.
    """
    chance = Random(seed)  # noqa: S311 - a shuffle that can be repeated, not a secret
    drawn = draw_questions(quiz, chance)
    versions = QuestionVersion.objects.filter(pk__in=drawn).values_list("pk", "kind", "options")
    known = {pk: (kind, [option["key"] for option in options]) for pk, kind, options in versions}
    return [(pk, order_options(*known[pk], chance, shuffle=quiz["shuffle_options"])) for pk in drawn]


def draw_questions(quiz: Mapping[str, Any], chance: Random) -> list[int]:
    pool = quiz["question_versions"]
    places = chance.sample(range(len(pool)), min(quiz["draw"], len(pool)))
    if not quiz["shuffle_questions"]:
        places.sort()
    return [pool[place] for place in places]


def order_options(kind: str, keys: Sequence[str], chance: Random, *, shuffle: bool) -> list[str]:
    """True or false always stand in their fixed order; steps to be ordered never stand in the right one."""
    shown = list(keys)
    if kind == QuestionKind.ORDERING:
        chance.shuffle(shown)
        return shown if shown != list(keys) else [*shown[1:], shown[0]]
    if shuffle and kind != QuestionKind.TRUE_FALSE:
        chance.shuffle(shown)
    return shown


@dataclass(frozen=True)
class PaperOption:
    key: str
    text: str
    chosen: bool = False
    place: int | None = None  # ordering: the step given to it, from 1


@dataclass(frozen=True)
class PaperQuestion:
    """A question as it is shown before grading. It holds nothing from which a page could leak the key."""

    order: int
    kind: str
    stem: str
    options: list[PaperOption]
    response: list[str] = field(default_factory=list)
    operation_id: UUID | None = None  # of the answer shown
    incomplete: bool = False  # ordering: some steps have a place, but not each its own

    @property
    def answered(self) -> bool:
        return bool(self.response)


class Given(NamedTuple):
    """An answer that counts."""

    operation_id: UUID
    response: list[str]


def paper_of(attempt: Attempt) -> list[PaperQuestion]:
    """The paper with the answers that count, in two queries."""
    given = newest_answers(attempt)
    items = attempt.items.order_by("order").values_list(
        "pk",
        "order",
        "option_order",
        "question_version__kind",
        "question_version__stem",
        "question_version__options",
    )
    return [
        _shown(order, keys, kind, stem, options, given.get(pk))
        for pk, order, keys, kind, stem, options in items
    ]


def newest_answers(attempt: Attempt) -> dict[int, Given]:
    """By item: the newest answer that came in time. One query; earlier steps are not fetched."""
    in_time = Answer.objects.filter(item__attempt=attempt, late=False).order_by()
    newest = in_time.values("item").annotate(newest=Max("pk")).values("newest")
    rows = Answer.objects.filter(pk__in=newest).order_by().values_list("item", "operation_id", "response")
    return {item: Given(operation_id, response) for item, operation_id, response in rows}


def _shown(
    order: int, keys: list[str], kind: str, stem: str, options: list[dict[str, Any]], given: Given | None
) -> PaperQuestion:
    texts = {option["key"]: option["text"] for option in options}
    blank = PaperQuestion(
        order=order, kind=kind, stem=stem, options=[PaperOption(key, texts[key]) for key in keys]
    )
    if given is None:
        return blank
    return replace(with_response(blank, given.response), operation_id=given.operation_id)


def with_response(question: PaperQuestion, response: list[str]) -> PaperQuestion:
    """The question as it is shown when ``response`` is the learner's choice."""
    if question.kind == QuestionKind.ORDERING:
        places = {key: place for place, key in enumerate(response, start=1)}
        options = [replace(option, place=places.get(option.key)) for option in question.options]
    else:
        options = [replace(option, chosen=option.key in response) for option in question.options]
    return replace(question, options=options, response=response)
