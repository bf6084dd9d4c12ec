"""Assigning courses: the rules of the scope, a new one with its preview, applying it, ending it."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from people.access import hr_required
from people.models import User, Ward
from people.scope import wards_in_scope
from records.models import Enrolment, EnrolmentRule
from records.rules import RuleRefused, apply_rule, plan_rule
from reports.earned import in_force
from reports.figures import NOTHING, Figures, Filters, counts, serving
from reports.forms import RuleForm

RULES, WARDS = 25, 100


@hr_required
@require_safe
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    """The rules that concern a ward of the scope; of one that reaches further, only the scope's own part."""
    wards = wards_in_scope(cast(User, request.user))
    page = Paginator(rules_in_scope(wards).select_related("course"), RULES).get_page(request.GET.get("trang"))
    shown = [rule.pk for rule in page.object_list]
    figures = figures_by_rule(wards, shown)
    units = units_by_rule(wards, shown)
    lines = [(rule, units.get(rule.pk, 0), figures.get(rule.pk, NOTHING)) for rule in page.object_list]
    context = {"page": page, "lines": lines, "today": timezone.localdate()}
    return render(request, "reports/rules.html", context)


@hr_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule_new(request: HttpRequest) -> HttpResponse:
    """The form of a rule. Saving it leads to its preview; nobody is enrolled here."""
    user = cast(User, request.user)
    wards = in_force(wards_in_scope(user))
    looking = "look" in request.POST
    if request.method == "POST":
        form = RuleForm(request.POST, wards=wards)
        if not looking and form.is_valid():
            return redirect("reports:rule", form.save(by=user).pk)
    else:
        form = RuleForm(wards=wards, initial={"reach": RuleForm.ALL, "course": request.GET.get("course")})
    context = {"form": form, "checked": request.method == "POST" and not looking, "looking": looking}
    return render(request, "reports/rule_new.html", context)


@hr_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rule would do now; a POST applies, ends or discards it, where all its wards are in scope."""
    wards = wards_in_scope(cast(User, request.user))
    rule = get_object_or_404(rules_in_scope(wards).select_related("course", "created_by"), pk=pk)
    own = not rule.wards.exclude(pk__in=wards.order_by().values("pk")).exists()
    if request.method == "POST":
        return change(request, rule, own=own)
    plan = plan_rule(rule, wards=wards)
    figures = figures_by_rule(wards, [rule.pk]).get(rule.pk, NOTHING)
    context = {
        "rule": rule,
        "own": own,
        "plan": plan,
        "page": Paginator(plan.wards, WARDS).get_page(request.GET.get("trang")),
        "units": units_by_rule(wards, [rule.pk])[rule.pk],
        "figures": figures,
        "draft": is_draft(rule),
        "over": rule.due_on < timezone.localdate(),
        "today": timezone.localdate(),
    }
    return render(request, "reports/rule.html", context)


def change(request: HttpRequest, rule: EnrolmentRule, *, own: bool) -> HttpResponse:
    if not own:
        messages.error(
            request, _("This assignment also covers units outside your scope. Nothing was changed.")
        )
        return redirect("reports:rule", rule.pk)
    match request.POST.get("action"):
        case "apply":
            apply(request, rule)
        case "stop":
            EnrolmentRule.objects.filter(pk=rule.pk).update(active=False)
            messages.success(
                request, _("Ended: newcomers are no longer enrolled. Everybody enrolled stays enrolled.")
            )
        case "discard":
            return discard(request, rule)
    return redirect("reports:rule", rule.pk)


def apply(request: HttpRequest, rule: EnrolmentRule) -> None:
    try:
        with transaction.atomic():
            EnrolmentRule.objects.filter(pk=rule.pk).update(active=True)
            new = apply_rule(rule)
    except RuleRefused as refusal:
        messages.error(request, str(refusal))
        return
    said = ngettext("%(count)s official was enrolled.", "%(count)s officials were enrolled.", new)
    messages.success(request, said % {"count": localize(new)})


def discard(request: HttpRequest, rule: EnrolmentRule) -> HttpResponse:
    """A rule that never enrolled anybody leaves no trace; any other stays, as evidence of who assigned what."""
    with transaction.atomic():
        rule = EnrolmentRule.objects.select_for_update().get(pk=rule.pk)
        if not is_draft(rule):
            messages.error(
                request, _("This assignment has enrolled officials, so it is kept. End it instead.")
            )
            return redirect("reports:rule", rule.pk)
        rule.delete()
    messages.success(request, _("The draft was discarded. Nobody was enrolled."))
    return redirect("reports:rules")


def is_draft(rule: EnrolmentRule) -> bool:
    return not rule.active and not Enrolment.objects.filter(rule=rule).exists()


def rules_in_scope(wards: QuerySet[Ward]) -> QuerySet[EnrolmentRule]:
    """Those that reach into the scope; ``used``: it has enrolled somebody, here or elsewhere."""
    reach = EnrolmentRule.wards.through.objects.filter(
        enrolmentrule=OuterRef("pk"), ward__in=wards.order_by().values("pk")
    )
    used = Enrolment.objects.filter(rule=OuterRef("pk"))
    return EnrolmentRule.objects.filter(Exists(reach)).annotate(used=Exists(used))


def units_by_rule(wards: QuerySet[Ward], rules: list[int]) -> dict[int, int]:
    """{rule id: how many wards of the scope it covers}. One query."""
    links = EnrolmentRule.wards.through.objects.filter(
        enrolmentrule__in=rules, ward__in=wards.order_by().values("pk")
    )
    return dict(links.values_list("enrolmentrule").annotate(Count("pk")))


def figures_by_rule(wards: QuerySet[Ward], rules: list[int]) -> dict[int, Figures]:
    """{rule id: Figures} of those it enrolled who serve in the scope today. One query.

    What it assigned counts, whatever renewal followed.
    """
    rows = (
        serving(wards, Filters(), every_period=True)
        .filter(rule__in=rules)
        .values("rule")
        .annotate(**counts(timezone.localdate()))
        .values_list("rule", *Figures.__dataclass_fields__)
    )
    return {rule: Figures(*numbers) for rule, *numbers in rows}
