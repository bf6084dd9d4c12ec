"""The editor's last word on a deletion that the database refuses."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]


class KeptMiddleware:
    """What is in use (a picture of a published lesson, a cited document) is kept, and the editor says so.

    Wagtail's own screens mostly know beforehand; this is for those that do not, and for what came into use
    between the question and the answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        editor = reverse("wagtailadmin_home")
        if not isinstance(exception, ProtectedError) or not request.path.startswith(editor):
            return None
        messages.error(request, _("It is in use elsewhere, so it is kept. Nothing was deleted."))
        back = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return redirect(back if safe else editor)
