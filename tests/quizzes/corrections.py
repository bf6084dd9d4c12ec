"""What the tests of corrections share: attempts at one question, and keys that somebody finds wrong."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

from courses.models import Module
from people.models import Official, User
from quizzes.correcting import NewKey, correct_key
from quizzes.grading import submit_attempt
from quizzes.models import Attempt, AttemptItem, CountsFor, KeyCorrection, QuestionVersion, Quiz
from quizzes.publishing import republishing
from quizzes.starting import start_attempt
from tests.factories import make_user
from tests.quizzes.conftest import make_question, make_quiz, read_module, responses


def key_of(version: QuestionVersion, *right: str, **fields: Any) -> NewKey:
    """The version's key, but the options named by their texts are the right ones (in this order, for ordering)."""
    options = deepcopy(version.options)
    if right and version.kind == "ordering":
        options.sort(key=lambda option: right.index(option["text"]))
    elif right:
        for option in options:
            option["correct"] = option["text"] in right
    usual = {"partial": version.settings["partial"], "fold": version.settings["fold"]}
    return NewKey(options, **usual | {"explanation": version.explanation} | fields)


def everybody(version: QuestionVersion, counts_for: CountsFor = CountsFor.EVERYBODY) -> NewKey:
    return key_of(version, counts_for=counts_for)


def correct(
    version: QuestionVersion, *right: str, by: User | None = None, key: NewKey | None = None, **fields: Any
) -> KeyCorrection:
    return correct_key(
        version,
        key or key_of(version, *right),
        **{"actor": by or make_user(), "reason": "Nghị định mới quy định khác", "operation": uuid4()}
        | fields,
    )


def quiz_with(module: Module, *kinds: str, **fields: Any) -> Quiz:
    """As ``make_quiz``, but with questions that stand in the bank with their options, as trainers leave them."""
    quiz = make_quiz(module, kinds=(), draw=len(kinds), **fields)
    with republishing():
        for kind in kinds:
            make_question(quiz.bank, kind, explanation="Lời giải thích.")
    module.refresh_from_db()
    return quiz


def sat(official: Official, module: Any, *, right: int) -> Attempt:
    """A graded attempt with the first ``right`` questions of its paper answered rightly."""
    attempt = start_attempt(read_module(official, module))
    return submit_attempt(attempt, responses(attempt, right=right))


def item_of(attempt: Attempt) -> AttemptItem:
    return attempt.items.select_related("question_version").get(order=1)
