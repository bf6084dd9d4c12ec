"""Telling trainers, once each, that a legal document ends on which their lessons or questions rest, or that a
lesson is to be reviewed. The ledger of the outbox is the memory, so a run may be repeated at any time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.endings import Ending, day, ending_bases, modules_to_review
from courses.models import Module
from courses.owners import editors, owners, owners_of
from courses.resting import Resting, heading_of, resting_on
from notifications.models import Kind
from notifications.sending import notify
from people.models import Official, User

LISTED = 15  # things of one kind named in a message; the page has all


def tell_of_endings() -> int:
    """One message per person and document, 60 days before it ends, on its last day, and again when the day or
    the successor was entered or changed since. Returns how many were told now.
    """
    among = editors()
    with translation.override(settings.LANGUAGE_CODE):
        return sum(_tell_of(ending, among) for ending in ending_bases())


def _tell_of(ending: Ending, among: Mapping[int, User]) -> int:
    mine: dict[Official, dict[str, list[Resting]]] = defaultdict(lambda: defaultdict(list))
    for kind, things in resting_on(ending.basis).items():
        for thing in things:
            if thing.present:
                for owner in owners(thing.owners, among):
                    mine[owner][kind].append(thing)
    return sum(
        notify(
            owner,
            Kind.BASIS_ENDING,
            f"basis-{ending.basis.pk}",
            window=_window(ending),
            subject=_("Legal basis of your lessons or questions: %(ending)s") % {"ending": ending},
            body="\n\n".join(
                [
                    str(ending),
                    *(_listed(heading_of(kind), things) for kind, things in kinds.items()),
                    _(
                        "Please check them against the document in effect, change what has changed, and publish."
                    ),
                ]
            ),
            path=reverse("basis_resting", args=[ending.basis.pk]),
        )
        is not None
        for owner, kinds in mine.items()
    )


def _window(ending: Ending) -> str:
    """What makes one telling: before or at the end, of which day, with which successor."""
    last_day, successor = ending.last_day, ending.basis.replaced_by_id or 0
    if last_day is None:
        return f"replaced-{successor}"
    stage = "before" if timezone.localdate() < last_day else "end"
    return f"{stage}-{last_day.isoformat()}-{successor}"


def _listed(heading: str, things: list[Resting]) -> str:
    lines = [
        f"– {thing.title}" + (f" ({article})" if (article := _article(thing)) else "") for thing in things
    ]
    more = len(lines) - LISTED
    if more > 0:
        lines[LISTED:] = [_("– and %(count)s more, see the list") % {"count": more}]
    return "\n".join([f"{heading} ({len(things)}):", *lines])


def _article(thing: Resting) -> str:
    return (thing.now.article if thing.now else thing.draft) or ""


def tell_of_reviews() -> int:
    """One message per person and date of review, 60 days before it and on the day; returns how many were told."""
    mine: dict[tuple[Official, str], list[Module]] = defaultdict(list)
    among = editors()
    for module in modules_to_review().select_related("current_version", "latest_revision"):
        for owner in owners_of(module, among):
            mine[owner, str(module.review_on)].append(module)
    with translation.override(settings.LANGUAGE_CODE):
        return sum(_tell_to_review(owner, date, due) for (owner, date), due in mine.items())


def _tell_to_review(owner: Official, date: str, due: list[Module]) -> bool:
    """``date``: ISO 8601, the same of all in ``due``."""
    stage = "before" if timezone.localdate().isoformat() < date else "due"
    words = {"date": day(due[0].review_on)}
    told = notify(
        owner,
        Kind.BASIS_ENDING,
        "review",
        window=f"{stage}-{date}",
        subject=_("Lessons to be reviewed before %(date)s") % words,
        body="\n\n".join(
            [
                _("These lessons of yours are to be reviewed before %(date)s:") % words,
                "\n".join(_reviewed(due)),
                _("When a lesson has been reviewed, enter its next date, or none, and publish it."),
            ]
        ),
        path=reverse("wagtailadmin_home"),
    )
    return told is not None


def _reviewed(due: list[Module]) -> Iterator[str]:
    for module in due:
        yield f"– {module.title}" + (f": {module.review_reason}" if module.review_reason else "")
