"""What the list of questions does to all that are ticked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import widgets
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from quizzes.desk.widgets import FolderSelect
from quizzes.models import Question, QuestionBank
from quizzes.refiling import publish_all, refile


class QuestionAction(SnippetBulkAction):
    """Whoever may change questions may; a page asks first."""

    models = [Question]
    permission = "change"
    template_name = "quizzes/admin/bulk.html"
    question: Any  # what the page asks
    button: Any

    def check_perm(self, question: Question) -> bool:
        allowed: bool = policy_registry.get_by_type(Question).user_has_permission(
            self.request.user, self.permission
        )
        return allowed

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"asks": self.question, "button": self.button, "heading": self.aria_label}

    def get_execution_context(self) -> dict[str, Any]:
        assert self.cleaned_form is not None  # noqa: S101 - a valid form comes first
        return {"by": self.request.user, "data": self.cleaned_form.cleaned_data, "request": self.request}

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d question was changed.", "%(count)d questions were changed.", num_parent_objects
        ) % {"count": num_parent_objects}


class MoveForm(forms.Form):
    bank = forms.ModelChoiceField(
        QuestionBank.objects.all(), label=gettext_lazy("Their new folder"), widget=FolderSelect
    )


class Move(QuestionAction):
    display_name = gettext_lazy("Move")
    action_type = "move"
    aria_label = gettext_lazy("Move questions into another folder")
    question = gettext_lazy(
        "Move these questions? Quizzes that draw from either folder draw anew from now on."
    )
    button = gettext_lazy("Move")
    action_priority = 20
    form_class = MoveForm

    @classmethod
    def execute_action(cls, objects: list[Question], *, by: Any, data: Any, **kwargs: Any) -> tuple[int, int]:
        return refile(objects, by=by, bank=data["bank"]), 0


class TagsForm(forms.Form):
    tags = forms.CharField(label=gettext_lazy("Tags"), widget=widgets.AdminTagWidget)

    def clean_tags(self) -> list[str]:
        from taggit.utils import parse_tags  # reads settings when imported

        words: list[str] = parse_tags(self.cleaned_data["tags"])
        return words


class AddTags(QuestionAction):
    display_name = gettext_lazy("Tag")
    action_type = "tag"
    aria_label = gettext_lazy("Tag questions")
    question = gettext_lazy("Add these tags? The tags that a question has already stay.")
    button = gettext_lazy("Add tags")
    action_priority = 30
    form_class = TagsForm

    @classmethod
    def execute_action(cls, objects: list[Question], *, by: Any, data: Any, **kwargs: Any) -> tuple[int, int]:
        return refile(objects, by=by, tags=data["tags"]), 0


class Retire(QuestionAction):
    display_name = gettext_lazy("Retire")
    action_type = "retire"
    aria_label = gettext_lazy("Retire questions")
    question = gettext_lazy(
        "Retire these questions? They stay in the bank and on papers drawn before; no new paper draws them."
    )
    button = gettext_lazy("Retire")
    action_priority = 40

    @classmethod
    def execute_action(cls, objects: list[Question], *, by: Any, **kwargs: Any) -> tuple[int, int]:
        return refile(objects, by=by, retired=True), 0


class TakeUp(Retire):
    display_name = gettext_lazy("Take up again")
    action_type = "take_up"
    aria_label = gettext_lazy("Take up questions that were retired")
    question = gettext_lazy("Let new papers draw these questions again?")
    button = gettext_lazy("Take up again")
    action_priority = 50

    @classmethod
    def execute_action(cls, objects: list[Question], *, by: Any, **kwargs: Any) -> tuple[int, int]:
        return refile(objects, by=by, retired=False), 0


class Publish(QuestionAction):
    display_name = gettext_lazy("Publish")
    action_type = "publish"
    aria_label = gettext_lazy("Publish questions")
    question = gettext_lazy(
        "Publish the newest draft of these questions? Each quiz that draws them changes once."
    )
    button = gettext_lazy("Publish")
    permission = "publish"
    action_priority = 10

    @classmethod
    def execute_action(
        cls, objects: list[Question], *, by: Any, request: Any, **kwargs: Any
    ) -> tuple[int, int]:
        done = publish_all(objects, by=by)
        for question, why in done.refused:
            messages.warning(
                request,
                _("“%(question)s” was not published: %(why)s") % {"question": question, "why": why},
            )
        return done.count, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d question was published.", "%(count)d questions were published.", num_parent_objects
        ) % {"count": num_parent_objects}


ACTIONS = (Publish, Move, AddTags, Retire, TakeUp)
