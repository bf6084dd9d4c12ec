"""What the trainers' desk shows of the evidence: reports of cards, and no learner's name."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from records import desk


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
        gettext_lazy("Reports from learners"), reverse_lazy("card_reports"), icon_name="comment", order=280
    )


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def reports_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(desk.ReportsPanel())
