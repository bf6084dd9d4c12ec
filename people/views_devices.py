"""Ends sessions of one's own from another device."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from people import sessions
from people.access import signed_in_required
from people.models import User


@signed_in_required
@require_POST
def end_devices(request: HttpRequest) -> HttpResponse:
    """One device, named by ``device``, or with ``others`` all but this one."""
    user = cast(User, request.user)
    if "others" in request.POST:
        ended = sessions.end_others(user, request)
        messages.success(
            request,
            ngettext("%d other device was signed out.", "%d other devices were signed out.", ended) % ended,
        )
    elif sessions.end_device(user, request.POST.get("device", "")):
        messages.success(request, _("The device was signed out."))
    else:
        messages.info(request, _("That device was signed out already."))
    return redirect("people:profile")
