"""The form of a question: a draft may be anything; what is published can be answered and graded."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.forms import BaseForm
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from quizzes.desk.words import SETTINGS, WORDS
from quizzes.duplicates import Twin, twins_of
from quizzes.kinds import Choice, Draft, Fault
from quizzes.questions import faults

# The fields of Choice, with what stands for an empty cell.
COLUMNS: list[tuple[str, Any]] = [
    ("text", ""),
    ("correct", False),
    ("feedback", ""),
    ("fraction", None),
    ("match", ""),
    ("tolerance", None),
    ("area", None),
]


class QuestionForm(WagtailAdminModelForm):
    """Each fault is told at the field or row that it speaks of (quizzes.questions)."""

    publish_twin = forms.BooleanField(
        label=_("Publish it all the same"), required=False, help_text=_("It is not the same question.")
    )

    class Media:
        js = ["quizzes/editor.js"]
        css = {"all": ["quizzes/editor.css"]}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        options = self.formsets["options"]
        rows = self._rows() if options.is_valid() else []
        for row in rows:
            self._check_area(row)
            self._keep_what_is_used(row, data.get("kind", ""))
        for name in set(SETTINGS) - set(WORDS[data["kind"]].settings if data.get("kind") else SETTINGS):
            data[name] = False
        # Faults of single fields are told first; only whole rows can be judged together.
        if not self.is_deferred_validation and not self.errors and options.is_valid():
            for fault in faults(self._draft(data, rows)):
                self._tell(fault, rows)
            if not self.errors and options.is_valid() and self.twins and not data.get("publish_twin"):
                self.add_error("publish_twin", _("The bank has a question that asks the same."))
        return data

    @cached_property
    def twins(self) -> list[Twin]:
        """Other questions that ask the same as what was typed."""
        return twins_of(self.cleaned_data.get("stem") or "", but=self.instance.pk)

    def _rows(self) -> list[BaseForm]:
        """The rows that are kept, in their order. One in which nothing stands goes without a word."""
        options = self.formsets["options"]
        rows = []
        for form in options.ordered_forms:
            if not any(form.cleaned_data.get(name) for name, _empty in COLUMNS):
                form.cleaned_data[DELETION_FIELD_NAME] = True
            if not options._should_delete_form(form):
                rows.append(form)
        return rows

    def _draft(self, data: dict[str, Any], rows: list[BaseForm]) -> Draft:
        return Draft(
            kind=data["kind"],
            stem=data["stem"],
            options=[
                Choice(*(row.cleaned_data.get(name) or empty for name, empty in COLUMNS)) for row in rows
            ],
            has_picture=data.get("image") is not None,
            picture_alt=data.get("image_alt", ""),
        )

    def _tell(self, fault: str, rows: list[BaseForm]) -> None:
        place = fault if isinstance(fault, Fault) else Fault(fault)
        if place.row is not None and place.row < len(rows):
            rows[place.row].add_error(place.field or None, str(fault))
        elif place.field in self.fields:
            self.add_error(place.field, str(fault))
        else:
            options = self.formsets["options"]
            options._non_form_errors = options.error_class(
                [*options.non_form_errors(), str(fault)], error_class="nonform"
            )

    def _keep_what_is_used(self, row: BaseForm, kind: str) -> None:
        """What another kind left in fields that are not shown is not saved."""
        if kind not in WORDS:
            return
        for name, empty in COLUMNS:
            if name not in WORDS[kind].fields:
                row.cleaned_data[name] = empty
                setattr(row.instance, name, empty)  # type: ignore[attr-defined]

    def _check_area(self, row: BaseForm) -> None:
        area = row.cleaned_data.get("area")
        if area and any(not isinstance(number, int) for number in area):
            row.add_error("area", ValidationError(_("Write all four numbers, whole ones from 0 to 1000.")))
