"""Figures as they stand in the statistics' tables."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share or an index as a percentage; a dash where it is not defined."""
    return "–" if share is None else f"{number_format(round(share * 100), 0)} %"
