"""A draft of a question in the frame beside its editor, as on the phone."""

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.csp import CSP, build_policy

from quizzes.models import Question
from quizzes.previewing import draft_on_paper, draft_reviewed
from quizzes.publishing import draft_of
from quizzes.questions import faults

# As strict as the learner's pages, but our own editor may frame it.
POLICY: dict[str, list[str]] = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}


def preview(request: HttpRequest, question: Question, *, with_key: bool) -> TemplateResponse:
    """What is unfinished is said instead. Who may see it was asked by Wagtail's view."""
    found = faults(draft_of(question))
    context = {
        "faults": found,
        "stem": question.stem,
        "paper": [] if found or with_key else [draft_on_paper(question)],
        "review": [draft_reviewed(question)] if with_key and not found else [],
    }
    response = TemplateResponse(request, "quizzes/draft.html", context)
    # Set here, because a preview passes the middleware twice and the first answer would forbid the frame.
    response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(POLICY)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
