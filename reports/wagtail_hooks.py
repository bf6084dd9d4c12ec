"""The trainers' desk: how lessons are read."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.models import Page

from courses.models import Course, Module
from reports import views_lessons


@hooks.register("register_admin_urls")
def lesson_addresses() -> list[URLPattern]:
    return [
        path("thong-ke/bai-hoc/", views_lessons.overview, name="lessons_statistics"),
        path("thong-ke/khoa-hoc/<int:course_id>/", views_lessons.course, name="course_statistics"),
        path("thong-ke/bai-hoc/<int:module_id>/", views_lessons.lesson, name="lesson_statistics"),
    ]


@hooks.register("register_page_header_buttons")
def statistics_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """In the menu at the top of a course or lesson, wherever the editor shows it."""
    name = {Module: "lesson_statistics", Course: "course_statistics"}.get(page.specific_class)
    if name and page.pk:
        yield Button(
            gettext_lazy("How it is studied"), reverse(name, args=[page.pk]), icon_name="table", priority=68
        )
