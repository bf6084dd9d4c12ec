"""Forms of the administrator's desk. Officials, units and accounts are named by what stands on paper.

A list to choose from would hold thousands, and a search window beside the form would be open to every editor
of lessons (rule 8), so people are typed by staff number and units by code.
"""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.users.forms import UserCreationForm, UserEditForm

from people.models import CodeScheme, Official, Posting, Scope, User, Ward, WardSuccession


class NamedField(forms.CharField):
    """An object by one of its keys, written as text."""

    default_error_messages = {"unknown": _("Nothing is recorded under “%(text)s”.")}

    def __init__(self, queryset: QuerySet[Any], *, keys: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.queryset, self.keys = queryset, keys

    def prepare_value(self, value: Any) -> Any:
        """Of a stored row the form knows the primary key."""
        if isinstance(value, int):
            value = self.queryset.filter(pk=value).first()
        return getattr(value, self.keys[0].split("__")[0]) if isinstance(value, Model) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        for key in self.keys:
            found = self.queryset.filter(**{key: text}).first()
            if found is not None:
                return found
        raise forms.ValidationError(self.error_messages["unknown"], params={"text": text})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or "", data)


def official_field() -> NamedField:
    return NamedField(
        Official.objects.all(), keys=("staff_number__iexact",), label=_("Official’s staff number")
    )


def ward_field(**kwargs: Any) -> NamedField:
    wards = Ward.objects.filter(scheme=CodeScheme.VN_2025)
    options = {
        "label": _("Unit code"),
        "help_text": _("Five digits, list in force since 1 July 2025."),
        **kwargs,
    }
    return NamedField(wards, keys=("code",), **options)


class PostingForm(WagtailAdminModelForm):
    official = official_field()
    ward = ward_field()

    class Meta:
        model = Posting
        fields = ["official", "ward", "department", "position", "starts_on", "ends_on", "decision"]


class ScopeForm(WagtailAdminModelForm):
    """One unit, one province or, said outright, the whole country."""

    user = NamedField(
        User.objects.all(),
        keys=("username__iexact", "official__staff_number__iexact"),
        label=_("Account"),
        help_text=_("Account name; for officials that is the staff number."),
    )
    ward = ward_field(required=False)
    whole_country = forms.BooleanField(label=_("whole country"), required=False)

    class Meta:
        model = Scope
        fields = ["user", "ward", "province"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whole_country"].initial = bool(self.instance.pk) and not (
            self.instance.ward_id or self.instance.province_id
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [name for name in ("ward", "province", "whole_country") if data.get(name)]
        if len(chosen) != 1 and not self.errors:
            raise forms.ValidationError(_("Give exactly one: a unit, a province or the whole country."))
        return data


class SuccessionForm(WagtailAdminModelForm):
    """The unit that ended may stand in either list; the one that took over is in force."""

    predecessor = NamedField(
        Ward.objects.all(), keys=("code",), label=_("Code of the unit that ended"), required=True
    )
    predecessor_scheme = forms.ChoiceField(label=_("in the list"), choices=CodeScheme)
    successor = ward_field(label=_("Code of the unit that took over"))
    field_order = ["predecessor", "predecessor_scheme", "successor", "kind", "on", "decision"]

    class Meta:
        model = WardSuccession
        fields = ["predecessor", "successor", "kind", "on", "decision"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        scheme = (data or {}).get("predecessor_scheme") or (
            self.instance.predecessor.scheme if self.instance.pk else CodeScheme.VN_LEGACY
        )
        self.fields["predecessor_scheme"].initial = scheme
        field = self.fields["predecessor"]
        if isinstance(field, NamedField):
            field.queryset = Ward.objects.filter(scheme=scheme)


class _AccountFields(forms.ModelForm[User]):
    """What Wagtail's form asks for and our accounts do not have, or need not have."""

    first_name = None
    last_name = None
    email = forms.EmailField(label=_("E-mail"), required=False)
    password_enabled = False  # whoever enters by a personal link sets one; nobody sets another's


class AccountCreationForm(_AccountFields, UserCreationForm):
    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        user: User = super().save(commit)
        return user

    class Meta(UserCreationForm.Meta):
        fields = ["username", "display_name", "email", "is_superuser", "groups"]


class AccountEditForm(_AccountFields, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = ["username", "display_name", "email", "is_active", "is_superuser", "groups"]
