"""The learner's menu, at the bottom of every page."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> SafeString:
    """With the page's own tab marked (``tab``) and the number of unread notices where it is known (``unread``)."""
    return _menu(get_language() or "", context.get("tab", ""), context.get("unread", 0))


@lru_cache(maxsize=200)
def _menu(language: str, tab: str, unread: int) -> SafeString:
    """Kept in the process: it is the same for everybody, and a tenth of what a page takes to render."""
    return render_to_string("records/_nav.html", {"tab": tab, "unread": unread})
