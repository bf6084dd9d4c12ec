"""Things to do or to look for, which each learner ticks off; the server keeps the ticks (records.checklists)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import Card


class ChecklistCard(Card):
    task_seconds = 15

    intro = blocks.CharBlock(
        label=_("Introduction"),
        required=False,
        max_length=250,
        help_text=_("When to go through the list, such as: before you hand in a file"),
    )
    tasks = blocks.ListBlock(
        blocks.CharBlock(label=_("Item"), max_length=200),
        label=_("Items"),
        min_num=2,
        max_num=12,
        default=["", ""],
        help_text=_(
            "2 to 12 items, each to be answered by done or not done. "
            "What learners have ticked stays when you reword an item; a new item begins unticked."
        ),
    )

    class Meta:
        icon = "clipboard-list"
        label = _("Checklist")
        description = _("Items that each learner ticks off; the ticks are kept")
        label_format = "{heading}"
        template = "courses/cards/checklist.html"


def item_ids(card: dict[str, Any]) -> list[str]:
    """The ids of a checklist's items; ``card``: as a version keeps it (ModuleVersion.cards)."""
    return [item["id"] for item in card["value"]["tasks"]]
