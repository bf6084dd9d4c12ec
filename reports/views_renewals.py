"""HR's screens of renewals: which changes its officials have to learn, and who has done so."""

from typing import cast

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from people.access import hr_required
from people.models import Posting, User, Ward
from people.scope import wards_in_scope
from records.models import RenewalRound, RenewalTask
from records.renewing import plan_round
from reports.figures import status_of

ROUNDS, PEOPLE = 25, 100


@hr_required
@require_safe
@never_cache
def renewals(request: HttpRequest) -> HttpResponse:
    """The changes that wait for a trainer's word or were confirmed, with the figures of the scope alone."""
    wards = wards_in_scope(cast(User, request.user))
    found = RenewalRound.objects.exclude(state=RenewalRound.State.DECLINED).select_related(
        "version", "course"
    )
    page = Paginator(found, ROUNDS).get_page(request.GET.get("trang"))
    figures = _figures(wards, [round.pk for round in page.object_list])
    lines = [(round, figures.get(round.pk, {})) for round in page.object_list]
    return render(request, "reports/renewals.html", {"page": page, "lines": lines})


@hr_required
@require_safe
@never_cache
def renewal(request: HttpRequest, pk: int) -> HttpResponse:
    """The officials of the scope whom one change touches; a trainer decides whether it is to be learnt."""
    user = cast(User, request.user)
    wards = wards_in_scope(user)
    rounds = RenewalRound.objects.exclude(state=RenewalRound.State.DECLINED)
    round = get_object_or_404(rounds.select_related("version__module", "course", "decided_by"), pk=pk)
    tasks = _tasks(wards).filter(round=round).select_related("enrolment__official")
    page = Paginator(
        tasks.order_by("enrolment__official__sort_key", "enrolment__official__staff_number"), PEOPLE
    ).get_page(request.GET.get("trang"))
    today = timezone.localdate()
    context = {
        "round": round,
        "page": page,
        "lines": [
            (
                task.enrolment,
                status_of(
                    task.enrolment.started_at,
                    task.enrolment.completed_at,
                    task.enrolment.due_on,
                    today,
                    delta=True,
                ),
            )
            for task in page.object_list
        ],
        "plan": plan_round(round, user),
    }
    return render(request, "reports/renewal.html", context)


def _tasks(wards: QuerySet[Ward]) -> QuerySet[RenewalTask]:
    """What is asked of those who serve in the wards today."""
    serving = Posting.objects.on().filter(ward__in=wards.order_by().values("pk"))
    return RenewalTask.objects.filter(enrolment__official__in=serving.values("official"))


def _figures(wards: QuerySet[Ward], rounds: list[int]) -> dict[int, dict[str, int]]:
    """{round id: how many of the wards' officials were asked, have done so, are overdue}. One query."""
    today = timezone.localdate()
    rows = (
        _tasks(wards)
        .filter(round__in=rounds)
        .order_by()
        .values("round")
        .annotate(
            asked=Count("pk"),
            done=Count("pk", filter=Q(enrolment__completed_at__isnull=False)),
            late=Count("pk", filter=Q(enrolment__completed_at__isnull=True, enrolment__due_on__lt=today)),
        )
    )
    return {row["round"]: {name: row[name] for name in ("asked", "done", "late")} for row in rows}
