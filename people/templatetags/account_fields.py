"""allauth's form controls, as the house shows them."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField
from django.utils.safestring import SafeString

from people import adapters

register = template.Library()


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control without grey text inside (the label says it), and for codes the number keys of a phone."""
    attrs: dict[str, str | bool] = {"placeholder": False}
    if field.name == "code":
        attrs["inputmode"] = "numeric"
    return field.as_widget(attrs=attrs)


@register.simple_tag
def passkey_host() -> str:
    """The host whose pages can offer passkeys."""
    return adapters.passkey_host()


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a script reads; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"))
