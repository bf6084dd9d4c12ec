"""What a learner and a trainer write about a card."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Course, Module
from records.models import CardReport, CardReportAnswer


class CardReportForm(forms.Form):
    text = forms.CharField(
        label=_("What is different?"),
        help_text=_(
            "For example: the button has another name, the step comes earlier, the regulation has changed."
        ),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Please write in a line or two what is different.")},
    )
    operation_id = forms.UUIDField(widget=forms.HiddenInput)


def choice_of(report: CardReport) -> str:
    """The report together with how many answers whoever answers now has seen."""
    return f"{report.pk}:{len(report.answers.all())}"


class ReportAnswerForm(forms.Form):
    """One answer to the chosen reports. A choice is "id:number of answers on the screen"."""

    verdict = forms.ChoiceField(
        label=pgettext_lazy("report of a card", "Outcome"),
        choices=CardReportAnswer.Verdict.choices,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Answer to the learner"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    operation_id = forms.UUIDField(widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, reports: Iterable[CardReport], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Also with fewer answers than there are now: whether a colleague was faster, answer_reports says.
        seen = [f"{report.pk}:{n}" for report in reports for n in range(len(report.answers.all()) + 1)]
        self.fields["chosen"] = forms.MultipleChoiceField(
            choices=[(choice, choice) for choice in seen],
            error_messages={"required": _("Choose at least one report that you answer.")},
        )

    def answered(self) -> dict[int, int]:
        """The chosen reports, each with how many answers it had on the screen."""
        pairs = (pair.split(":") for pair in self.cleaned_data["chosen"])
        return {int(pk): int(count) for pk, count in pairs}

    def fingerprint(self) -> str:
        """Of what would be sent to whom: a preview confirms this and nothing else."""
        words = self.cleaned_data
        said = [*sorted(words["chosen"]), words["verdict"], words["text"]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class InboxFilter(forms.Form):
    """Filters of the trainers' list; only courses and lessons that somebody reported of are offered."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", pgettext_lazy("reports", "open")), ("answered", _("all answered")), ("all", _("all"))],
        required=False,
    )
    course = forms.ModelChoiceField(
        Course.objects.none(), label=_("Course"), required=False, empty_label=_("All")
    )
    module = forms.ModelChoiceField(
        Module.objects.none(), label=_("Module"), required=False, empty_label=_("All")
    )

    def offer(self, courses: QuerySet[Course], modules: QuerySet[Module]) -> None:
        for name, choices in (("course", courses), ("module", modules)):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = choices
