"""One person's quiz in one module, for who decides on it: the attempts, their late answers, and what was granted.

HR and trainers see the same; neither sees questions or answers here, only when an answer came and what it would
change.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Module
from people.models import User
from quizzes.allowing import DecisionRefused, grant, may_decide
from quizzes.grading import earned_points, stored
from quizzes.keys import WITH_KEYS
from quizzes.models import Answer, Attempt, GradeStep, QuizAllowance
from quizzes.regrading import accept_late
from quizzes.starting import Standing, attempts_in, rules_of, standing_of
from records.models import Enrolment, ModuleProgress


@dataclass(frozen=True)
class LateAnswer:
    """``gain``: the points that it would add, 0 where it changes nothing. ``after``: it came after the grading."""

    pk: int
    order: int
    received_at: datetime
    gain: Decimal
    after: bool


@dataclass(frozen=True)
class AttemptLine:
    attempt: Attempt
    late: list[LateAnswer]
    steps: list[GradeStep]

    @property
    def acceptable(self) -> bool:
        return self.attempt.is_closed and any(answer.gain for answer in self.late)


@dataclass(frozen=True)
class Case:
    """``standing`` is None while the module has not been opened."""

    enrolment: Enrolment
    module: Module
    title: str
    progress: ModuleProgress | None
    standing: Standing | None
    lines: list[AttemptLine]
    allowances: list[QuizAllowance]
    may_decide: bool


def case_of(enrolment: Enrolment, module: Module, user: User) -> Case:
    """A handful of queries, however many attempts. ``enrolment`` comes with its official."""
    progress = (
        ModuleProgress.objects.filter(enrolment=enrolment, module=module)
        .select_related("version", "module__current_version")
        .first()
    )
    version, rules = rules_of(progress) if progress else (module.current_version, None)
    attempts = list(attempts_in(progress).select_related("version")) if progress else []
    allowances = QuizAllowance.objects.filter(enrolment=enrolment, module=module).select_related("actor")
    return Case(
        enrolment=enrolment,
        module=module,
        title=version.title if version else module.title,
        progress=progress,
        standing=standing_of(progress, rules, attempts) if progress and rules else None,
        lines=_lines(attempts),
        allowances=list(allowances.order_by("-pk")),
        may_decide=may_decide(user, enrolment.official),
    )


def _lines(attempts: list[Attempt]) -> list[AttemptLine]:
    late: dict[int, list[LateAnswer]] = defaultdict(list)
    answers = Answer.objects.filter(item__attempt__in=attempts, late=True).order_by("pk")
    closed = {attempt.pk: attempt.graded_at for attempt in attempts}
    items = answers.select_related("item__question_version").prefetch_related(
        f"item__{WITH_KEYS.prefetch_to}__corrected"
    )
    for answer in items:
        item = answer.item
        gain = stored(earned_points(item, answer.response)) - (item.points or Decimal(0))
        graded_at = closed[item.attempt_id]
        late[item.attempt_id].append(
            LateAnswer(
                pk=answer.pk,
                order=item.order,
                received_at=answer.received_at,
                gain=max(gain, Decimal(0)),
                after=graded_at is not None and answer.received_at > graded_at,
            )
        )
    steps: dict[int, list[GradeStep]] = defaultdict(list)
    for step in GradeStep.objects.filter(attempt__in=attempts, number__gt=1).select_related("actor"):
        steps[step.attempt_id].append(step)
    return [AttemptLine(attempt, late[attempt.pk], steps[attempt.pk]) for attempt in reversed(attempts)]


class AllowanceForm(forms.Form):
    attempts = forms.IntegerField(
        label=gettext_lazy("further attempts"), min_value=0, max_value=20, initial=0, required=False
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("further minutes for each attempt begun from now on"),
        min_value=0,
        max_value=240,
        initial=0,
        required=False,
    )
    waives_waiting = forms.BooleanField(
        label=gettext_lazy("the next attempt may begin without waiting"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, help_text=gettext_lazy("Kept with the decision")
    )
    operation_id = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in ("attempts", "minutes", "waives_waiting")):
            raise ValidationError(_("Nothing was granted: choose at least one of the three."))
        return data


def allowance_form(data: Any = None) -> AllowanceForm:
    """An operation id is drawn with the page: pressing the button twice is one decision (rule 5)."""
    return AllowanceForm(data, initial={"operation_id": uuid4()}, prefix="them")


def decide(request: HttpRequest, user: User, case: Case) -> AllowanceForm | None:
    """Do what was posted and leave a message that says what was done. Gives a form that has to be mended."""
    try:
        if "accept" in request.POST:
            _accept(request, user, case)
            return None
        form = allowance_form(request.POST)
        if not form.is_valid():
            return form
        data = form.cleaned_data
        grant(
            case.enrolment,
            case.module,
            actor=user,
            reason=data["reason"],
            operation_id=data["operation_id"],
            attempts=data["attempts"] or 0,
            minutes=data["minutes"] or 0,
            waives_waiting=data["waives_waiting"],
        )
        messages.success(request, _("The decision is kept. It holds from the next attempt on."))
    except DecisionRefused as refused:
        messages.error(request, str(refused))
    return None


def _accept(request: HttpRequest, user: User, case: Case) -> None:
    """``accept`` names the attempt's number, ``answer`` the answers that were ticked."""
    line = next((each for each in case.lines if str(each.attempt.number) == request.POST["accept"]), None)
    ticked = set(request.POST.getlist("answer"))
    chosen = [answer.pk for answer in line.late if str(answer.pk) in ticked] if line else []
    if line is None or not chosen:
        raise DecisionRefused(_("No late answer was ticked. Nothing was changed."))
    step = accept_late(line.attempt.pk, chosen, actor=user, reason=request.POST.get("reason", "")[:400])
    messages.success(
        request,
        ngettext(
            "One late answer was accepted. The attempt now has %(points)s points.",
            "%(count)d late answers were accepted. The attempt now has %(points)s points.",
            len(chosen),
        )
        % {"count": len(chosen), "points": step.points.normalize()},
    )
