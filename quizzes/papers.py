"""A paper: which questions are drawn, in which order their options stand, and what of it a learner sees."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max

from courses.models import ModuleVersion
from quizzes.kinds import PaperQuestion, kind_of
from quizzes.models import Answer, Attempt, AttemptItem, QuestionVersion


class Drawn(NamedTuple):
    """One line of a paper: a question version, its option keys in the order to show, and what it is worth."""

    version: int
    option_order: list[str]
    points: Decimal


KEPT = 32  # modules whose questions a process remembers

# Every question with the newest answer that came in time.
PAPER = """
SELECT i.*, n.operation_id, n.response
FROM quizzes_attemptitem i
LEFT JOIN quizzes_answer n ON n.id = (
  SELECT MAX(step.id) FROM quizzes_answer step WHERE step.item_id = i.id AND NOT step.late)
WHERE i.attempt_id = %s ORDER BY i."order"
"""


def questions_of(version: ModuleVersion) -> Mapping[int, QuestionVersion]:
    """What the papers of a module's version are drawn from, by id. No query once this process has met it.

    For reading only, and not for grading: published questions never change, but a wrong key may be corrected.
    """
    about_the_change = [pk for unit in (version.delta or {}).get("units", ()) for pk in unit]
    drawn = (version.quiz or {}).get("question_versions", ())
    return _kept(version.key, tuple(dict.fromkeys([*drawn, *about_the_change])))


@lru_cache(maxsize=KEPT)
def _kept(_version: UUID, questions: tuple[int, ...]) -> Mapping[int, QuestionVersion]:
    return QuestionVersion.objects.defer("explanation", "basis").in_bulk(questions)


def draw_paper(
    quiz: Mapping[str, Any],
    seed: int,
    seen: Collection[int] = (),
    known: Mapping[int, QuestionVersion] | None = None,
) -> list[Drawn]:
    """Draw by the frozen rules of a quiz (quizzes.publishing.quiz_part).

    The same rules, seed and ``seen`` (question version ids that the learner had before) give the same paper.
    Fewer questions than the quiz draws: all of them. One query, none where the questions are ``known``.
    """
    chance = Random(seed)  # noqa: S311 - a shuffle that can be repeated, not a secret
    drawn = draw_questions(quiz, chance, seen)
    versions = QuestionVersion.objects.in_bulk(drawn) if known is None else known
    paper = []
    for pk in drawn:
        version = versions[pk]
        order = kind_of(version.kind).option_order(version.options, chance, shuffle=quiz["shuffle_options"])
        paper.append(Drawn(pk, order, version.points))
    return paper


def draw_questions(quiz: Mapping[str, Any], chance: Random, seen: Collection[int] = ()) -> list[int]:
    """The versions for a paper: part by part, no question twice, those never seen first.

    The questions of one situation come and stay together; they count for as many as they are.
    """
    seen, taken, paper = set(seen), set[int](), list[list[int]]()
    for part in quiz["parts"]:
        units = [unit for unit in part["units"] if not taken & set(unit)]
        picked = _pick(units, part["count"], chance, seen)
        taken |= {version for unit in picked for version in unit}
        paper += picked if quiz["shuffle_questions"] else sorted(picked, key=units.index)
    if quiz["shuffle_questions"]:
        chance.shuffle(paper)
    return [version for unit in paper for version in unit]


def _pick(units: list[list[int]], count: int, chance: Random, seen: set[int]) -> list[list[int]]:
    """Units of ``count`` questions in all, or fewer; a situation too big for what is left is passed over.

    A stable sort after the shuffle puts first what the learner has seen least.
    """
    mixed = chance.sample(units, len(units))
    mixed.sort(key=lambda unit: len(seen.intersection(unit)) / len(unit))
    picked: list[list[int]] = []
    for unit in mixed:
        if len(unit) <= count:
            picked.append(unit)
            count -= len(unit)
    return picked


class Given(NamedTuple):
    """An answer that counts."""

    operation_id: UUID
    response: list[str]


def items_of(attempt: Attempt) -> list[AttemptItem]:
    """In their order, each with its question and the answer that counts (``given_of``). One query."""
    questions = questions_of(attempt.version)
    items = list(AttemptItem.objects.raw(PAPER, [attempt.pk]))
    for item in items:
        item.question_version = questions[item.question_version_id]
    return items


def given_of(item: AttemptItem) -> Given | None:
    """The answer that counts of an item of ``items_of``."""
    operation_id, response = item.operation_id, item.response  # type: ignore[attr-defined]
    return Given(UUID(str(operation_id)), json.loads(response)) if operation_id else None


def paper_of(attempt: Attempt) -> list[PaperQuestion]:
    """The paper with the answers that count, in one query."""
    paper = []
    for item in items_of(attempt):
        version, given = item.question_version, given_of(item)
        question = PaperQuestion(
            order=item.order,
            kind=version.kind,
            stem=version.stem,
            options=[],
            picture=version.picture,
            scenario=version.scenario,
            points=item.max_points,
        )
        question = kind_of(version.kind).blank(question, version.options, item.option_order)
        if given:
            question = replace(with_response(question, given.response), operation_id=given.operation_id)
        paper.append(question)
    return paper


def with_response(question: PaperQuestion, response: list[str]) -> PaperQuestion:
    """The question as it is shown when ``response`` is the learner's choice."""
    return kind_of(question.kind).with_response(question, response)


def newest_answers(attempt: Attempt) -> dict[int, Given]:
    """By item: the newest answer that came in time. One query; earlier steps are not fetched."""
    in_time = Answer.objects.filter(item__attempt=attempt, late=False).order_by()
    newest = in_time.values("item").annotate(newest=Max("pk")).values("newest")
    rows = Answer.objects.filter(pk__in=newest).order_by().values_list("item", "operation_id", "response")
    return {item: Given(operation_id, response) for item, operation_id, response in rows}
