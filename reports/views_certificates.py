"""HR takes a certificate back, after reading what that means."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from certificates.issuing import revoke
from certificates.models import Certificate
from people.access import hr_required
from people.models import User
from people.scope import officials_in_scope, wards_in_scope
from reports.forms import RevocationForm


@hr_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def revoke_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate earned in the scope; a POST with the reason and the number typed again takes it back."""
    user = cast(User, request.user)
    register = Certificate.objects.select_related("official", "revocation__actor")
    if not user.is_superuser:
        register = register.filter(ward__in=wards_in_scope(user).order_by().values("pk"))
    certificate = get_object_or_404(register, pk=pk)
    form = RevocationForm(request.POST or None, certificate=certificate)
    if request.method == "POST" and form.is_valid():
        revoke(certificate, reason=form.cleaned_data["reason"], by=user)
        messages.success(
            request,
            _("Certificate %(number)s is revoked and the official is told. The completion is kept.")
            % {"number": certificate.register_number},
        )
        return redirect("reports:revoke", pk)
    context = {
        "certificate": certificate,
        "revocation": getattr(certificate, "revocation", None),
        "form": form,
        "linked": officials_in_scope(user).filter(pk=certificate.official_id).exists(),
    }
    return render(request, "reports/revoke.html", context, status=422 if form.errors else 200)
