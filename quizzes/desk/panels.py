"""Pieces of the editor's forms that are not fields: the words of each kind, twins of a question, its use."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, Panel

from courses.panels import EndingPanel
from quizzes.desk.use import use_of
from quizzes.desk.widgets import AreaWidget, FolderSelect
from quizzes.desk.words import as_json


class WordsPanel(Panel):
    """What the script shows for each kind, and the picture on which places are drawn."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/words.html"

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"words": as_json()}


class TwinPanel(Panel):
    """Questions that ask the same, when they kept this one from being published, and the way to do it all the same."""

    def get_form_options(self) -> dict[str, Any]:
        return {"fields": ["publish_twin"]}

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/twins.html"

        def is_shown(self) -> bool:
            return "publish_twin" in self.form.errors

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"twins": self.form.twins, "field": self.form["publish_twin"]}


class UsePanel(Panel):
    """Versions, papers and quizzes of a question that was saved before."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/use.html"

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"use": use_of(self.instance), "question": self.instance}


PICTURE = MultiFieldPanel([FieldPanel("image"), FieldPanel("image_alt")], heading=_("Picture"))

OPTION_PANELS = [
    FieldRowPanel([FieldPanel("text"), FieldPanel("match")]),
    FieldRowPanel([FieldPanel("correct"), FieldPanel("fraction"), FieldPanel("tolerance")]),
    FieldPanel("area", widget=AreaWidget),
    FieldPanel("feedback"),
]

QUESTION_PANELS = [
    EndingPanel(),
    TwinPanel(heading=_("Is it there already?")),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("kind"), FieldPanel("bank", widget=FolderSelect)]),
            FieldPanel("scenario"),
        ],
        heading=_("Kind and folder"),
    ),
    FieldPanel("stem"),
    PICTURE,
    WordsPanel(),
    InlinePanel(
        "options",
        panels=OPTION_PANELS,
        label=_("Answer"),
        heading=_("Answers"),
        help_text=_(
            "Options, steps in the right order, pairs, accepted answers or places on the picture: as the kind of "
            "question has it. For “true or false”: the two answers “Đúng” and “Sai”."
        ),
        min_num=1,
        max_num=20,
        classname="question-answers",
    ),
    MultiFieldPanel(
        [FieldPanel("points"), FieldPanel("partial_credit"), FieldPanel("ignore_diacritics")],
        heading=_("Points"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("explanation"),
            FieldRowPanel([FieldPanel("legal_basis"), FieldPanel("article")]),
        ],
        heading=_("After grading"),
    ),
    MultiFieldPanel(
        [FieldPanel("difficulty"), FieldPanel("tags"), FieldPanel("retired")],
        heading=_("Filed under"),
    ),
    UsePanel(heading=_("Versions and use")),
]
