"""A lesson as learners see it, all its cards on one page: for editors, also in the frame beside the editor."""

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.csp import CSP, build_policy
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import Module, ModuleVersion
from courses.rendering import BasisView, CardView, render_cards

# As strict as the learner's pages, but our own editor may frame it.
POLICY: dict[str, list[str]] = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}


def preview(request: HttpRequest, module: Module) -> TemplateResponse:
    """A draft that may be saved nowhere yet. Who may see it was asked by Wagtail's view."""
    return as_on_the_phone(
        request,
        badge=_("Preview"),
        course=module.get_parent(),
        content=module,
        cards=render_cards(module.cards),
        legal_bases=[BasisView.of(link.basis, link.article) for link in module.basis_links.all()],
    )


def as_on_the_phone(
    request: HttpRequest,
    *,
    badge: str,
    course: Page,
    content: Module | ModuleVersion,
    cards: list[CardView],
    legal_bases: list[BasisView],
) -> TemplateResponse:
    """The page; ``content`` gives title, summary and minutes."""
    context = {
        "badge": badge,
        "course": course,
        "lesson": content,
        "cards": cards,
        "legal_bases": legal_bases,
    }
    response = TemplateResponse(request, "courses/preview.html", context)
    # Set here, because a preview passes the middleware twice and the first answer would forbid the frame.
    response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(POLICY)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
