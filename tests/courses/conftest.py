"""Courses and modules as editors meet them: saved and published by Wagtail's own way, found by its search."""

from typing import Any

from courses.models import Course, Module
from tests.factories import add_course, add_module


def make_course(title: str = "Chữ ký số", *, periods: int = 2) -> Course:
    return add_course(title, periods)


def make_module(
    course: Course, title: str = "Ký số đúng thứ tự", *, cards: int = 3, publish: bool = True, **fields: Any
) -> Module:
    """A module of text cards; published, unless ``publish`` is False, as by the button of the editor."""
    module = add_module(course, title, cards, live=publish, **fields)
    if publish:
        module.save_revision().publish()
        module.refresh_from_db()
    return module
