"""Wagtail's user pages with our account, which has one name and no first and last one."""

from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(WagtailUsersAppConfig):
    user_viewset = "people.desk.AccountViewSet"
