"""Who may open a view: every view of the house carries exactly one of these marks as its first line.

``public`` anybody · ``signed_in_required`` any account · ``official_required`` a learner, own data only ·
``hr_required`` an account with a scope · ``editor_required`` trainers and reviewers ·
``administrator_required`` a superuser. Somebody else's object is 404, never 403: a guess learns nothing.
``tests/people/test_access.py`` walks all URLs and fails for a view without its mark.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from people.models import Official, Scope, User

type View = Callable[..., HttpResponseBase]

PUBLIC, SIGNED_IN, OFFICIAL, HR, EDITOR, ADMINISTRATOR = (
    "public",
    "signed-in",
    "official",
    "hr",
    "editor",
    "administrator",
)
STAFF_GROUPS = ("Trainers", "Reviewers")


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _mark(view, view, PUBLIC)


def signed_in_required(view: View) -> View:
    """Any account; others are sent to the sign-in page and come back."""
    return _mark(view, login_required(view), SIGNED_IN)


def official_required(view: View) -> View:
    """An account of an official, found as ``request.official`` (or typed: ``official_of(request)``).

    The view shows that official's own data and nobody else's: the second factor is not asked for here on
    every request (people/middleware.py). An account without an official goes to its own start page.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = cast(User, request.user)
        official = getattr(user, "official", None)  # one query, remembered on the user
        if official is None:
            return redirect(start_page(user))
        request.official = official  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return _mark(view, login_required(guarded), OFFICIAL)


def hr_required(view: View) -> View:
    """An account with at least one scope, or an administrator; for others the page does not exist."""
    return _only(is_hr, view, HR)


def editor_required(view: View) -> View:
    """A trainer or reviewer, or an administrator; for others the page does not exist."""
    return _only(is_editor, view, EDITOR)


def administrator_required(view: View) -> View:
    """An administrator; for others, HR included, the page does not exist."""
    return _only(lambda user: user.is_superuser, view, ADMINISTRATOR)


def _only(may: Callable[[User], bool], view: View, access: str) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(cast(User, request.user)):
            raise Http404
        return view(request, *args, **kwargs)

    return _mark(view, login_required(guarded), access)


def _mark(view: View, guarded: View, access: str) -> View:
    # functools.wraps copies the mark outwards, so a second one is seen here and refused at import.
    if hasattr(view, "access"):
        raise TypeError(f"{view.__module__}.{view.__name__} says twice who may: {view.access}, {access}")
    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def official_of(request: HttpRequest) -> Official:
    """The signed-in user's official; 404 where there is none. Behind ``official_required`` no query."""
    official = getattr(request, "official", None) or getattr(request.user, "official", None)
    if official is None:
        raise Http404
    return cast(Official, official)


def is_hr(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and (user.is_superuser or Scope.objects.filter(user=user).exists())


def is_editor(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and (user.is_superuser or user.groups.filter(name__in=STAFF_GROUPS).exists())


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """Whoever sees other people's data: any scope, trainers, reviewers, administrators. One query at most."""
    if not user.is_authenticated:
        return False
    if user.is_superuser:
        return True
    return User.objects.filter(sees_others(), pk=user.pk).exists()


def sees_others() -> Q:
    """The condition of ``needs_second_factor`` for a queryset of users."""
    in_staff_group = User.groups.through.objects.filter(user_id=OuterRef("pk"), group__name__in=STAFF_GROUPS)
    return (
        Q(is_superuser=True)
        | Q(Exists(Scope.objects.filter(user_id=OuterRef("pk"))))
        | Q(Exists(in_staff_group))
    )


def start_page(user: User) -> str:
    """The address where an account begins: the official's lessons, HR's dashboard, the editors' desk."""
    if getattr(user, "official", None) is not None:
        return reverse("learning:home")
    if is_hr(user):
        return reverse("reports:dashboard")
    if is_editor(user):
        return reverse("wagtailadmin_home")
    return reverse("people:profile")
