"""The editor made for trainers: what its menu shows, what it refuses, what it says after publishing."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from courses import views_outline as outline
from courses.advice import advice_on
from courses.copying import companions, finish_copy
from courses.desk import panels_for
from courses.keeping import has_evidence, kept_by
from courses.links import LessonLinkHandler
from courses.models import Course, CourseIndex, Module, VersionDocument, VersionPicture
from courses.tree import course_root
from courses.views import look_of_preview, picture_to_draw_on, published, versions
from courses.views_bases import resting
from courses.views_copies import archive_page, take_cards
from courses.viewsets import LegalBasisViewSet
from people.models import User

register_snippet(LegalBasisViewSet)

# Wagtail's entries that only an installation with many sites or kinds of pages needs.
HIDDEN = {"explorer", "help"}
HIDDEN_FROM_TRAINERS = {"reports", "settings"}


class CoursesMenuItem(MenuItem):
    """Straight to the courses; the tree has one folder, so nothing is there to explore."""

    def render_component(self, request: HttpRequest) -> Any:
        self.url = reverse("wagtailadmin_explore", args=[course_root().pk])
        return super().render_component(request)


@hooks.register("register_admin_menu_item")
def courses_menu_item() -> MenuItem:
    return CoursesMenuItem(
        gettext_lazy("Courses"), "", name="courses", icon_name="folder-open-inverse", order=100
    )


@hooks.register("construct_main_menu")
def only_what_is_needed(request: HttpRequest, items: list[MenuItem]) -> None:
    hidden = HIDDEN if request.user.is_superuser else HIDDEN | HIDDEN_FROM_TRAINERS
    items[:] = [item for item in items if item.name not in hidden]


@hooks.register("construct_homepage_panels")
def desk(request: HttpRequest, panels: list[Component]) -> None:
    panels[:] = panels_for(request)


@hooks.register("construct_homepage_summary_items", order=1000)  # after those who add
def no_counts(request: HttpRequest, items: list[Component]) -> None:
    items.clear()


@hooks.register("insert_global_admin_css")
def house_colours() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("courses/admin.css"))


@hooks.register("insert_global_admin_js")
def publish_after_autosave() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("courses/admin.js"))


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("bai-hoc/<int:page_id>/da-xuat-ban/", published, name="published_lesson"),
        path("can-cu-phap-ly/<int:pk>/dua-tren/", resting, name="basis_resting"),
        path("hinh/<int:pk>/", picture_to_draw_on, name="picture_to_draw_on"),
        path("bai-hoc/<int:page_id>/phien-ban/", versions, name="lesson_versions"),
        path("xem-truoc/<str:look>.css", look_of_preview, name="look_of_preview"),
    ]


@hooks.register("register_rich_text_features", order=10)  # after Wagtail's own
def links_between_lessons(features: FeatureRegistry) -> None:
    features.register_link_type(LessonLinkHandler)


@hooks.register("after_publish_page")
def advise(request: HttpRequest, page: Page) -> None:
    """Publishing is not refused: whoever knows the subject decides."""
    if isinstance(page, Module):
        for sentence in advice_on(page):
            messages.warning(request, sentence)


@hooks.register("before_delete_page")
def keep_what_results_rest_on(request: HttpRequest, page: Page) -> HttpResponse | None:
    reason = _why_not_delete([page])
    return _refuse(request, reason, page) if reason else None


@hooks.register("before_move_page")
def keep_in_its_course(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    reason = _why_not_move([page])
    return _refuse(request, reason, page) if reason and destination.pk != page.get_parent().pk else None


@hooks.register("before_unpublish_page")
def keep_the_folder(request: HttpRequest, page: Page) -> HttpResponse | None:
    if isinstance(page, CourseIndex):
        return _refuse(request, _("The folder of all courses stays."), page)
    return None


@hooks.register("before_bulk_action")
def keep_in_bulk(request: HttpRequest, action: str, objects: Iterable[Any], view: Any) -> HttpResponse | None:
    reason = ""
    pages = [each.specific for each in objects if isinstance(each, Page)]
    if action == "delete":
        reason = _why_not_delete(pages) or _why_not_delete_files(objects)
    elif action == "move":
        reason = _why_not_move(pages)
    elif action == "publish":
        reason = _why_not_publish(pages)
    elif action == "unpublish" and any(isinstance(page, CourseIndex) for page in pages):
        reason = _("The folder of all courses stays.")
    if not reason:
        return None
    notes.error(request, reason)
    return redirect(view.next_url)


def _why_not_delete(pages: list[Page]) -> str:
    if any(isinstance(page, CourseIndex) for page in pages):
        return _("The folder of all courses stays.")
    for page in pages:
        if has_evidence(page):
            return _(
                "“%(title)s” is assigned to officials or has learning results, which are kept. "
                "Nothing was deleted. Unpublish it instead: nobody can begin it then."
            ) % {"title": page.get_admin_display_title()}
        if kept_by(page):
            return _(
                "“%(title)s” has been published, and published versions are kept. "
                "Nothing was deleted. Unpublish it instead: learners no longer see it then."
            ) % {"title": page.get_admin_display_title()}
    return ""


def _why_not_move(pages: list[Page]) -> str:
    for page in pages:
        if has_evidence(page):
            return _(
                "“%(title)s” has learning results that count for its course, so it stays there. "
                "Nothing was moved. Copy it into the other course instead."
            ) % {"title": page.get_admin_display_title()}
    return ""


def _why_not_publish(pages: list[Page]) -> str:
    """Many at once are asked nothing, so each has to have its answer before."""
    for page in pages:
        below = Module.objects.descendant_of(page, inclusive=True)
        for module in below.filter(has_unpublished_changes=True, current_version__isnull=False):
            if not module.get_latest_revision_as_object().change:
                return _(
                    "“%(title)s” has been published before. Open it and say whether the change is editorial or "
                    "material. Nothing was published."
                ) % {"title": module.get_admin_display_title()}
    return ""


def _why_not_delete_files(objects: Iterable[Any]) -> str:
    images = [each for each in objects if isinstance(each, Image)]
    if VersionPicture.objects.filter(image__in=images).exists():
        return _("A published lesson shows at least one of these pictures. Nothing was deleted.")
    documents = [each for each in objects if isinstance(each, Document)]
    if VersionDocument.objects.filter(document__in=documents).exists():
        return _("A published lesson hands out at least one of these files. Nothing was deleted.")
    return ""


def _refuse(request: HttpRequest, reason: str, page: Page) -> HttpResponse:
    messages.error(request, reason)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


# --- Copies, the archive and order ---------------------------------------------------------------------------

ARCHIVE = "luu-tru"  # in the address of a list: what is archived instead of what is offered


@hooks.register("register_admin_urls")
def addresses_of_copies() -> list[URLPattern]:
    return [
        path("bai-hoc/<int:page_id>/lay-the/", take_cards, name="take_cards"),
        path("luu-tru/<int:page_id>/", archive_page, name="archive_page"),
        path("khoa-hoc/<int:page_id>/de-cuong/", outline.upload, name="outline_upload"),
        path("de-cuong/<int:pk>/", outline.preview, name="outline_import"),
        re_path(r"^de-cuong/mau\.(?P<extension>docx|xlsx)$", outline.template_file, name="outline_template"),
    ]


@hooks.register("after_copy_page")
def complete_copy(request: HttpRequest, page: Page, new_page: Page) -> None:
    wanted = [name for name in companions if request.POST.get(f"with_{name}")]
    user = cast(User, request.user)
    publish = bool(request.POST.get("publish_copies")) and new_page.permissions_for_user(user).can_publish()
    finish_copy(page, new_page, wanted=wanted, by=user, publish=publish)


@hooks.register("construct_explorer_page_queryset")
def offered_or_archived(parent: Page, pages: Any, request: HttpRequest) -> Any:
    away = _archived_ids()
    return pages.filter(pk__in=away) if ARCHIVE in request.GET else pages.exclude(pk__in=away)


def _archived_ids() -> list[int]:
    return [
        pk
        for model in (Course, Module)
        for pk in model.objects.filter(archived_at__isnull=False).values_list("pk", flat=True)
    ]


@hooks.register("register_page_header_buttons")
def buttons_of_the_archive(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    page = page.specific
    if isinstance(page, Module) and page.permissions_for_user(user).can_edit():
        yield Button(
            gettext_lazy("Take cards from another lesson"),
            reverse("take_cards", args=[page.pk]),
            icon_name="copy",
            priority=32,
        )
    if isinstance(page, Course) and page.permissions_for_user(user).can_add_subpage():
        yield Button(
            gettext_lazy("Lessons from an outline"),
            reverse("outline_upload", args=[page.pk]),
            icon_name="list-ul",
            priority=33,
        )
    if isinstance(page, Course | Module) and page.permissions_for_user(user).can_edit():
        label = (
            gettext_lazy("Bring back from the archive")
            if page.archived_at
            else gettext_lazy("Put into the archive")
        )
        yield Button(label, reverse("archive_page", args=[page.pk]), icon_name="folder", priority=45)
    if isinstance(page, Course | CourseIndex):
        away = Page.objects.child_of(page).filter(pk__in=_archived_ids()).count()
        if away:
            address = reverse("wagtailadmin_explore", args=[page.pk])
            yield Button(
                _("Archived (%(count)d)") % {"count": away},
                f"{address}?{ARCHIVE}=1",
                icon_name="folder-inverse",
                priority=46,
            )


@hooks.register("register_log_actions")
def log_of_the_archive(actions: Any) -> None:
    actions.register_action("courses.archive", gettext_lazy("Archive"), gettext_lazy("Put into the archive"))
    actions.register_action(
        "courses.bring_back", gettext_lazy("Bring back"), gettext_lazy("Brought back from the archive")
    )
