"""The ticked questions as a file: the list hands them to the page that says what a format cannot hold."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from quizzes.desk.bulk import QuestionAction


class Export(QuestionAction):
    display_name = gettext_lazy("Export")
    action_type = "export"
    aria_label = gettext_lazy("Export questions")
    permission = "view"
    action_priority = 60

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is changed, so nothing is asked."""
        questions, _refused = self.get_actionable_objects()
        numbers = ",".join(str(question.pk) for question in questions)
        return redirect(f"{reverse('question_export')}?{urlencode({'cau': numbers, 'dang': 'xlsx'})}")

    post = get
