"""The form of a legal document: an end is saved only by who has seen what rests on the document."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from courses.resting import summary

ENDS = ("effective_to", "replaced_by")


class LegalBasisForm(WagtailAdminModelForm):
    end_confirmed = forms.BooleanField(
        label=gettext_lazy("I have seen what rests on this document. Save its end."), required=False
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        ends = any(name in self.changed_data and data.get(name) for name in ENDS)
        if ends and self.instance.pk and not data.get("end_confirmed"):
            resting = summary(self.instance.pk)
            if resting:
                self.add_error(
                    "end_confirmed",
                    _(
                        "%(resting)s rest on this document. When its end is saved they are marked, and whoever "
                        "answers for them is told, 60 days before and on the day. Nothing has been saved yet."
                    )
                    % {"resting": resting},
                )
        return data
