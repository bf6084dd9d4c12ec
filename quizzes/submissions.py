"""What a learner's page sent: a whole paper as a form, or one answer as JSON."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from quizzes.kinds import PaperQuestion, ResponseRefused, kind_of
from quizzes.models import Answer, Attempt


@dataclass(frozen=True)
class PostedPaper:
    """``paper`` as it stood on the learner's screen; ``touched``: by item order, the responses changed there."""

    paper: list[PaperQuestion]
    touched: dict[int, list[str]]

    @property
    def unanswered(self) -> list[PaperQuestion]:
        return [question for question in self.paper if not question.answered]


def read_paper(attempt: Attempt, paper: list[PaperQuestion], data: QueryDict) -> PostedPaper:
    """Tell what the learner changed from what the form merely repeats.

    Each question carries the operation id of the answer that it was shown with (``known<order>``). Where the
    form says what that answer said, it was not touched, and an answer given meanwhile on another device
    stays. An id that is not known means touched: the script writes one on every change.
    Raises ResponseRefused for a choice that is not on the paper.
    """
    steps = Answer.objects.filter(item__attempt=attempt).order_by().values_list("operation_id", "response")
    by_operation = {str(operation): response for operation, response in steps}
    shown: list[PaperQuestion] = []
    touched: dict[int, list[str]] = {}
    for question in paper:
        kind = kind_of(question.kind)
        response = kind.posted(question, data)
        known = data.get(f"known{question.order}", "")
        if response is None:
            shown.append(kind.half_posted(question, data))
        elif response != (by_operation.get(known) if known else []):
            touched[question.order] = response
            shown.append(kind.with_response(question, response))
        else:
            shown.append(question)
    return PostedPaper(shown, touched)


@dataclass(frozen=True)
class Step:
    item: int
    response: list[str]
    operation_id: UUID


def read_step(body: bytes) -> Step:
    """One answer: {"item": 3, "response": ["1f0c…"], "operation_id": "…"}. Raises ResponseRefused."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):  # a broken encoding, or lists in lists without end
        raise ResponseRefused from None
    match data:
        case {"item": int(item), "response": list(response), "operation_id": str(operation)} if (
            not isinstance(item, bool) and 0 < item < 2**15 and all(isinstance(key, str) for key in response)
        ):
            try:
                return Step(item, response, UUID(operation))
            except ValueError:
                raise ResponseRefused from None
    raise ResponseRefused
