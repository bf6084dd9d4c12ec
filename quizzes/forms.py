"""The editor's forms."""

from typing import Any

from wagtail.admin.forms import WagtailAdminModelForm

from quizzes.kinds import Choice, Draft
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
    """A draft may be anything; what is published can be answered and graded (quizzes.questions)."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        options = self.formsets["options"]
        # Faults of single fields are told first; only whole rows can be judged together.
        if not self.is_deferred_validation and not self.errors and options.is_valid():
            rows = [
                form.cleaned_data for form in options.ordered_forms if not options._should_delete_form(form)
            ]
            draft = Draft(
                kind=data["kind"],
                stem=data["stem"],
                options=[Choice(*(row.get(name) or empty for name, empty in COLUMNS)) for row in rows],
                has_picture=data.get("image") is not None,
                picture_alt=data.get("image_alt", ""),
            )
            for fault in faults(draft):
                self.add_error(None, fault)
        return data
