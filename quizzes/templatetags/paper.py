"""The choices of a question as form controls.

A paper has some forty of them. Written here they cost a tenth of what the template language takes for them,
which was more than all the rest of the page. Texts pass through ``escape``; kinds, keys and numbers are ours.
"""

from html import escape

from django import template
from django.utils.safestring import SafeString

from quizzes.models import QuestionKind
from quizzes.papers import PaperQuestion

register = template.Library()


@register.simple_tag
def controls(question: PaperQuestion) -> SafeString:
    """Radio buttons, tick boxes or, for an ordering, one select for each step."""
    return SafeString(_places(question) if question.kind == QuestionKind.ORDERING else _choices(question))


def _choices(question: PaperQuestion) -> str:
    kind = "checkbox" if question.kind == QuestionKind.MULTIPLE else "radio"
    rows = [
        f'<label class="option"><input type="{kind}" name="q{question.order}" value="{option.key}"'
        f"{' checked' if option.chosen else ''}><span>{escape(option.text)}</span></label>"
        for option in question.options
    ]
    return f'<div class="options">{"".join(rows)}</div>'


def _places(question: PaperQuestion) -> str:
    rows = []
    for option in question.options:
        name = f"q{question.order}-{option.key}"
        rows.append(
            f'<li class="option"><label for="{name}">{escape(option.text)}</label>'
            f'<select name="{name}" id="{name}" data-key="{option.key}"><option value="">–</option>'
            f"{_numbers(len(question.options), option.place)}</select></li>"
        )
    return f'<ol class="options ordering">{"".join(rows)}</ol>'


def _numbers(count: int, chosen: int | None) -> str:
    return "".join(
        f"<option{' selected' if place == chosen else ''}>{place}</option>" for place in range(1, count + 1)
    )
