"""The choices of a question as form controls.

A paper has some forty of them. Written in Python (quizzes.kinds) they cost a tenth of what the template language
takes for them, which was more than all the rest of the page. Texts pass through ``escape``; kinds, keys and
numbers are ours.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.utils.safestring import SafeString

from quizzes.kinds import PaperQuestion, kind_of

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
def picture_url(picture: Mapping[str, Any]) -> str:
    """The address of a frozen picture in the media storage. No query."""
    url: str = default_storage.url(picture["file"])
    return url
