"""Which e-mail address opens which account.

An address counts when it came with the roster (or was entered by the administrator), or when its owner
confirmed it. While a change waits for its confirmation it counts for nothing: it may have been mistyped.
Nobody gets in through an address that two accounts share.

An account that sees other people's data is not opened on the roster's word: HR of one ward may have written the
address before its owner was given a wider scope. While it has no second factor, which whoever comes first would
set up, and where the account itself has no address, there is only the password, a link or an address from the
administrator.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from people.access import needs_second_factor, sees_others
from people.models import User


def owner_of(email: str) -> User | None:
    """The one active account that a mail to this address may open; None for no account or for several."""
    confirmed = EmailAddress.objects.filter(email=email.lower(), verified=True)
    users = User.objects.filter(is_active=True, pk__in=confirmed.values("user"))
    if not users:
        users = User.objects.filter(is_active=True, email__iexact=email)
    if not users:  # the roster learnt the address after the first entry
        users = User.objects.filter(is_active=True, email="", official__email__iexact=email)
    return users[0] if len(users) == 1 and not _rests_on_the_roster(users[0], email) else None


def _rests_on_the_roster(user: User, email: str) -> bool:
    secured = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    wide = User.objects.filter(sees_others(), pk=user.pk, official__email__iexact=email)
    return wide.filter(Q(email="") | ~Exists(secured)).exists()


def give_address(user: User, email: str) -> None:
    """Make a vouched-for address the account's own, unless another account has it."""
    email = email.lower()
    if not email or _is_taken(email, user):
        return
    if user.email != email:
        user.email = email
        user.save(update_fields=["email"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"primary": True, "verified": True}
    )


def _is_taken(email: str, user: User) -> bool:
    return (
        User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
        or EmailAddress.objects.filter(email=email, verified=True).exclude(user=user).exists()
    )


@receiver(user_logged_in)
def note_own_address(sender: Any, user: User, **kwargs: Any) -> None:
    """allauth keeps addresses in a table of its own; an account that is not there yet enters at its sign-in."""
    if EmailAddress.objects.filter(user=user, primary=True).exists():
        return
    official = getattr(user, "official", None)
    said_by_roster = official.email if official and not needs_second_factor(user) else ""
    give_address(user, user.email or said_by_roster)
