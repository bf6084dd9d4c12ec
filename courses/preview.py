"""A lesson as learners see it, all its cards on one page: for editors, also in the frame beside the editor."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.csp import CSP, build_policy
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.advice import advice_on, reading_minutes
from courses.models import Module, ModuleVersion
from courses.rendering import BasisView, CardView, render_cards
from courses.weighing import Weight, weigh

# As strict as the learner's pages, but our own editor may frame it.
POLICY: dict[str, list[str]] = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}

LOOKS = ("light", "dark")  # Module.preview_modes
_SWITCH = "(prefers-color-scheme: dark)"


@dataclass(frozen=True)
class Notes:
    """What the author sees above the lesson. ``minutes``: estimated."""

    minutes: int
    weight: Weight
    warnings: list[str]


def preview(request: HttpRequest, module: Module, look: str) -> TemplateResponse:
    """A draft that may be saved nowhere yet, in one of LOOKS. Who may see it was asked by Wagtail's view."""
    cards = render_cards(module.cards)
    return as_on_the_phone(
        request,
        badge=_("Preview"),
        course=module.get_parent(),
        content=module,
        cards=cards,
        legal_bases=[BasisView.of(link.basis, link.article) for link in module.basis_links.all()],
        notes=Notes(reading_minutes(module.cards), weigh(cards), advice_on(module)),
        look=look,
    )


def as_on_the_phone(
    request: HttpRequest,
    *,
    badge: str,
    course: Page,
    content: Module | ModuleVersion,
    cards: list[CardView],
    legal_bases: list[BasisView],
    notes: Notes | None = None,
    look: str = "",
) -> TemplateResponse:
    """The page; ``content`` gives title, summary and minutes. Without ``look`` it follows the screen's own."""
    context = {
        "badge": badge,
        "course": course,
        "lesson": content,
        "cards": cards,
        "legal_bases": legal_bases,
        "notes": notes,
        "look": look,
    }
    response = TemplateResponse(request, "courses/preview.html", context)
    # Set here, because a preview passes the middleware twice and the first answer would forbid the frame.
    response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(POLICY)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def stylesheet(look: str) -> str:
    """The learner's own stylesheet, held in one look whatever the trainer's screen prefers."""
    path = finders.find("lms/app.css")
    assert isinstance(path, str)  # noqa: S101 - it is ours and stands in STATICFILES_DIRS
    with open(path, encoding="utf-8") as file:
        css = file.read()
    return css.replace(_SWITCH, "all" if look == "dark" else "not all").replace(
        "color-scheme: light dark", f"color-scheme: {look}"
    )
