"""The administrator's list of certificates whose file could not be made in three attempts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from certificates.issuing import retry
from certificates.models import Certificate
from certificates.tasks import issue_certificate
from lms.lib.queue import wake
from people.access import administrator_required

LINES = 50


@administrator_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def failed(request: HttpRequest) -> HttpResponse:
    """Number, person, course and reason of each; a button gives one, or all, three new attempts."""
    found = Certificate.objects.filter(state=Certificate.State.FAILED)
    if request.method == "POST":
        code = request.POST.get("code", "")
        _try_again(request, found.filter(code=code) if code else found)
        return redirect("certificates:failed")
    page = Paginator(found.select_related("official"), LINES).get_page(request.GET.get("trang"))
    return render(request, "certificates/failed.html", {"page": page})


def _try_again(request: HttpRequest, chosen: QuerySet[Certificate]) -> None:
    """One is woken at once. Of many the sweep takes its share every minute: no crowd of messages."""
    given = retry(chosen)
    if not given:
        messages.info(
            request, _("Nothing was changed: this certificate has been given new attempts already.")
        )
        return
    if len(given) == 1:
        wake(issue_certificate, given[0].completion_id)
    messages.success(
        request,
        ngettext(
            "Certificate %(number)s has three new attempts. If it fails again, it appears here with its reason.",
            "%(count)d certificates have three new attempts. Those that fail again appear here with their reason.",
            len(given),
        )
        % {"number": given[0], "count": len(given)},
    )
