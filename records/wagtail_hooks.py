"""What the trainers' desk shows of the evidence: reports of cards without a learner's name, and renewals."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from courses.models import Module
from records import desk, views_rounds
from records.models import RenewalRound
from records.renewing import propose

SHOWN = 10


@hooks.register("register_admin_urls")
def report_addresses() -> list[URLPattern]:
    return [
        path("khong-khop/", desk.inbox, name="card_reports"),
        path("khong-khop/<int:module_id>/<str:card>/", desk.card, name="card_report"),
        path("khong-khop/the/<uuid:version>/<str:card>/", desk.one_card, name="reported_card"),
    ]


@hooks.register("register_admin_menu_item")
def reports_menu_item() -> MenuItem:
    return MenuItem(
        pgettext_lazy("menu", "Reports"), reverse_lazy("card_reports"), icon_name="comment", order=280
    )


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def reports_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(desk.ReportsPanel())


@hooks.register("register_admin_urls")
def renewal_addresses() -> list[URLPattern]:
    return [
        path("hoc-cap-nhat/", views_rounds.rounds, name="renewal_rounds"),
        path("hoc-cap-nhat/<int:pk>/", views_rounds.round, name="renewal_round"),
    ]


@hooks.register("register_admin_menu_item")
def renewals_menu_item() -> MenuItem:
    return MenuItem(gettext_lazy("Renewals"), reverse_lazy("renewal_rounds"), icon_name="rotate", order=110)


class ProposedPanel(Component):
    """On the start page: changes that were published and wait for a word."""

    name, order = "renewals", 150
    template_name = "records/admin/proposed.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        proposed = RenewalRound.objects.filter(state=RenewalRound.State.PROPOSED)
        return {"rounds": proposed.select_related("version", "course")[:SHOWN]}


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def proposed(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(ProposedPanel())


@hooks.register("after_publish_page")
def lead_to_the_preview(request: HttpRequest, page: Page) -> None:
    """A material change asks at once for the word that it still needs."""
    if not isinstance(page, Module):
        return
    version = Module.objects.select_related("current_version").get(pk=page.pk).current_version
    round = propose(version) if version else None  # the signal may come only after this
    if round is not None and round.state == RenewalRound.State.PROPOSED:
        messages.warning(
            request,
            _("This was a material change. Nobody has been told yet: see whom it touches and confirm it."),
            buttons=[messages.button(reverse("renewal_round", args=[round.pk]), _("See whom it touches"))],
        )
