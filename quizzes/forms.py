"""The editor's forms."""

from typing import Any

from wagtail.admin.forms import WagtailAdminModelForm

from quizzes.questions import Choice, faults


class QuestionForm(WagtailAdminModelForm):
    """A draft may be anything; what is published can be answered and graded (quizzes.questions)."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        options = self.formsets["options"]
        # Faults of single fields are told first; only whole rows can be judged together.
        if not self.is_deferred_validation and not self.errors and options.is_valid():
            rows = [
                form.cleaned_data for form in options.ordered_forms if not options._should_delete_form(form)
            ]
            choices = [Choice(row["text"], row["correct"], row["feedback"]) for row in rows]
            for fault in faults(data["kind"], data["stem"], choices):
                self.add_error(None, fault)
        return data
