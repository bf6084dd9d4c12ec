"""Learning a change: an enrolment that is a renewal asks for the cards that changed and the questions about them."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Change, Module, ModuleVersion
from records.models import Enrolment, ModuleProgress, RenewalTask

BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')


def tasks_in(progress: ModuleProgress) -> list[RenewalTask]:
    """What the learner's renewal asks for in this module, the earliest change first. One query, none if no renewal."""
    if not is_renewal(progress):
        return []
    return _tasks(progress.enrolment_id, progress.module_id)


def is_renewal(progress: ModuleProgress) -> bool:
    """Whether the enrolment asks only for changes. No query where records.learning has read it along."""
    known: bool | None = getattr(progress, "delta", None)
    return progress.enrolment.delta if known is None else bool(known)


def _tasks(enrolment: int, module: int) -> list[RenewalTask]:
    tasks = RenewalTask.objects.filter(enrolment=enrolment, module=module)
    return list(tasks.select_related("version", "held").order_by("version__number"))


def open_change(enrolment: Enrolment, module: Module) -> ModuleProgress:
    """The learner's progress in a module of a renewal; the cards that did not change count as seen already.

    Under the enrolment's lock, since a further change may be added to it at the same moment: the version studied is
    never older than one that is asked for.
    """
    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        tasks = _tasks(enrolment.pk, module.pk)
        version = _studied(module, tasks)
        seen = _known_cards(version, tasks)
        whole = len(seen) == len(version.cards)
        progress, created = ModuleProgress.objects.get_or_create(
            enrolment=enrolment,
            module=module,
            defaults={
                "version": version,
                "card_total": len(version.cards),
                "cards_seen": seen,
                "read_at": timezone.now() if whole else None,
            },
        )
        if created:
            Enrolment.objects.filter(pk=enrolment.pk, started_at__isnull=True).update(
                started_at=progress.started_at
            )
    return progress


def _studied(module: Module, tasks: Sequence[RenewalTask]) -> ModuleVersion:
    """The newest wording of the last change that is asked for, but never a later change that is not."""
    current = module.current_version
    assert current is not None  # noqa: S101 - records.learning.open_module has looked
    if not tasks or current.number < tasks[-1].version.number:
        return tasks[-1].version if tasks else current
    later = module.versions.filter(change=Change.MATERIAL, number__gt=tasks[-1].version.number)
    return tasks[-1].version if later.exists() else current


def _known_cards(version: ModuleVersion, tasks: Sequence[RenewalTask]) -> list[str]:
    """Cards of ``version`` that the learner has seen in the version held; none where nothing else would be asked."""
    if not tasks:
        return []
    changed = changed_cards(tasks[0].held, version)
    if not changed and not asks_questions(tasks):
        return []
    return [card for card in version.card_ids if card not in changed]


def changed_cards(held: ModuleVersion, version: ModuleVersion) -> set[str]:
    """Ids of the cards of ``version`` that say something ``held`` does not."""
    known = [(card["type"], _said(card["value"])) for card in held.cards]
    return {card["id"] for card in version.cards if (card["type"], _said(card["value"])) not in known}


def _said(value: Any) -> Any:
    """What a stored value says: without what is empty, since a field that a card type got later changes no earlier
    card, and without the keys that the editor gives to paragraphs when it first opens an imported card."""
    if isinstance(value, str):
        return BLOCK_KEY.sub("", value)
    if isinstance(value, dict):
        return {name: _said(part) for name, part in value.items() if part not in (None, "", [], {}, False)}
    return [_said(part) for part in value] if isinstance(value, list) else value


def asks_questions(tasks: Sequence[RenewalTask]) -> bool:
    return any(task.version.delta for task in tasks)


def needs_quiz(progress: ModuleProgress) -> bool:
    """Whether reading alone does not finish the module."""
    if progress.version.quiz is None:
        return False
    tasks = tasks_in(progress)
    return not tasks or asks_questions(tasks)


def change_shown(progress: ModuleProgress, card_ids: Sequence[str], number: int) -> dict[str, Any] | None:
    """How card ``number`` (from 1) of a renewal is shown; None outside one.

    ``changed``: this card says something new; ``next``: the number of the next such card after it, 0 for none.
    """
    tasks = tasks_in(progress)
    if not tasks:
        return None
    changed = changed_cards(tasks[0].held, progress.version)
    later = (at for at, card in enumerate(card_ids, start=1) if at > number and card in changed)
    return {"changed": card_ids[number - 1] in changed, "next": next(later, 0), "count": len(changed)}
