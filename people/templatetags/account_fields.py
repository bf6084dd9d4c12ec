"""allauth's form controls, as the house shows them."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control without grey text inside (the label says it), and for codes the number keys of a phone."""
    attrs: dict[str, str | bool] = {"placeholder": False}
    if field.name == "code":
        attrs["inputmode"] = "numeric"
    return field.as_widget(attrs=attrs)
