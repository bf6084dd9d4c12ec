"""Pages of the installation itself."""

from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from lms.lib.bucket import BucketError
from people.access import public, signed_in_required


@public
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; for load balancers and container health checks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
@cache_control(public=True, max_age=30 * 24 * 3600, immutable=True)
def picture(request: HttpRequest, name: str) -> FileResponse:
    """A lesson's picture in one of its sizes, from whatever storage keeps it.

    One address for local files and S3, since published cards keep it for ever where a signed one would expire.
    Only sizes that Wagtail made are here (their names are never reused), no original and no document.
    """
    try:
        file = default_storage.open(f"images/{name}")
    except (
        BucketError
    ):  # the storage is away: an error for the log, and no word that the picture does not exist
        raise
    except (OSError, ValueError):  # not there; a name that no file can have
        raise Http404 from None
    response = FileResponse(file)
    if name.endswith(".svg"):
        # Opened by itself a drawing is a document: in a box of its own, where nothing runs or loads.
        response.headers[str(CSP.HEADER_ENFORCE)] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@signed_in_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The editor's own account page asks for names that our accounts do not have; the profile has the rest."""
    return redirect("people:profile")


@public
def editor_action(request: HttpRequest, page_id: int, name: str) -> HttpResponse:
    """What Wagtail offers to programs would act on lessons without the editor's questions and refusals: what kind of
    change it is, whether results rest on it, no aliases. The editor's own screens do without it."""
    raise Http404


@public
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@public
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@public
def too_large(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "400.html", status=400)


@public
def failed(request: HttpRequest) -> HttpResponse:
    """Without the database: the page must come even when nothing else does."""
    return render(request, "500.html", status=500)


@public
def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or sent from elsewhere."""
    return render(request, "403_csrf.html", status=403)
