"""The filters of the statistics, read from the address."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Module
from people.models import Province, Ward
from quizzes.models import Attempt
from quizzes.statistics.rows import Selection


class SelectionForm(forms.Form):
    """Places are offered only where somebody of theirs took this quiz."""

    which = forms.ChoiceField(
        choices=[("first", _("first attempts")), ("all", _("all attempts"))],
        required=False,
        label=_("Counted"),
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(required=False, label=_("Until"), widget=forms.DateInput({"type": "date"}))
    province = forms.ModelChoiceField(
        Province.objects.none(), required=False, label=_("Province or city"), empty_label=_("All")
    )
    ward = forms.ModelChoiceField(Ward.objects.none(), required=False, label=_("Unit"), empty_label=_("All"))

    def __init__(self, module: Module, data: Any) -> None:
        super().__init__(data or None)
        self.module = module
        taken = Attempt.objects.filter(module=module, state__in=Attempt.CLOSED, ward__isnull=False)
        wards = Ward.objects.filter(pk__in=taken.values("ward"))
        self._field("province").queryset = Province.objects.filter(pk__in=wards.values("province"))
        self._field("ward").queryset = wards.order_by("name")

    def _field(self, name: str) -> "forms.ModelChoiceField[Any]":
        field: forms.ModelChoiceField[Any] = self.fields[name]  # type: ignore[assignment]
        return field

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since: datetime.date | None = data.get("since")
        until: datetime.date | None = data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return data

    def selection(self) -> Selection:
        """By the fields that are in order; those that are not count as empty, and the page names them."""
        data = (
            self.cleaned_data if self.is_bound and not self.is_valid() else getattr(self, "cleaned_data", {})
        )
        return Selection(
            module=self.module,
            which="all" if data.get("which") == "all" else "first",
            since=data.get("since"),
            until=data.get("until"),
            province=data.get("province"),
            ward=data.get("ward"),
        )
