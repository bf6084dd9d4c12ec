"""How long learners stay on a card: the time from one view of a card to the next view in the same progress.

Measured by the server's clock, without the phone's help. What it cannot know it leaves out: the time on the
card seen last, and pauses.
"""

import datetime
from collections.abc import Mapping

PAUSE = datetime.timedelta(minutes=10)  # a longer gap is a phone put away, not reading


def with_gap(
    seconds: Mapping[str, int], card: str, since: datetime.datetime | None, until: datetime.datetime
) -> dict[str, int]:
    """``seconds`` by card id, and the gap from the last view, of ``card``, until the next one added to it.

    Unchanged where there was no view before, where the gap is a pause or shorter than a second (cards opened ahead
    in other tabs), or where the clock was put back. So the sum is never more than the time that went by.
    """
    if not card or since is None or not datetime.timedelta(seconds=1) <= until - since <= PAUSE:
        return dict(seconds)
    return {**seconds, card: seconds.get(card, 0) + int((until - since).total_seconds())}
