"""Inputs that Wagtail lacks: a folder among folders, and a place on a picture."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from quizzes.folders import choices


class FolderSelect(forms.Select):
    """The folders as an indented tree, read when the list is shown."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        self.choices = [("", "---------"), *choices()]
        return super().optgroups(name, value, attrs)


SIDES = [("x", _("from the left")), ("y", _("from above")), ("w", _("width")), ("h", _("height"))]


class AreaWidget(forms.MultiWidget):
    """Four numbers for a rectangle. Its value is the JSON of the model's field: [x, y, width, height] or nothing."""

    template_name = "quizzes/admin/area.html"
    use_fieldset = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = forms.NumberInput(attrs={"min": 0, "max": 1000, "step": 1, "data-area": True})
        super().__init__({side: number for side, _label in SIDES}, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, (_side, label) in zip(context["widget"]["subwidgets"], SIDES, strict=True):
            part["label"] = label
        return context

    def decompress(self, value: Any) -> list[Any]:
        try:
            area = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            area = None
        return [*area, None, None, None, None][:4] if isinstance(area, list) else [None] * 4

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        """A number that cannot be read is null: the form says so beside it."""
        typed = [str(each or "").strip() for each in super().value_from_datadict(data, files, name)]
        return json.dumps([int(each) if each.isdecimal() else None for each in typed]) if any(typed) else ""
