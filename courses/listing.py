"""What the list of a course says of each lesson beside its title: version, size, schedule, and what apps above add."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, Revision

from courses.models import Module


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass
class Facts:
    """``version``: number of the published one, None before the first; ``due``: when the newest draft goes live."""

    version: int | None
    cards: int
    minutes: int
    due: datetime.datetime | None = None
    links: list[Link] = field(default_factory=list)


Links = Callable[[Iterable[int]], Mapping[int, list[Link]]]

_links: list[Links] = []


def register_links(links: Links) -> None:
    """Let an app above add links to lessons: ``links(ids)`` gives them by module id. Called from AppConfig.ready()."""
    _links.append(links)


def facts_of(parent: Page) -> dict[int, Facts]:
    """Of all lessons below a course, by id; the number of queries does not grow with them."""
    rows = Module.objects.child_of(parent).values_list("pk", "current_version__number", "cards", "minutes")
    facts = {pk: Facts(number, len(cards), minutes) for pk, number, cards, minutes in rows}
    due = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(pk) for pk in facts],
        approved_go_live_at__isnull=False,
    )
    for pk, at in due.values_list("object_id", "approved_go_live_at"):
        facts[int(pk)].due = at
    for links in _links:
        for module, found in links(facts).items():
            facts[module].links += found
    return facts
