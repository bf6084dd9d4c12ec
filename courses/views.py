"""What editors see beside Wagtail's own screens."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.images.models import Image

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
