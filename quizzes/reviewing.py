"""What a learner sees of a graded attempt: as much as the review rule of its version allows, and nothing more."""

from dataclasses import dataclass, field

from courses.models import ModuleVersion
from courses.rendering import BasisView
from quizzes.models import Attempt, AttemptItem, QuestionKind, Review
from quizzes.papers import newest_answers


@dataclass(frozen=True)
class ReviewOption:
    text: str
    chosen: bool
    right: bool | None = None  # None: not shown
    feedback: str = ""


@dataclass(frozen=True)
class ReviewQuestion:
    """One question after grading. What the rule hides is not in here, so no template can show it."""

    order: int
    kind: str
    stem: str
    right: bool
    answered: bool
    options: list[ReviewOption]  # ordering: in the order given by the learner, empty where none was given
    basis: BasisView | None
    right_order: list[str] = field(default_factory=list)
    explanation: str = ""


def shows_key(rule: str, *, passed: bool) -> bool:
    return rule == Review.FULL or (rule == Review.FULL_WHEN_PASSED and passed)


def rule_of(version: ModuleVersion) -> str:
    return version.quiz["review"] if version.quiz else Review.SCORE


def review_of(attempt: Attempt) -> list[ReviewQuestion]:
    """The questions of a graded attempt as its owner may see them; empty where only the score is shown.

    Without the right answers it says which were wrong and where to read it up. Two queries, or none.
    """
    rule = rule_of(attempt.version)
    if rule == Review.SCORE or attempt.state != Attempt.State.GRADED:
        return []
    answers = newest_answers(attempt)
    items = attempt.items.select_related("question_version").order_by("order")
    with_key = shows_key(rule, passed=bool(attempt.passed))
    return [
        _reviewed(item, answers[item.pk].response if item.pk in answers else [], with_key=with_key)
        for item in items
    ]


def _reviewed(item: AttemptItem, response: list[str], *, with_key: bool) -> ReviewQuestion:
    version = item.question_version
    ordering = version.kind == QuestionKind.ORDERING
    by_key = {option["key"]: option for option in version.options}
    shown = response if ordering else item.option_order
    options = []
    for place, key in enumerate(shown):
        option = by_key[key]
        right = version.options[place]["key"] == key if ordering else option["correct"]
        options.append(
            ReviewOption(
                text=option["text"],
                chosen=key in response,
                right=right if with_key else None,
                feedback=option["feedback"] if with_key and (ordering or key in response) else "",
            )
        )
    return ReviewQuestion(
        order=item.order,
        kind=version.kind,
        stem=version.stem,
        right=bool(item.points),
        answered=bool(response),
        options=options,
        basis=BasisView.frozen(version.basis) if version.basis else None,
        right_order=[option["text"] for option in version.options] if ordering and with_key else [],
        explanation=version.explanation if with_key else "",
    )
