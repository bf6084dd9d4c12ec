"""The picture of a question as HTML."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from django.core.files.storage import default_storage

SIDE = 1000  # a picture is so many wide and so many high, whatever its shape


def picture_html(
    picture: Mapping[str, Any],
    *,
    pin: tuple[int, int] | None = None,
    areas: Sequence[tuple[Sequence[int], bool]] = (),
    takes_pin: bool = False,
) -> str:
    """A frozen picture (QuestionVersion.picture), with a pin and with areas that are right or not.

    Marks are drawn in SVG, where places are attributes: the pages allow no inline style. No query.
    """
    wide, high = picture["width"], picture["height"]
    image = (
        f'<img class="picture" src="{escape(default_storage.url(picture["file"]))}" width="{wide}" height="{high}"'
        f' alt="{escape(picture["alt"])}" loading="lazy">'
    )
    if not (pin or areas or takes_pin):
        return image
    shapes = "".join(_area(area, wide, high, right=right) for area, right in areas)
    if pin or takes_pin:
        x, y = pin or (0, 0)
        shapes += (
            f'<g class="pin"{"" if pin else " hidden"}'
            f' transform="translate({(x + 0.5) * wide / SIDE:.1f} {(y + 0.5) * high / SIDE:.1f})">'
            f'<circle r="{wide / 32:.1f}"/><circle r="{wide / 140:.1f}"/></g>'
        )
    return (
        f'<div class="marked">{image}<svg viewBox="0 0 {wide} {high}" aria-hidden="true">{shapes}</svg></div>'
    )


def _area(area: Sequence[int], wide: int, high: int, *, right: bool) -> str:
    left, top, width, height = area
    return (
        f'<rect class="{"is-right" if right else "is-wrong"}" x="{left * wide / SIDE:.1f}"'
        f' y="{top * high / SIDE:.1f}" width="{width * wide / SIDE:.1f}" height="{height * high / SIDE:.1f}"/>'
    )
