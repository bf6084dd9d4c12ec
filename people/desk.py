"""The administrator's desk in the editors' pages: who is who, who sees whom, and the short lists.

Only administrators see any of it. What evidence may point to is never deleted here, nor anywhere.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views.users import IndexView as UserIndexView
from wagtail.users.views.users import UserViewSet

from lms.lib.text import fold
from people.forms_desk import (
    AccountCreationForm,
    AccountEditForm,
    PostingForm,
    ScopeForm,
    SuccessionForm,
)
from people.models import Department, Official, Position, Posting, Scope, User, WardSuccession


class AdministratorsOnly(ModelPermissionPolicy):
    """No group can be given these; ``kept`` models are not deleted even by administrators."""

    def __init__(self, model: type[Model], *, kept: bool = True) -> None:
        super().__init__(model)
        self.kept = kept

    def user_has_permission(self, user: Any, action: str) -> bool:
        return user.is_active and user.is_superuser and not (self.kept and action == "delete")

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)


POLICIES = {
    Official: AdministratorsOnly(Official),
    Posting: AdministratorsOnly(Posting),
    Department: AdministratorsOnly(Department),
    Position: AdministratorsOnly(Position),
    Scope: AdministratorsOnly(Scope, kept=False),
    WardSuccession: AdministratorsOnly(WardSuccession, kept=False),
    User: AdministratorsOnly(User),
}


class _Index(IndexView):
    """A list that fetches what its columns show in one query."""

    related: tuple[str, ...] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_base_queryset()
        return queryset.select_related(*self.related) if self.related else queryset


class _Found(_Index):
    """Searched as everywhere in the house: any part of the name, without diacritics."""

    path_to_official = ""

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        officials = Official.objects.search(self.search_query or "")
        return queryset.filter(**{f"{self.path_to_official}in": officials}) if self.search_query else queryset


class OfficialIndex(_Found):
    path_to_official = "pk__"


class PostingIndex(_Found):
    path_to_official = "official__"
    related = ("official", "ward", "department", "position")


class ScopeIndex(_Index):
    """By account name, or by the name of its official."""

    related = ("user__official", "ward", "province")

    def search_queryset(self, queryset: QuerySet[Scope]) -> QuerySet[Scope]:
        for word in fold(self.search_query or "").split():
            accounts = User.objects.filter(username__icontains=word) | User.objects.filter(
                official__search_text__contains=word
            )
            queryset = queryset.filter(user__in=accounts)
        return queryset


class SuccessionIndex(_Index):
    related = ("predecessor", "successor")


class _DeskViewSet(ModelViewSet):
    add_to_reference_index = False
    copy_view_enabled = False
    list_per_page = 50
    own_form: type[ModelForm[Any]] | None = None

    def get_form_class(self, for_update: bool = False) -> Any:
        return self.own_form or super().get_form_class(for_update)

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        return Permission.objects.none()  # no group may be given them


class OfficialViewSet(_DeskViewSet):
    model = Official
    icon = "user"
    index_view_class = OfficialIndex
    search_fields = ["search_text"]
    list_display = ["full_name", "staff_number", "email", "phone"]
    panels = [FieldPanel(name) for name in ("staff_number", "full_name", "date_of_birth", "email", "phone")]


class PostingViewSet(_DeskViewSet):
    model = Posting
    icon = "clipboard-list"
    index_view_class = PostingIndex
    search_fields = ["official__search_text"]
    own_form = PostingForm
    list_display = ["official", "ward", "department", "position", "starts_on", "ends_on"]
    list_filter = ["department", "position"]


class ScopeViewSet(_DeskViewSet):
    model = Scope
    icon = "view"
    index_view_class = ScopeIndex
    search_fields = ["user__username"]
    own_form = ScopeForm
    list_display = [
        "user",
        Column("username", accessor="user.username", label=_("Account name")),
        Column("scope", accessor="__str__", label=_("scope")),
    ]


class _ListViewSet(_DeskViewSet):
    icon = "list-ul"
    list_display = ["name", "code", "order"]
    form_fields = ["name", "code", "order"]


class DepartmentViewSet(_ListViewSet):
    model = Department


class PositionViewSet(_ListViewSet):
    model = Position


class SuccessionViewSet(_DeskViewSet):
    model = WardSuccession
    icon = "resubmit"
    index_view_class = SuccessionIndex
    own_form = SuccessionForm
    list_display = ["predecessor", "successor", "kind", "on", "decision"]


class PeopleDesk(ModelViewSetGroup):
    menu_label = _("People")
    menu_icon = "group"
    menu_name = "people"
    menu_order = 700
    items = (
        OfficialViewSet("can-bo"),
        PostingViewSet("vi-tri-cong-tac"),
        ScopeViewSet("pham-vi"),
        DepartmentViewSet("phong-ban"),
        PositionViewSet("chuc-danh"),
        SuccessionViewSet("sap-nhap"),
    )


class AccountIndex(UserIndexView):
    def search_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        for word in fold(self.search_query or "").split():
            queryset = queryset.filter(pk__in=self._named(word))
        return queryset

    @staticmethod
    def _named(word: str) -> QuerySet[User]:
        return User.objects.filter(username__icontains=word) | User.objects.filter(
            official__search_text__contains=word
        )

    def get_base_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("official", "wagtail_userprofile")


class AccountViewSet(UserViewSet):
    """Roles are groups and the administrator's mark; whom an account sees is a scope."""

    index_view_class = AccountIndex
    template_prefix = "people/accounts/"

    def get_form_class(self, for_update: bool = False) -> Any:
        return AccountEditForm if for_update else AccountCreationForm
