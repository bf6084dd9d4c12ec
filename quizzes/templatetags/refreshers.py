"""What the pages of the courses show of the refreshers; courses and records know nothing of quizzes."""

from typing import Any

from django import template

from courses.models import Course
from people.models import Official
from quizzes.models import RefresherPlan
from quizzes.refreshing import is_due, left_today, may_take_part

register = template.Library()


@register.inclusion_tag("quizzes/_refresher_due.html")
def refresher_due(official: Official) -> dict[str, Any]:
    """On the home page: the way to today's questions, or nothing. One query where nothing waits."""
    return {"left": left_today(official) if is_due(official) else 0}


@register.inclusion_tag("quizzes/_refresher_switch.html", takes_context=True)
def refresher_switch(context: dict[str, Any], official: Official, course: Course) -> dict[str, Any]:
    """On the page of a completed course: begin or end; nothing where the course offers none."""
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "course": course,
        "offered": may_take_part(official, course),
        "running": course.refreshers
        and RefresherPlan.objects.filter(official=official, course=course, stopped_at__isnull=True).exists(),
    }
