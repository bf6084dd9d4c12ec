"""What editors see beside Wagtail's own screens."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.images.models import Image

from courses.comparing import compare
from courses.models import Module
from courses.preview import LOOKS, as_on_the_phone, stylesheet
from courses.rendering import cards_of, legal_bases_of
from people.access import editor_required, signed_in_required

PHONE_WIDTH = 720  # two device pixels for each of a 360-pixel screen


@signed_in_required
@require_safe
def published(request: HttpRequest, page_id: int) -> HttpResponse:
    """The version that learners have now, for whoever may edit the lesson."""
    module = get_object_or_404(Module.objects.select_related("current_version"), pk=page_id)
    version = module.current_version
    if version is None or not module.permissions_for_user(request.user).can_edit():
        raise Http404
    return as_on_the_phone(
        request,
        badge=_("Published, version %(number)s") % {"number": version.number},
        course=module.get_parent(),
        content=version,
        cards=cards_of(version),
        legal_bases=legal_bases_of(version),
    )


@editor_required
@require_safe
def picture_to_draw_on(request: HttpRequest, pk: int) -> HttpResponse:
    """To the picture in the size that phones get, for placing areas and spots on it."""
    image = get_object_or_404(Image, pk=pk)
    return redirect(image.get_rendition(f"width-{PHONE_WIDTH}|format-webp|preserve-svg").url)


@editor_required
@require_safe
def look_of_preview(request: HttpRequest, look: str) -> HttpResponse:
    if look not in LOOKS:
        raise Http404
    return HttpResponse(stylesheet(look), content_type="text/css; charset=utf-8")


@editor_required
@require_safe
def versions(request: HttpRequest, page_id: int) -> HttpResponse:
    """The published versions of a lesson, and what changed in one (?ban=number, else the newest) since the last one."""
    module = get_object_or_404(Module, pk=page_id)
    found = list(module.versions.select_related("published_by__official").order_by("-number"))
    asked = request.GET.get("ban", "")
    place = next((at for at, each in enumerate(found) if str(each.number) == asked), 0)
    if not found or (asked and str(found[place].number) != asked):
        raise Http404
    older = found[place + 1] if place + 1 < len(found) else None
    return render(
        request,
        "courses/admin/versions.html",
        {
            "module": module,
            "versions": found,
            "newer": found[place],
            "older": older,
            "comparison": compare(older, found[place]) if older else None,
        },
    )
