"""What HR asks for: filters in the address, and a new enrolment rule."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms.utils import flatatt
from django.http import Http404
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from certificates.models import Certificate
from courses.models import Course
from lms.lib.text import fold
from people.models import CodeScheme, Department, Position, Province, User, Ward
from records.models import Enrolment, EnrolmentRule
from reports.figures import Filters, Lens, Status
from reports.lines import by_key, key_of

LISTED_WARDS = 200  # as many fit a select; the largest province has 168


def day_widget() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class Select(forms.Select):
    """Django's select without a template for each option: the filters of a page have hundreds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        options = [
            (option["value"], mark_safe(" selected") if option["selected"] else "", option["label"])
            for _group, group, _index in widget["optgroups"]
            for option in group
        ]
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(widget["attrs"]),
            format_html_join("\n", '<option value="{}"{}>{}</option>', options),
        )


class FilterForm(forms.Form):
    """The filters of every report, read from the address; ``names`` are those that a page offers.

    Every choice is one of the scope's. A choice that is not is 404, as an address guessed by hand is: the
    answer to a foreign ward and to one that never existed is the same.
    """

    lens = forms.ChoiceField(choices=Lens.choices, required=False, widget=forms.HiddenInput)
    course = forms.ModelChoiceField(
        Course.objects.none(),
        to_field_name="slug",
        required=False,
        label=gettext_lazy("Course"),
        empty_label=gettext_lazy("All courses"),
        widget=Select,
    )
    province = forms.ModelChoiceField(
        Province.objects.none(),
        to_field_name="code",
        required=False,
        label=gettext_lazy("Province or city"),
        empty_label=gettext_lazy("All provinces"),
        widget=Select,
    )
    ward = forms.CharField(max_length=30, required=False, label=gettext_lazy("Ward, commune or special zone"))
    unit = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Find a unit"),
        widget=forms.TextInput({"type": "search", "placeholder": gettext_lazy("Name or code")}),
    )
    q = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Find an official"),
        widget=forms.TextInput({"type": "search", "placeholder": gettext_lazy("Name or staff number")}),
    )
    department = forms.ModelChoiceField(
        Department.objects.all(),
        to_field_name="code",
        required=False,
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("All departments"),
        widget=Select,
    )
    position = forms.ModelChoiceField(
        Position.objects.all(),
        to_field_name="code",
        required=False,
        label=gettext_lazy("Position"),
        empty_label=gettext_lazy("All positions"),
        widget=Select,
    )
    status = forms.ChoiceField(
        choices=[("", gettext_lazy("All statuses")), *Status.choices],
        required=False,
        widget=Select,
        label=pgettext_lazy("of an enrolment", "Status"),
    )
    since = forms.DateField(label=gettext_lazy("Due from"), required=False, widget=day_widget())
    until = forms.DateField(label=gettext_lazy("Due until"), required=False, widget=day_widget())

    def __init__(self, data: Any, *, wards: QuerySet[Ward], names: list[str]) -> None:
        super().__init__(data, label_suffix="")
        self.wards = wards
        held = Enrolment.objects.filter(course=OuterRef("pk"))
        self.choose("course", Course.objects.filter(Q(live=True) | Exists(held)).order_by("title"))
        # By their code, which in the list before July 2025 named another one.
        in_force = Province.objects.filter(scheme=CodeScheme.VN_2025)
        self.choose("province", in_force.filter(pk__in=wards.order_by().values("province")))
        if data.get("lens") == Lens.EARNED:
            names = [name for name in names if name != "status"]
            self.fields["since"].label = gettext_lazy("Completed from")
            self.fields["until"].label = gettext_lazy("Completed until")
        for name in [name for name in self.fields if name not in {"lens", *names}]:
            del self.fields[name]

    def choose(self, name: str, choices: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  narrows the type
        field.queryset = choices

    def offer_wards(self) -> None:
        """Turn ``ward`` into a select where the scope, or the province chosen, is short enough for one."""
        wards = self.wards
        if province := self.data.get("province"):
            wards = wards.filter(province__code=province)
        few = list(wards.select_related("province")[: LISTED_WARDS + 1])
        if not 1 < len(few) <= LISTED_WARDS:
            self.fields["ward"].widget = forms.HiddenInput()
            if few == few[:1]:
                self.fields["unit"].widget = forms.HiddenInput()
            return
        options = [("", _("All units")), *((key_of(ward), ward.name) for ward in few)]
        self.fields["ward"].widget = Select(choices=options)

    def offer_provinces(self) -> None:
        """No choice where the scope lies in one province."""
        field = self.fields["province"]
        if len(field.choices) <= 2:  # type: ignore[attr-defined]  # with the empty one
            field.widget = forms.HiddenInput()

    def clean_ward(self) -> Ward | None:
        key = self.cleaned_data["ward"]
        ward = by_key(self.wards, key) if key else None
        if key and ward is None:
            raise forms.ValidationError("not in scope", code="invalid_choice")
        return ward

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first day."))
        return data

    def filters(self) -> Filters:
        """The filters asked for; Http404 where one names what is not in scope. A day that cannot be read is left
        out, and its field says so."""
        if set(self.errors) - {"since", "until"}:
            raise Http404
        data = self.cleaned_data
        return Filters(
            course=data.get("course"),
            province=data.get("province"),
            ward=data.get("ward"),
            department=data.get("department"),
            position=data.get("position"),
            status=data.get("status") or "",
            since=data.get("since"),
            until=data.get("until"),
            lens=data.get("lens") or Lens.SERVING,
            unit=data.get("unit") or "",
            text=data.get("q") or "",
        )


class RuleForm(forms.Form):
    """A new rule: which course, for whom, by when. Wards are the scope's own that are in force.

    ``reach``: all wards of the scope, those of one province, or those ticked. ``find`` only looks for wards to
    tick; what is ticked stays.
    """

    ALL, PROVINCE, CHOSEN = "all", "province", "chosen"

    course = forms.ModelChoiceField(
        Course.objects.none(), label=gettext_lazy("Course"), empty_label=gettext_lazy("Choose a course")
    )
    due_on = forms.DateField(label=gettext_lazy("Due date"), widget=day_widget())
    reach = forms.ChoiceField(label=gettext_lazy("Units"), widget=forms.RadioSelect, choices=[])
    province = forms.ModelChoiceField(
        Province.objects.none(),
        required=False,
        label=gettext_lazy("Province or city"),
        empty_label=gettext_lazy("All provinces"),
    )
    find = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Find units to tick"),
        widget=forms.TextInput({"type": "search", "placeholder": gettext_lazy("Name or code")}),
    )
    wards = forms.ModelMultipleChoiceField(Ward.objects.none(), required=False, label=gettext_lazy("Units"))
    departments = forms.ModelMultipleChoiceField(
        Department.objects.all(),
        required=False,
        label=gettext_lazy("Departments"),
        widget=forms.CheckboxSelectMultiple,
    )
    positions = forms.ModelMultipleChoiceField(
        Position.objects.all(),
        required=False,
        label=gettext_lazy("Positions"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, wards: QuerySet[Ward], **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.scope = wards
        self.size = wards.count()
        provinces = Province.objects.filter(pk__in=wards.order_by().values("province"))
        self.many_provinces = provinces.count() > 1
        for name, choices in (
            ("course", Course.objects.live().filter(archived_at__isnull=True).order_by("title")),
            ("province", provinces),
            ("wards", wards),
        ):
            self.fields[name].queryset = choices  # type: ignore[attr-defined]
        self.fields["reach"].choices = list(self._reaches())  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def _reaches(self) -> Iterator[tuple[str, str]]:
        if self.size == 1:
            yield self.ALL, self.scope.select_related("province").get().full_name
            return
        yield self.ALL, _("All %(count)s units of your scope") % {"count": localize(self.size)}
        if self.many_provinces:
            yield self.PROVINCE, _("All units of one province or city")
        yield self.CHOSEN, _("Only the units ticked below")

    def ticked(self) -> list[Ward]:
        """The wards of the scope that are ticked so far, whether or not the rest can be read."""
        values = [value for value in self["wards"].value() or [] if str(value).isdigit()]
        return list(self.scope.filter(pk__in=values).select_related("province"))

    def offered(self) -> list[Ward]:
        """The wards to tick beside those: what the search finds, at most LISTED_WARDS of them."""
        province, text = self["province"].value(), self["find"].value() or ""
        if self.size > LISTED_WARDS and not province and not text.strip():
            return []
        found = self.scope.exclude(pk__in=[ward.pk for ward in self.ticked()])
        if str(province or "").isdigit():
            found = found.filter(province=province)
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return list(found.select_related("province")[:LISTED_WARDS])

    def clean_due_on(self) -> datetime.date:
        due_on: datetime.date = self.cleaned_data["due_on"]
        if due_on < timezone.localdate():
            raise forms.ValidationError(_("The due date lies in the past. Choose today or a later day."))
        return due_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reach") == self.PROVINCE and not data.get("province") and "province" not in self.errors:
            self.add_error("province", _("Choose the province or city."))
        if data.get("reach") == self.CHOSEN and not data.get("wards") and "wards" not in self.errors:
            self.add_error("wards", _("Tick at least one unit, or choose all units."))
        return data

    def chosen(self) -> QuerySet[Ward]:
        if self.cleaned_data["reach"] == self.ALL:
            return self.scope
        if self.cleaned_data["reach"] == self.PROVINCE:
            return self.scope.filter(province=self.cleaned_data["province"])
        wards: QuerySet[Ward] = self.cleaned_data["wards"]
        return wards

    def save(self, *, by: User) -> EnrolmentRule:
        """A draft: it enrols nobody before its preview is confirmed."""
        with transaction.atomic():
            rule = EnrolmentRule.objects.create(
                course=self.cleaned_data["course"],
                due_on=self.cleaned_data["due_on"],
                active=False,
                created_by=by,
            )
            rule.wards.set(self.chosen().order_by().values_list("pk", flat=True))
            rule.departments.set(self.cleaned_data["departments"])
            rule.positions.set(self.cleaned_data["positions"])
        return rule


class RevocationForm(forms.Form):
    """Why a certificate is taken back; the number is typed again, since nothing brings the certificate back."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The official reads it, and so does whoever keeps the register."),
    )
    number = forms.CharField(label=_("Number in the register, typed again"), max_length=20)

    def __init__(self, data: Any = None, *, certificate: Certificate) -> None:
        super().__init__(data, label_suffix="")
        self.certificate = certificate

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if number != self.certificate.register_number:
            raise forms.ValidationError(
                _("This is not the number of this certificate. Nothing was revoked; please compare it.")
            )
        return number
