"""Charts as SVG with attributes only; each stands beside or above the table with its figures."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quizzes.statistics.rows import Group

WIDTH, HEIGHT, FOOT = 600, 160, 24


def histogram(scores: Sequence[float], pass_percent: int | None = None) -> SafeString:
    """How many attempts scored 0–1, 1–2 … 9–10 of ten; the last column takes the full ten."""
    counts = [0] * 10
    for score in scores:
        counts[min(int(score), 9)] += 1
    bars = [(f"{low}–{low + 1}", count, str(count)) for low, count in enumerate(counts)]
    label = _("Scores: %(columns)s") % {
        "columns": ", ".join(f"{name}: {count}" for name, count, _text in bars if count)
    }
    return columns(bars, max(counts, default=0), label, mark=pass_percent)


def pass_rates(months: Sequence[Group]) -> SafeString:
    """The share of passed attempts, month by month."""
    bars = [(group.name, group.passed, f"{group.passed:.0%}") for group in months]
    label = _("Passed: %(columns)s") % {
        "columns": ", ".join(f"{name}: {text}" for name, _value, text in bars)
    }
    return columns(bars, 1, label)


def columns(
    named: Sequence[tuple[str, float, str]], top: float, label: str, mark: int | None = None
) -> SafeString:
    """Columns (name, value, the text above it) up to the value ``top``; ``label`` says it all to who cannot see it.

    ``mark``: a dashed line at this percentage of the width.
    """
    step = WIDTH / max(len(named), 1)
    room = HEIGHT - FOOT - 18
    bars = []
    for place, (name, value, text) in enumerate(named):
        height = room * value / top if top else 0
        middle = f"{place * step + step / 2:.1f}"
        bars.append(
            (
                *(f"{place * step + step * 0.15:.1f}", f"{HEIGHT - FOOT - height:.1f}", f"{step * 0.7:.1f}"),
                *(f"{height:.1f}", middle, f"{HEIGHT - FOOT - height - 4:.1f}", text if value else ""),
                *(middle, HEIGHT - 8, name),
            )
        )
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"/><text x="{}" y="{}">{}</text>'
        '<text class="axis" x="{}" y="{}">{}</text>',
        bars,
    )
    line: SafeString | str = ""
    if mark is not None:
        at = f"{WIDTH * mark / 100:.1f}"
        line = format_html('<line x1="{}" x2="{}" y1="4" y2="{}"/>', at, at, HEIGHT - FOOT)
    return format_html(
        '<svg class="columns" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        *(WIDTH, HEIGHT, label, drawn, line),
    )


def share_bar(share: float | None, tone: str = "") -> SafeString:
    """A share from 0 to 1 as a bar; the number stands beside it in the table."""
    if share is None:
        return SafeString("")
    width = f"{max(min(share, 1), 0) * 100:.1f}"
    return format_html(
        '<svg class="share {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="8"/><rect width="{}" height="8"/></svg>',
        *(tone, width),
    )
