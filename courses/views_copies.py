"""Cards of another lesson taken into this one; courses and lessons put into the archive and brought back."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.models import Page

from courses.archiving import archive, bring_back
from courses.copying import insert_cards, stored_cards
from courses.models import Course, Module
from people.access import editor_required
from people.models import User


@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_cards(request: HttpRequest, page_id: int) -> HttpResponse:
    """Choose a lesson (``tu``), tick its cards, and take copies of them to the end of this lesson's draft."""
    user = cast(User, request.user)
    module = get_object_or_404(Module, pk=page_id)
    permissions = module.permissions_for_user(user)
    if not permissions.can_edit():
        raise Http404
    lessons = [each for each in _lessons(module) if each.permissions_for_user(user).can_edit()]
    wanted = request.GET.get("tu", "")
    source = next((each for each in lessons if str(each.pk) == wanted), None)
    locked = permissions.page_locked()
    if request.method == "POST" and source and not locked:
        count = insert_cards(module, source, request.POST.getlist("the"), by=user)
        if count:
            told = ngettext(
                "%(count)d card was added at the end. Put it in its place and save.",
                "%(count)d cards were added at the end. Put them in their place and save.",
                count,
            )
            messages.success(request, told % {"count": count})
            return redirect("wagtailadmin_pages:edit", module.pk)
        messages.warning(request, _("No card was ticked, so nothing was added."))
    context = {
        "module": module,
        "lessons": lessons,
        "source": source,
        "locked": locked,
        "cards": _shown(source) if source else [],
    }
    return render(request, "courses/admin/take_cards.html", context)


def _lessons(module: Module) -> list[Module]:
    """The others, by course and place, each with ``course_title``."""
    titles = {course.path: course.title for course in Course.objects.all()}
    lessons = list(Module.objects.exclude(pk=module.pk).order_by("path"))
    for lesson in lessons:
        lesson.course_title = titles.get(lesson.path[: -Page.steplen], "")
    return lessons


def _shown(source: Module) -> list[dict[str, Any]]:
    blocks = source.cards.stream_block.child_blocks
    return [
        {"id": card["id"], "heading": card["value"].get("heading", ""), "label": blocks[card["type"]].label}
        for card in stored_cards(source)
        if card["type"] in blocks
    ]


@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def archive_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """What archiving or bringing back means for this course or lesson, and the button that does it."""
    user = cast(User, request.user)
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, Course | Module) or not _may_archive(page, user):
        raise Http404
    if request.method == "POST":
        if page.archived_at:
            bring_back(page, by=user)
            messages.success(request, _("“%(title)s” is offered again.") % {"title": page.title})
        else:
            archive(page, by=user)
            messages.success(request, _("“%(title)s” was put into the archive.") % {"title": page.title})
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    context = {"page": page, "is_course": isinstance(page, Course), "parent": page.get_parent()}
    return render(request, "courses/admin/archive.html", context)


def _may_archive(page: Course | Module, user: User) -> bool:
    """As with unpublishing; a draft that was never published asks no more than editing."""
    permissions = page.permissions_for_user(user)
    return bool(permissions.can_unpublish() if page.live else permissions.can_edit())
