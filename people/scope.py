"""Who sees whom (rule 8): the only place that turns Scope rows into wards and officials.

Both functions give one queryset that other queries take in as a subquery, so that a list, its count, its
export and its search all ask the same question, and a scope given or taken counts from the next request. Asking
for it costs one small query, for the mergers.
"""

from collections import defaultdict

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from people.models import Official, OfficialQuerySet, Posting, Scope, User, Ward, WardSuccession


def wards_in_scope(user: User | AnonymousUser) -> QuerySet[Ward]:
    """The wards this account may see people of: the union of its ward, province and country scopes, and the
    abolished wards that these took over.

    A superuser sees all; an account without a scope, a disabled one and an anonymous visitor none.
    """
    if not user.is_active or not isinstance(user, User):
        return Ward.objects.none()
    if user.is_superuser:
        return Ward.objects.all()
    mine = Scope.objects.filter(user=user)
    own = (
        Q(pk__in=mine.exclude(ward=None).values("ward"))
        | Q(province__in=mine.exclude(province=None).values("province"))
        | Exists(mine.filter(ward=None, province=None))
    )
    taken_over = _taken_over(Ward.objects.filter(own))
    return Ward.objects.filter(own | Q(pk__in=taken_over) if taken_over else own)


def _taken_over(wards: QuerySet[Ward]) -> set[int]:
    """Ids of abolished wards all of whose successors are among ``wards``, through chains. One query.

    Of a ward that was divided among several scopes nobody inherits the people: they are seen where they serve.
    A division of which one part only is recorded is not known well enough to give anybody anything.
    """
    successors: dict[int, set[int]] = defaultdict(set)
    inside, divided = set(), set()
    edges = WardSuccession.objects.order_by().filter(on__lte=timezone.localdate())
    edges = edges.annotate(mine=Q(successor__in=wards.order_by().values("pk")))
    for old, new, kind, mine in edges.values_list("predecessor", "successor", "kind", "mine"):
        successors[old].add(new)
        if kind == WardSuccession.Kind.SPLIT:
            divided.add(old)
        if mine:
            inside.add(new)
    whole = {old: new for old, new in successors.items() if len(new) > 1 or old not in divided}
    while found := {old for old, new in whole.items() if new <= inside} - inside:
        inside |= found
    return inside & whole.keys()


def sees_country(user: User | AnonymousUser) -> bool:
    """Whether the scope is everything, so that what belongs to no ward belongs to it as well."""
    if not user.is_active or not isinstance(user, User):
        return False
    return user.is_superuser or Scope.objects.filter(user=user, ward=None, province=None).exists()


def officials_in_scope(user: User | AnonymousUser) -> OfficialQuerySet:
    """Officials who serve or once served in those wards, each once.

    A superuser sees also those who have no posting yet.
    """
    if user.is_active and user.is_superuser:
        return Official.objects.all()
    return Official.objects.filter(
        pk__in=Posting.objects.filter(ward__in=wards_in_scope(user)).values("official")
    )
