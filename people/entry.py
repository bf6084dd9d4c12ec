"""The first entry: a personal link (also as QR) that signs an official in once.

Only a hash of its secret is kept: who reads the database cannot use it. Asking for the page uses nothing up,
for mail scanners and chat previews open every link they see; only the button does.
"""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from people.access import sees_others
from people.addresses import give_address
from people.models import EntryLink, Official, OfficialQuerySet, Posting, User
from people.scope import wards_in_scope

logger = logging.getLogger(__name__)


class EntryRefused(Exception):
    """No link can be made, or this one does not open anything; the text is for the person."""


def create_entry_link(official: Official, *, by: User | None) -> tuple[EntryLink, str]:
    """A new link for one official and its full address, which nobody can find out again afterwards.

    Older unused links of the same official end now. ``by`` is None for the command line.
    Raises EntryRefused when the sign-in name is already somebody else's.
    """
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        official = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
        if official.user_id is None and User.objects.filter(username=sign_in_name(official)).exists():
            raise EntryRefused(
                _("The account name %(name)s is taken by another account. Ask the administrator.")
                % {"name": sign_in_name(official)}
            )
        EntryLink.objects.filter(official=official, used_at=None, expires_at__gt=now).update(expires_at=now)
        link = EntryLink.objects.create(
            official=official,
            secret_hash=_hash(secret),
            created_by=by,
            expires_at=now + timedelta(days=settings.ENTRY_LINK_DAYS),
        )
    return link, settings.BASE_URL.rstrip("/") + reverse("people:entry", args=[secret])


def open_link(secret: str) -> EntryLink | None:
    """The link of a secret while it can be used; None when it is unknown, used, replaced or expired."""
    links = EntryLink.objects.filter(secret_hash=_hash(secret), used_at=None, expires_at__gt=timezone.now())
    return links.select_related("official").first()


@transaction.atomic
def consume(secret: str) -> Official:
    """Use a link up → its official, with an account. Of two at the same moment one gets it.

    Raises EntryRefused when the link cannot be used; then nothing was changed.
    """
    now = timezone.now()
    usable = EntryLink.objects.filter(secret_hash=_hash(secret), used_at=None, expires_at__gt=now)
    if usable.update(used_at=now) != 1:  # the database decides who was first
        raise EntryRefused
    official = Official.objects.select_for_update(of=("self",)).get(entry_links__secret_hash=_hash(secret))
    if official.user_id is None:
        official.user = _create_account(official)
        official.save(update_fields=["user"])
    return official


def _create_account(official: Official) -> User:
    user = User(username=sign_in_name(official))
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        # Never take over an account that is already there: it may be an administrator's.
        logger.error("No account for %s: its name is taken", official.staff_number)
        raise EntryRefused from error
    give_address(user, official.email)
    return user


def sign_in_name(official: Official) -> str:
    return official.staff_number.lower()


def officials_to_invite(by: User) -> OfficialQuerySet:
    """Whom an HR user may make links for: who serves, or is about to, in a ward of the scope.

    Not those who moved away. And nobody whose own account sees other people's data, for the link would let HR
    of one ward into an account with a wider scope: there the administrator makes it.
    """
    here = Posting.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()), ward__in=wards_in_scope(by)
    )
    if by.is_superuser:
        return Official.objects.all()
    wide = User.objects.filter(sees_others(), pk=OuterRef("user"))
    return Official.objects.filter(~Exists(wide), pk__in=here.values("official"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
