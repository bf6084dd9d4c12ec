"""Who answers for a lesson or a question: whom the trainers' notices go to."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from courses.models import Module
from people.access import STAFF_GROUPS
from people.models import Official, User


def editors() -> dict[int, User]:
    """All who may edit today, by id, each with ``official`` where there is one. One query."""
    may = Q(is_superuser=True) | Q(groups__name__in=STAFF_GROUPS)
    users = User.objects.filter(may, is_active=True).select_related("official").order_by("pk").distinct()
    return {user.pk: user for user in users}


def owners(candidates: Iterable[int | None], among: Mapping[int, User]) -> list[Official]:
    """The first of ``candidates`` (ids of accounts) who still edits and can be told; else all trainers who can.

    ``among``: what ``editors()`` gave. An account without an entry on a roster has no inbox, so such an owner
    sees the start page only, and the others are told.
    """
    inboxes = {pk: user.official for pk, user in among.items() if hasattr(user, "official")}
    for candidate in candidates:
        if candidate in inboxes:
            return [inboxes[candidate]]
    return list(inboxes.values())


def owners_of(module: Module, among: Mapping[int, User]) -> list[Official]:
    """Who published its newest version, else who made the page, else who wrote its newest draft.

    No query where ``current_version`` and ``latest_revision`` are selected.
    """
    version, draft = module.current_version, module.latest_revision
    return owners(
        [
            version.published_by_id if version else None,
            module.owner_id,
            draft.user_id if draft else None,
        ],
        among,
    )
