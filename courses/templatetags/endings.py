"""Marks beside lessons in the editor's lists."""

from typing import Any

from django import template
from wagtail.models import Page

from courses.endings import endings_by_module, review_note
from courses.models import Module

register = template.Library()


@register.inclusion_tag("courses/admin/lesson_marks.html", takes_context=True)
def lesson_marks(context: dict[str, Any], page: Page) -> dict[str, Any]:
    """Legal bases that end, and a review that is due. One query for the whole list."""
    if not isinstance(page, Module):
        return {}
    request = context["request"]
    if not hasattr(request, "endings_by_module"):
        request.endings_by_module = endings_by_module()
    return {"endings": request.endings_by_module.get(page.pk, []), "review": review_note(page)}
