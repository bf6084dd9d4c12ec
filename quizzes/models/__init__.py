"""The question bank with its versions, the quizzes, and the attempts with their frozen papers."""

from quizzes.models.allowances import QuizAllowance
from quizzes.models.attempts import Answer, Attempt, AttemptItem, GradeStep
from quizzes.models.bank import (
    Difficulty,
    Question,
    QuestionBank,
    QuestionKind,
    QuestionOption,
    QuestionPicture,
    QuestionQuerySet,
    QuestionTag,
    QuestionVersion,
    Scenario,
)
from quizzes.models.corrections import (
    CountsFor,
    KeyCorrection,
    KeyReplacement,
    Regrade,
    RegradeDecision,
    RegradeQuerySet,
)
from quizzes.models.exchange import QuestionImport
from quizzes.models.quiz import Counting, Quiz, QuizPart, Shown
from quizzes.models.refreshers import RefresherItem, RefresherPlan, RefresherReview

__all__ = [
    "Answer",
    "Attempt",
    "AttemptItem",
    "Counting",
    "CountsFor",
    "Difficulty",
    "GradeStep",
    "KeyCorrection",
    "KeyReplacement",
    "Question",
    "QuestionBank",
    "QuestionImport",
    "QuestionKind",
    "QuestionOption",
    "QuestionPicture",
    "QuestionQuerySet",
    "QuestionTag",
    "QuestionVersion",
    "Quiz",
    "QuizAllowance",
    "QuizPart",
    "RefresherItem",
    "RefresherPlan",
    "RefresherReview",
    "Regrade",
    "RegradeDecision",
    "RegradeQuerySet",
    "Scenario",
    "Shown",
]
