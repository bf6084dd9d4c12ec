"""What rests on a legal document: lessons from here, and what apps above register (questions)."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Course, LegalBasis, Module, ModuleLegalBasis, ModuleVersion


@dataclass(frozen=True)
class Cited:
    """A published version that names the document; ``now``: learners can meet it today."""

    number: int
    article: str
    now: bool


@dataclass(frozen=True)
class Resting:
    """A lesson or question that rests on a document.

    ``draft``: the article in the unpublished draft, None where there is no draft or it does not name the document.
    ``cards``: headings of the cards that quote it, published or in the draft. ``owners``: ids of accounts, the
    first who can be told answers for it (courses.owners). ``place``: its course or folder.
    """

    title: str
    place: str
    url: str
    draft: str | None
    versions: tuple[Cited, ...]
    owners: tuple[int | None, ...]
    cards: tuple[str, ...] = ()

    @property
    def now(self) -> Cited | None:
        return next((version for version in self.versions if version.now), None)

    @property
    def earlier(self) -> list[Cited]:
        return [version for version in self.versions if not version.now]

    @property
    def present(self) -> bool:
        """In what learners meet today or in a draft, and not only in versions of the past."""
        return self.now is not None or self.draft is not None or bool(self.cards)


@dataclass(frozen=True)
class RestingKind:
    """``find``: all of this kind that rest or rested on a document. ``count``: by document id, how many name it
    today, in few queries. ``words``: a number of them in words, such as "3 lessons"."""

    heading: Any
    find: Callable[[LegalBasis], list[Resting]]
    count: Callable[[], dict[int, int]]
    words: Callable[[int], str]


_kinds: dict[str, RestingKind] = {}


def register_resting(name: str, kind: RestingKind) -> None:
    """Let an app above say what of it rests on a document. Called from AppConfig.ready()."""
    _kinds[name] = kind


def resting_on(basis: LegalBasis) -> dict[str, list[Resting]]:
    """By the kind's name, in the order in which they registered."""
    return {name: kind.find(basis) for name, kind in _kinds.items()}


def heading_of(name: str) -> str:
    return str(_kinds[name].heading)


def summaries() -> dict[int, str]:
    """By document id, what names it today, such as "3 lessons, 40 questions". One query a kind."""
    counts = [(kind, kind.count()) for kind in _kinds.values()]
    ids = {pk for _kind, count in counts for pk in count}
    return {
        pk: ", ".join(kind.words(count[pk]) for kind, count in counts if count.get(pk)) for pk in sorted(ids)
    }


def summary(basis: int) -> str:
    """Empty where nothing rests on it."""
    return summaries().get(basis, "")


def _lessons_on(basis: LegalBasis) -> list[Resting]:
    """Reads all lessons with their cards: for a page or a nightly task, not for a list."""
    courses = dict(Course.objects.values_list("path", "title"))
    cited = _versions_citing(basis)
    lessons = []
    modules = Module.objects.select_related("current_version", "latest_revision").prefetch_related(
        "basis_links"
    )
    for module in modules.order_by("path"):
        links, cards = _draft_of(module)
        shown = _published_cards(module)
        found = Resting(
            title=module.get_admin_display_title(),
            place=courses.get(module.path[: -Module.steplen], ""),
            url=reverse("wagtailadmin_pages:edit", args=[module.pk]),
            draft=links.get(basis.pk),
            versions=tuple(
                Cited(number, article, now=module.live and pk == module.current_version_id)
                for pk, number, article in cited.get(module.pk, ())
            ),
            owners=(
                module.current_version.published_by_id if module.current_version else None,
                module.owner_id,
                module.latest_revision.user_id if module.latest_revision else None,
            ),
            cards=tuple(dict.fromkeys([*_quoting(basis, shown), *_quoting(basis, cards)])),
        )
        if found.versions or found.present:
            lessons.append(found)
    return lessons


def _versions_citing(basis: LegalBasis) -> dict[int, list[tuple[int, int, str]]]:
    """(id, number, article) by module, the newest first. A version keeps a document by its number."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    rows = ModuleVersion.objects.order_by("-number").values_list("pk", "module_id", "number", "legal_bases")
    for pk, module, number, bases in rows:
        for kept in bases:
            if kept["number"] == basis.number:
                found.setdefault(module, []).append((pk, number, kept["article"]))
    return found


def _draft_of(module: Module) -> tuple[dict[int, str], list[dict[str, Any]]]:
    """Article by document id, and the cards, of what is not published; both empty where there is no draft."""
    if module.live and not module.has_unpublished_changes:
        return {}, []
    if module.latest_revision is None:
        return {
            link.basis_id: link.article for link in module.basis_links.all()
        }, module.cards.get_prep_value()
    content = module.latest_revision.content
    links = {link["basis"]: link["article"] for link in content.get("basis_links", [])}
    return links, json.loads(content.get("cards") or "[]")


def _published_cards(module: Module) -> list[dict[str, Any]]:
    version = module.current_version
    return version.cards if version is not None and module.live else []


def _quoting(basis: LegalBasis, cards: list[dict[str, Any]]) -> Iterator[str]:
    """Headings of the cards that choose the document or write its number."""
    for card in cards:
        value = card["value"]
        if value.get("basis") == basis.pk or any(basis.number in text for text in _texts(value)):
            yield str(value.get("heading", ""))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _count_lessons() -> dict[int, int]:
    links = ModuleLegalBasis.objects.order_by().values("basis").annotate(count=Count("module", distinct=True))
    return dict(links.values_list("basis", "count"))


def places(lessons: list[Resting]) -> list[tuple[str, int]]:
    """The courses (or folders) of what rests on a document today, each with how many."""
    return list(Counter(each.place for each in lessons if each.present).items())


register_resting(
    "lessons",
    RestingKind(
        heading=gettext_lazy("Lessons"),
        find=_lessons_on,
        count=_count_lessons,
        words=lambda count: ngettext("%(count)s lesson", "%(count)s lessons", count) % {"count": count},
    ),
)
