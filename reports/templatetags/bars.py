"""Figures as they stand in a table: a rate, and a bar drawn with SVG attributes (the policy forbids styles).

Filters and not included templates: a page shows a hundred of each.
"""

from django import template
from django.utils.formats import localize, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.figures import Figures

register = template.Library()


@register.filter
def rate(figures: Figures) -> str:
    """Completed in percent of assigned; a dash where nothing is assigned."""
    if figures.rate is None:
        return format_html('<span title="{}">–</span>', _("Nothing assigned"))
    return f"{number_format(figures.rate, 0)} %"


@register.filter
def bar(figures: Figures) -> str:
    """The statuses of what is assigned, side by side, and in words for those who do not see them."""
    if not figures.assigned:
        return ""
    parts = [
        ("done", pgettext("count", "Completed"), figures.completed),
        ("begun", pgettext("count", "In progress"), figures.in_progress),
        ("renewing", pgettext("count", "To be updated"), figures.renewing),
        ("late", pgettext("count", "Overdue"), figures.overdue),
        ("waiting", pgettext("count", "Not started"), figures.waiting),
    ]
    words = ", ".join(f"{label} {localize(number)}" for _kind, label, number in parts)
    return format_html(
        '<svg class="statusbar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        words,
        _pieces([(kind, 100 * number / figures.assigned) for kind, _label, number in parts]),
    )


def _pieces(shares: list[tuple[str, float]]) -> SafeString:
    """``shares``: (class, percent), filling the bar from the left; numbers with a point in every language."""
    placed, before = [], 0.0
    for kind, share in shares:
        if share:
            placed.append((kind, f"{before:.2f}", f"{share:.2f}"))
        before += share
    return format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="10"/>', placed)
