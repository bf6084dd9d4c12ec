"""Pieces of the editor's forms that are no fields: what has to be looked at, and what rests on a document."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.panels import Panel


class EndingPanel(Panel):
    """Above a lesson or question: legal bases that ended or end soon, and a review that is due."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/admin/endings.html"

        def notes(self) -> tuple[list[Any], str]:
            from courses.endings import endings_of, review_note  # which know the models, and so this file

            return endings_of(self.instance), review_note(self.instance)

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None and any(self.notes())

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            endings, review = self.notes()
            return context | {"endings": endings, "review": review}


class RestingPanel(Panel):
    """Above a legal document: what rests on it, and the question that must be answered before its end is saved."""

    def get_form_options(self) -> dict[str, Any]:
        return {"fields": ["end_confirmed"]}

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/admin/resting_panel.html"

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            from courses.resting import summary

            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "summary": summary(self.instance.pk),
                "asked": "end_confirmed" in self.form.errors,
                "field": self.form["end_confirmed"],
            }
