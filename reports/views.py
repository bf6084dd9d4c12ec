"""HR's screens: the dashboard, one ward, one official, and the files. All of it within the scope."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.lib.spreadsheets import CSV, XLSX, xlsx_stream
from people.access import hr_required
from people.models import Scope, User, Ward
from people.scope import officials_in_scope, sees_country, wards_in_scope
from quizzes.allowing import may_decide
from records.models import Completion
from reports.earned import earned, nowhere, origins, succession
from reports.exports import XLSX_ROWS, csv_parts, headings, note
from reports.figures import Filters, Lens, Standing, officials_serving, serving_by_ward, standings, total
from reports.forms import FilterForm
from reports.lines import by_key, key_of, province_lines, sort_lines, ward_lines
from reports.person import record_of
from reports.refreshed import still_known
from reports.rows import count_rows, rows

LINES, PEOPLE = 50, 50
DASHBOARD = ["course", "province", "ward", "unit", "department", "position", "status", "since", "until"]
WARD = ["course", "q", "department", "position", "status", "since", "until"]
WITHOUT_WARD = ["course", "q", "since", "until"]


@hr_required
@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """Every ward of the scope with its figures, and their sum."""
    user = cast(User, request.user)
    wards, form, filters = asked(request, DASHBOARD)
    form.offer_wards()
    form.offer_provinces()
    lines = ward_lines(wards, filters)
    sort = request.GET.get("sort", "")
    provinces = province_lines(lines)
    filtered = any(request.GET.get(name) for name in DASHBOARD)
    context = {
        "scope": scope_names(user),
        "form": form,
        "filters": filters,
        "filtered": filtered,
        "lens": lens_words(filters),
        "without_ward": completions_without_ward(user, filters, filtered=filtered),
        "total": total(line.figures for line in lines),
        "known": still_known(wards),
        "earned": sum(line.earned.completed for line in lines),
        "inherited": sum(line.earned.inherited for line in lines),
        "provinces": provinces if len(provinces) > 1 else [],
        "most": max((row.completed for row in provinces), default=0),
        "page": Paginator(sort_lines(lines, sort), LINES).get_page(request.GET.get("trang")),
        "columns": columns(filters, sort),
        "today": timezone.localdate(),
    }
    return render(request, "reports/dashboard.html", context)


@hr_required
@require_safe
@never_cache
def ward(request: HttpRequest, code: str) -> HttpResponse:
    """One ward of the scope: its officials and how they stand, or what was earned there."""
    wards, form, filters = asked(request, WARD)
    ward = by_key(wards, code)
    if ward is None:
        raise Http404
    filters = filters.for_ward(ward)
    context = {
        "ward": ward,
        "key": key_of(ward),
        "form": form,
        "filters": filters,
        "filtered": any(request.GET.get(name) for name in WARD),
        "lens": lens_words(filters),
        "today": timezone.localdate(),
        **(earned_there if filters.lens == Lens.EARNED else serving_there)(request, ward, filters),
    }
    return render(request, "reports/ward.html", context)


def serving_there(request: HttpRequest, ward: Ward, filters: Filters) -> dict[str, Any]:
    """Officials of the ward with the figures of each; the ward's totals count whom the filters leave."""
    wards = Ward.objects.filter(pk=ward.pk)
    officials = officials_serving(wards, filters)
    page = Paginator(officials, PEOPLE).get_page(request.GET.get("trang"))
    known = standings(page.object_list, filters)
    return {
        "page": page,
        "people": [(official, known.get(official.pk, Standing())) for official in page.object_list],
        "total": serving_by_ward(wards, filters).get(ward.pk),
        "known": still_known(wards),
    }


def earned_there(request: HttpRequest, ward: Ward, filters: Filters) -> dict[str, Any]:
    """Completions of the ward and of those it took over. A name is a link where its person is in scope."""
    known = succession()
    taken = origins({ward.pk}, known)
    return {
        **listed(request, earned(Ward.objects.filter(pk=ward.pk), filters, taken)),
        "took_over": Ward.objects.filter(pk__in=taken.rolled).select_related("province"),
        "parts": known.parts.get(ward.pk, []),
    }


@hr_required
@require_safe
@never_cache
def without_ward(request: HttpRequest) -> HttpResponse:
    """Completions that count for no ward; for an account whose scope is the whole country."""
    if not sees_country(cast(User, request.user)):
        raise Http404
    _wards, form, filters = asked(request, WITHOUT_WARD, lens=Lens.EARNED)
    filtered = any(request.GET.get(name) for name in WITHOUT_WARD)
    context = {"form": form, "filters": filters, "filtered": filtered, **listed(request, nowhere(filters))}
    return render(request, "reports/without_ward.html", context)


def completions_without_ward(user: User, filters: Filters, *, filtered: bool) -> int:
    """How many to mention. The filters of the serving lens ask for other days than those of completion."""
    comparable = filters.lens == Lens.EARNED or not filtered
    return nowhere(filters).count() if comparable and sees_country(user) else 0


def listed(request: HttpRequest, found: QuerySet[Completion]) -> dict[str, Any]:
    """A page of completions, newest first, and whose record the account may open."""
    rows = found.select_related("official", "certificate").order_by("-completed_at", "-pk")
    page = Paginator(rows, PEOPLE).get_page(request.GET.get("trang"))
    officials = officials_in_scope(cast(User, request.user))
    shown = [completion.official_id for completion in page.object_list]
    return {"page": page, "linked": set(officials.filter(pk__in=shown).values_list("pk", flat=True))}


@hr_required
@require_safe
@never_cache
def person(request: HttpRequest, staff_number: str) -> HttpResponse:
    """One official of the scope, present or former."""
    user = cast(User, request.user)
    official = get_object_or_404(officials_in_scope(user), staff_number=staff_number)
    wards = wards_in_scope(user)
    last = official.postings.filter(ward__in=wards).select_related("ward").order_by("-starts_on").first()
    context = {
        "person": official,
        "decides": may_decide(user, official),
        "record": record_of(official, wards, everything=user.is_superuser),
        "home": last.ward if last else None,
        "home_key": key_of(last.ward) if last else "",
        "today": timezone.localdate(),
    }
    return render(request, "reports/person.html", context)


@hr_required
@require_safe
@never_cache
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The rows behind a screen, with the same filters."""
    user = cast(User, request.user)
    if format not in {"csv", "xlsx"}:
        raise Http404
    wards, form, filters = asked(request, [*DASHBOARD, "q"])
    if form.errors:  # a day that cannot be read: the screen says so, a file could not
        return redirect(f"{reverse('reports:dashboard')}?{request.GET.urlencode()}")
    if format == "xlsx" and count_rows(wards, filters) > XLSX_ROWS:
        return render(
            request, "reports/too_long.html", {"limit": XLSX_ROWS, "back": back(request)}, status=400
        )
    note(user, format, {name: value for name, value in request.GET.items() if value and name in form.fields})
    name = f"ket-qua-hoc-tap-{timezone.localdate():%Y%m%d}.{format}"
    found = rows(wards, filters)
    if format == "xlsx":
        book = xlsx_stream(_("Learning results"), headings(), found)
        return FileResponse(book, as_attachment=True, filename=name, content_type=XLSX)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(csv_parts(found), content_type=CSV, headers=disposition)


def asked(request: HttpRequest, names: list[str], **fixed: str) -> tuple[QuerySet[Ward], FilterForm, Filters]:
    """The account's wards, the form of the filters that a page offers, and what is asked for.

    Http404 where the address names what is not in scope; ``fixed`` overrides it.
    """
    wards = wards_in_scope(cast(User, request.user))
    form = FilterForm({**request.GET.dict(), **fixed}, wards=wards, names=names)
    return wards, form, form.filters()


def back(request: HttpRequest) -> str:
    return f"{reverse('reports:dashboard')}?{request.GET.urlencode()}"


def scope_names(user: User) -> str:
    if user.is_superuser:
        return _("the whole country")
    return ", ".join(
        str(scope) for scope in Scope.objects.filter(user=user).select_related("ward", "province")
    )


def lens_words(filters: Filters) -> dict[str, str]:
    """How the lens is named and explained on the screen."""
    if filters.lens == Lens.EARNED:
        return {
            "name": str(Lens.EARNED.label),
            "help": _(
                "Completions count for the unit where the official worked on that day. A later transfer or merger "
                "changes none of them; those of a unit that was merged or renamed are counted with its successor."
            ),
        }
    return {
        "name": str(Lens.SERVING.label),
        "help": _(
            "Counts what is assigned to officials who work in the unit today, wherever they completed it."
        ),
    }


def columns(filters: Filters, sort: str) -> list[dict[str, Any]]:
    """Headings of the table of wards: a label, how it is sorted now, and what a click sorts by ("": nothing)."""
    if filters.lens == Lens.EARNED:
        found = [("name", _("Unit")), ("completed", pgettext("count", "Completed"))]
        return [_column(name, label, sort) for name, label in found]
    found = [
        ("name", _("Unit")),
        ("assigned", pgettext("count", "Assigned")),
        ("", pgettext("count", "Started")),
        ("completed", pgettext("count", "Completed")),
        ("overdue", pgettext("count", "Overdue")),
        ("rate", _("Rate")),
    ]
    return [_column(name, label, sort) for name, label in found]


def _column(name: str, label: str, sort: str) -> dict[str, Any]:
    now = {name: "ascending", f"-{name}": "descending"}.get(sort, "") if name else ""
    first = name if name == "name" else f"-{name}"  # numbers begin with the largest
    after = {first: name if first != name else f"-{name}"}.get(sort, first) if name else ""
    return {"label": label, "number": name != "name", "now": now, "after": after}
