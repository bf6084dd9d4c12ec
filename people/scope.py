"""Who sees whom (rule 8): the only place that turns Scope rows into wards and officials.

Both functions give one queryset that other queries take in as a subquery, so that a list, its count, its
export and its search all ask the same question, and a scope given or taken counts from the next request.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Q, QuerySet

from people.models import Official, OfficialQuerySet, Posting, Scope, User, Ward


def wards_in_scope(user: User | AnonymousUser) -> QuerySet[Ward]:
    """The wards this account may see people of: the union of its ward, province and country scopes.

    A superuser sees all; an account without a scope, a disabled one and an anonymous visitor none.
    """
    if not user.is_active or not isinstance(user, User):
        return Ward.objects.none()
    if user.is_superuser:
        return Ward.objects.all()
    mine = Scope.objects.filter(user=user)
    return Ward.objects.filter(
        Q(pk__in=mine.exclude(ward=None).values("ward"))
        | Q(province__in=mine.exclude(province=None).values("province"))
        | Exists(mine.filter(ward=None, province=None))
    )


def officials_in_scope(user: User | AnonymousUser) -> OfficialQuerySet:
    """Officials who serve or once served in those wards, each once.

    A superuser sees also those who have no posting yet.
    """
    if user.is_active and user.is_superuser:
        return Official.objects.all()
    return Official.objects.filter(
        pk__in=Posting.objects.filter(ward__in=wards_in_scope(user)).values("official")
    )
