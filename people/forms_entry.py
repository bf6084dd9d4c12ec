"""Forms of the first entry and of the links that HR hands out."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_change import change_password, finalize_password_set
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.lib.text import fold
from people.models import EntryLink, Official, OfficialQuerySet, Posting, User, Ward

CHOOSE_FROM_LIST = 200  # more wards than that are searched for by name
MATCHES = 30


class WelcomeForm(forms.Form):
    """A password and an e-mail address for the next time; each may be left empty."""

    password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        required=False,
        help_text=_("At least 10 characters. A short sentence is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("To sign in with a code, and when the password is forgotten."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.initial["email"] = user.email

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        if password:
            get_adapter().clean_password(password, user=self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("password1", "") != data.get("password2", "") and "password1" not in self.errors:
            self.add_error("password2", _("The two passwords are not the same. Type them again."))
        return data

    def save(self, request: HttpRequest) -> None:
        if self.cleaned_data["password1"]:
            change_password(self.user, self.cleaned_data["password1"])
            finalize_password_set(request, self.user)
        email = self.cleaned_data["email"].lower()
        if email and email != self.user.email.lower():
            self._ask_to_confirm(request, email)

    def _ask_to_confirm(self, request: HttpRequest, email: str) -> None:
        if ratelimit.consume(request, action="manage_email", user=self.user):
            EmailAddress.objects.add_new_email(request, self.user, email)
            messages.info(
                request,
                gettext("A mail with a link was sent to %(email)s. Open the link to confirm the address.")
                % {"email": email},
            )


class InviteForm(forms.Form):
    """Which ward's officials to make entry links for: chosen from a list, or searched for by name."""

    ward = forms.CharField(required=False)
    q = forms.CharField(label=_("Ward, commune or special zone"), required=False)

    def __init__(self, *args: Any, wards: QuerySet[Ward], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wards = wards
        self.full_clean()

    def choices_for(self, officials: OfficialQuerySet) -> dict[str, Any]:
        """Template context: the wards to choose from, the ward chosen, its officials."""
        options = list(self.wards[: CHOOSE_FROM_LIST + 1])
        many = len(options) > CHOOSE_FROM_LIST
        words = fold(self.cleaned_data.get("q", "")).split()
        found = self.wards.filter(*(Q(search_text__contains=word) for word in words))
        code = self.cleaned_data.get("ward") or (options[0].code if len(options) == 1 else "")
        ward = self.wards.filter(code=code).first() if code else None
        return {
            "ward": ward,
            "unknown_ward": bool(code) and ward is None,
            "options": [] if many else options,
            "many": many,
            "matches": list(found[:MATCHES]) if many and words else [],
            "searched": bool(words),
            "officials": list(self._of(ward, officials)) if ward else [],
        }

    def _of(self, ward: Ward, officials: OfficialQuerySet) -> QuerySet[Official]:
        today = timezone.localdate()
        here = Posting.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), ward=ward)
        waiting = EntryLink.objects.filter(
            official=OuterRef("pk"), used_at=None, expires_at__gt=timezone.now()
        )
        return (
            officials.filter(pk__in=here.values("official"))
            .annotate(waiting=Exists(waiting))
            .prefetch_related(
                Prefetch("postings", here.select_related("position", "department"), to_attr="here")
            )
        )
