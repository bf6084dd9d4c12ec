"""What a learner has ticked on a checklist card: every tap is a row, and the newest of an item holds.

So a tap that a phone sends twice, or that arrives long after a later one of the same phone, changes nothing
that came after it.
"""

from collections.abc import Mapping
from uuid import UUID, uuid4

from courses.cards.checklist import item_ids
from records.models import ChecklistMark, ModuleProgress


def items_of(progress: ModuleProgress, card_id: str) -> list[str]:
    """The ids of the items on a checklist card, in order. Raises ValueError where the card is none."""
    for card in progress.version.cards:
        if card["id"] == card_id and card["type"] == "checklist":
            return item_ids(card)
    raise ValueError(f"no checklist {card_id} in {progress.version}")


def ticked_items(progress: ModuleProgress, card_id: str) -> set[str]:
    """The ids of the items that are ticked now. One query."""
    marks = ChecklistMark.objects.filter(progress=progress, card=card_id).order_by("pk")
    newest = dict(marks.values_list("item", "ticked"))
    return {item for item, ticked in newest.items() if ticked}


def mark_item(progress: ModuleProgress, card_id: str, item: str, *, ticked: bool, operation_id: UUID) -> None:
    """Tick an item or take its tick back; the same operation again does nothing. One statement.

    Raises ValueError for an item that is not on the card.
    """
    _mark(progress, card_id, {item: ticked}, [operation_id])


def mark_items(progress: ModuleProgress, card_id: str, states: Mapping[str, bool]) -> None:
    """Set several items at once: what a form without script sends. Items that are so already stay untouched."""
    ticked = ticked_items(progress, card_id)
    changed = {item: state for item, state in states.items() if state is not (item in ticked)}
    if changed:
        _mark(progress, card_id, changed, [uuid4() for _item in changed])


def _mark(progress: ModuleProgress, card_id: str, states: Mapping[str, bool], operations: list[UUID]) -> None:
    unknown = states.keys() - set(items_of(progress, card_id))
    if unknown:
        raise ValueError(f"no items {unknown} on card {card_id}")
    ChecklistMark.objects.bulk_create(
        [
            ChecklistMark(progress=progress, card=card_id, item=item, ticked=state, operation_id=operation)
            for (item, state), operation in zip(states.items(), operations, strict=True)
        ],
        ignore_conflicts=True,
    )
