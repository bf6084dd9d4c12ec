"""The choices of a question as form controls.

A paper has some forty of them. Written in Python (quizzes.kinds) they cost a tenth of what the template language
takes for them, which was more than all the rest of the page. Texts pass through ``escape``; kinds, keys and
numbers are ours.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from quizzes.kinds import PaperQuestion, kind_of
from quizzes.kinds.pictures import picture_html
from quizzes.reviewing import ReviewQuestion

register = template.Library()


@register.simple_tag
def controls(question: PaperQuestion) -> SafeString:
    """What the learner answers with."""
    return SafeString(kind_of(question.kind).controls(question))


@register.simple_tag
def hint(question: PaperQuestion) -> str:
    return kind_of(question.kind).hint(question)


@register.simple_tag
def complaint(question: PaperQuestion) -> str:
    return kind_of(question.kind).complaint(question)


@register.simple_tag
def picture(frozen: Mapping[str, Any]) -> SafeString:
    """A frozen picture (QuestionVersion.picture). No query."""
    return SafeString(picture_html(frozen))


@register.simple_tag
def marked(question: ReviewQuestion) -> SafeString:
    """The picture of a graded question: where the learner pointed and, as far as they are shown, the places."""
    pin = next((line.pin for line in question.options if line.pin), None)
    areas = [(line.area, bool(line.right)) for line in question.options if line.area]
    return SafeString(picture_html(question.picture, pin=pin, areas=areas))
