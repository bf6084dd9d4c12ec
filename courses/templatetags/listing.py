"""Beside the titles in the editor's list of a course."""

from typing import Any

from django import template
from wagtail.models import Page

from courses.listing import facts_of
from courses.models import Module

register = template.Library()


@register.inclusion_tag("courses/admin/lesson_facts.html", takes_context=True)
def lesson_facts(context: dict[str, Any], page: Page) -> dict[str, Any]:
    """Read once for all lessons of a course."""
    if not isinstance(page, Module):
        return {}
    known = context["request"].__dict__.setdefault("lesson_facts", {})
    course = page.path[: -page.steplen]
    if course not in known:
        known[course] = facts_of(page.get_parent())
    return {"facts": known[course].get(page.pk), "page": page}
