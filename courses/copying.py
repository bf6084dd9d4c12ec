"""A copy of a lesson or course is a thing of its own: with its own card ids and history, and what belongs to it."""

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Page

from courses.models import Module
from people.models import User


class Companion(NamedTuple):
    """What an app above keeps beside a lesson. ``label`` and ``help`` stand at the tick in the form of the copy."""

    label: Any
    help: Any
    exists: Callable[["QuerySet[Module]"], bool]
    copy: Callable[[Module, Module], None]


companions: dict[str, Companion] = {}


def register_companion(name: str, companion: Companion) -> None:
    """Let an app above copy what it keeps beside a lesson, when the trainer ticks it. Called from AppConfig.ready()."""
    companions[name] = companion


def lessons_in(page: Page) -> "QuerySet[Module]":
    """The lesson itself, or those of a course, in the trainer's order."""
    lessons: QuerySet[Module] = Module.objects.descendant_of(page, inclusive=True).order_by("path")
    return lessons


def finish_copy(
    source: Page, copy: Page, *, wanted: Sequence[str], by: User | None, publish: bool = False
) -> None:
    """After Wagtail copied the pages as drafts: cards with ids of their own, no revisions of the source, and the
    companions that are ``wanted``; then, with ``publish``, what is published of the source. Lessons of the source that
    are archived are not copied.
    """
    with transaction.atomic():
        if publish and source.live and not isinstance(copy.specific, Module):
            copy.specific.save_revision(user=by).publish(user=by, skip_permission_checks=True)
        copies = list(lessons_in(copy))
        for before, after in zip(lessons_in(source), copies, strict=len(copies) > 0):
            if before.archived_at and before.pk != source.pk:
                after.delete()
                continue
            _begin_anew(after, by)
            for name in wanted:
                companions[name].copy(before, after)
            if publish and before.live:  # last, so that version 1 already holds the quiz
                after.refresh_from_db()
                after.get_latest_revision().publish(user=by, skip_permission_checks=True)


def _begin_anew(module: Module, by: User | None) -> None:
    newest = module.get_latest_revision_as_object()
    ids: dict[
        str, str
    ] = {}  # of the source → of the copy: what is published and its draft have the same cards
    for each in (module, newest):
        each.cards = json.dumps([_renewed(card, ids) for card in each.cards.get_prep_value()])
    module.save(clean=False)
    revision = newest.save_revision(user=by, clean=False)
    module.revisions.exclude(pk=revision.pk).delete()


def _renewed(value: Any, ids: dict[str, str]) -> Any:
    """Stored blocks with new ids for each card and each entry of a list; ``ids`` remembers which became which."""
    if isinstance(value, list):
        return [_renewed(each, ids) for each in value]
    if not isinstance(value, dict):
        return value
    renewed = {name: _renewed(each, ids) for name, each in value.items()}
    if {"id", "type", "value"} <= value.keys():
        renewed["id"] = ids.setdefault(value["id"], str(uuid.uuid4()))
    return renewed


def insert_cards(into: Module, source: Module, ids: Sequence[str], *, by: User) -> int:
    """Copies of the cards with these ids, at the end of the lesson's newest draft; gives how many.

    The source is taken as it is published, or as its newest draft. Published versions stay as they are.
    """
    with transaction.atomic():
        Module.objects.select_for_update(of=("self", "page_ptr")).get(pk=into.pk)
        draft = Module.objects.get(pk=into.pk).get_latest_revision_as_object()
        taken = [card for card in stored_cards(source) if card["id"] in ids]
        if taken:
            draft.cards = json.dumps([*draft.cards.get_prep_value(), *_renewed(taken, {})])
            draft.save_revision(user=by, log_action=True)
    return len(taken)


def stored_cards(module: Module) -> list[dict[str, Any]]:
    content = module if module.live else module.get_latest_revision_as_object()
    cards: list[dict[str, Any]] = content.cards.get_prep_value()
    return cards
