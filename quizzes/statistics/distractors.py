"""Which answers were given, how often, and by whom: the best third of each paper's rest, the middle, the weakest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.kinds import kind_of
from quizzes.models import QuestionKind, QuestionVersion
from quizzes.statistics.rows import Given

LISTED = 12  # different answers in the table; of what people type there may be hundreds
TOLD = 3  # what a single person typed is that person's; below this it goes into “other answers”


@dataclass(frozen=True)
class AnswerLine:
    """One answer: ``best`` and ``weakest`` are shares of those thirds that gave it, 0 to 1."""

    text: str
    right: bool
    count: int
    share: float
    best: float
    weakest: float


def answer_lines(version: QuestionVersion, given: Sequence[Given]) -> list[AnswerLine]:
    """All options of a choice, chosen or not; of other kinds the most frequent answers, the rest together."""
    if not given:
        return []
    version = version.graded_by  # the same options with the key of today
    ranked = sorted(given, key=lambda row: row.others)
    third = max(len(ranked) // 3, 1)
    counts = _count(version, ranked)
    best, weakest = _count(version, ranked[-third:]), _count(version, ranked[:third])
    lines = [
        AnswerLine(
            text=text,
            right=right,
            count=counts[text],
            share=counts[text] / len(ranked),
            best=best[text] / third,
            weakest=weakest[text] / third,
        )
        for text, right in _rows(version, ranked, counts)
    ]
    other = len(ranked) - _answered_by(version, ranked, {line.text for line in lines})
    if other:
        lines.append(AnswerLine(_("other answers"), False, other, other / len(ranked), 0.0, 0.0))
    return lines


def wrong_beats_right(lines: Sequence[AnswerLine]) -> bool:
    """Whether the best third gave one wrong answer more often than every right one."""
    right = max((line.best for line in lines if line.right), default=0.0)
    return any(line.best > right for line in lines if not line.right)


def _count(version: QuestionVersion, rows: Sequence[Given]) -> Counter[str]:
    return Counter(text for row in rows for text in _texts(version, row.response))


def _texts(version: QuestionVersion, response: Sequence[str]) -> list[str]:
    return kind_of(version.kind).told(version.options, response) or [_("no answer")]


def _rows(version: QuestionVersion, rows: Sequence[Given], counts: Counter[str]) -> list[tuple[str, bool]]:
    """(answer, whether it earns points) in the order to show."""
    blank = [(_("no answer"), False)] if counts[_("no answer")] else []
    if version.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE):
        return [(option["text"], option["correct"]) for option in version.options] + blank
    right = {text: good for row in rows for text, good in _judged(version, row.response)}
    frequent = [
        (text, right[text]) for text, count in counts.most_common() if text in right and count >= TOLD
    ]
    return frequent[:LISTED] + blank


def _judged(version: QuestionVersion, response: Sequence[str]) -> list[tuple[str, bool]]:
    kind = kind_of(version.kind)
    told = kind.told(version.options, response)
    return list(zip(told, kind.told_right(version.options, version.settings, response), strict=True))


def _answered_by(version: QuestionVersion, rows: Sequence[Given], shown: set[str]) -> int:
    """How many answers are in the lines shown, at least in part."""
    return sum(any(text in shown for text in _texts(version, row.response)) for row in rows)
