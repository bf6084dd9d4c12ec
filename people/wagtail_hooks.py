"""Hangs the administrator's desk into the editors' pages."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from people.desk import POLICIES, PeopleDesk
from people.models import User
from people.sessions import end_closed

for _model, _policy in POLICIES.items():
    register_permission_policy(_model, _policy)


@hooks.register("register_admin_viewset")
def people_desk() -> PeopleDesk:
    return PeopleDesk()


@hooks.register("before_delete_user")
def keep_accounts(request: HttpRequest, account: User) -> HttpResponse:
    """What somebody did is kept under their account."""
    messages.error(request, _("Accounts are not deleted. Take the mark “active” away instead."))
    return redirect("wagtailusers_users:edit", account.pk)


@hooks.register("before_bulk_action")
def keep_accounts_in_bulk(request: HttpRequest, action: str, objects: Any, view: Any) -> HttpResponse | None:
    if action != "delete" or not any(isinstance(each, User) for each in objects):
        return None
    messages.error(request, _("Accounts are not deleted. Take the mark “active” away instead."))
    return redirect(view.next_url)


@hooks.register("after_bulk_action")
def sign_out_closed_accounts(request: HttpRequest, action: str, objects: Any, view: Any) -> None:
    """Closed in bulk, accounts are written past the signal that people.sessions listens to."""
    if action == "set_active_state":
        end_closed()
