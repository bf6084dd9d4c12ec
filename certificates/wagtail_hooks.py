"""What the trainers' desk shows of the register: certificates that end, and the renewals that they ask for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from certificates import views_expiring
from certificates.models import ExpiryRound

SHOWN = 10


@hooks.register("register_admin_urls")
def expiry_addresses() -> list[URLPattern]:
    return [
        path("giay-het-gia-tri/", views_expiring.expiry_rounds, name="expiry_rounds"),
        path("giay-het-gia-tri/<int:pk>/", views_expiring.expiry_round, name="expiry_round"),
    ]


@hooks.register("register_admin_menu_item")
def expiry_menu_item() -> MenuItem:
    return MenuItem(
        gettext_lazy("Renewals by time"), reverse_lazy("expiry_rounds"), icon_name="date", order=111
    )


class EndingPanel(Component):
    """On the start page: months of expiry that wait for a word."""

    name, order = "expiry", 151
    template_name = "certificates/admin/proposed.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        proposed = ExpiryRound.objects.filter(state=ExpiryRound.State.PROPOSED)
        return {"rounds": proposed.select_related("course").order_by("month", "pk")[:SHOWN]}


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def ending_panel(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(EndingPanel())
