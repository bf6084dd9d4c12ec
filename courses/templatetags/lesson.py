"""What the card templates need: the trainer's text made safe, and pictures in the size of a phone."""

from bs4 import Tag
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.images.models import AbstractImage
from wagtail.rich_text import RichText, expand_db_html
from wagtail.whitelist import DEFAULT_ELEMENT_RULES, Whitelister, attribute_rule, check_url

from courses.cards.base import CardValue
from courses.cards.files import FileView
from courses.rendering import BasisView

register = template.Library()

WIDTHS = (360, 720)  # pixels: a phone's column once and twice as dense
LARGE = 1600  # a whole screen that somebody zooms into


def _link(tag: Tag) -> None:
    attribute_rule({"href": check_url})(tag)
    if str(tag.get("href", "")).startswith(("http:", "https:")):
        tag["rel"] = "noopener"
        tag["target"] = "_blank"


class _LessonText(Whitelister):
    """The elements that the editor offers (courses.cards.base.INLINE) and nothing else."""

    element_rules = {
        "[document]": DEFAULT_ELEMENT_RULES["[document]"],
        **{name: attribute_rule({}) for name in ("p", "br", "b", "strong", "i", "em", "ul", "ol", "li")},
        "a": _link,
    }


@register.filter
def lesson_text(text: RichText) -> SafeString:
    """The rich text of a card. Cleaned when shown, because imports do not pass the editor."""
    return SafeString(_LessonText().clean(expand_db_html(text.source)))


@register.simple_tag
def lesson_picture(image: AbstractImage, alt: str) -> SafeString:
    """A picture at most 720 pixels wide, as WebP, loaded when it comes near the screen; a drawing as it is."""
    if image.is_svg():
        drawing = image.get_rendition("original")
        width = round(min(drawing.width, WIDTHS[-1]))
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
            _address(drawing.file.name),
            width,
            round(drawing.height * width / drawing.width),
            alt,
        )
    small, large = (image.get_rendition(_filter(width)) for width in WIDTHS)
    return format_html(
        '<img src="{}" srcset="{} {}w, {} {}w" sizes="(min-width: 42rem) 38rem, calc(100vw - 66px)"'
        ' width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
        _address(large.file.name),
        _address(small.file.name),
        small.width,
        _address(large.file.name),
        large.width,
        large.width,
        large.height,
        alt,
    )


@register.simple_tag
def larger_picture(image: AbstractImage) -> str:
    """Where the picture is shown in all its detail; empty where that is no more than the card shows."""
    if image.is_svg():
        return _address(image.get_rendition("original").file.name)
    if image.width <= WIDTHS[-1]:
        return ""
    return _address(image.get_rendition(_filter(LARGE)).file.name)


@register.simple_tag
def quoted_basis(quote: CardValue) -> BasisView | None:
    """The document of a quote: as it was published, in a draft as the register has it; None where it is gone."""
    if quote.as_published:
        return BasisView.frozen({**quote.as_published, "article": quote["article"]})
    return BasisView.of(quote["basis"], quote["article"]) if quote["basis"] else None


@register.simple_tag
def lesson_file(card: CardValue, name: str) -> FileView | None:
    """A file of a card, with its size and kind; None where none was chosen or it is gone."""
    return FileView.of(card, name)


@register.simple_tag
def poster(image: AbstractImage) -> str:
    """The address of a picture that is shown before a video begins."""
    spec = "original" if image.is_svg() else _filter(WIDTHS[-1])
    return _address(image.get_rendition(spec).file.name)


def _filter(width: int) -> str:
    return f"max-{width}x{width * 3}|format-webp|webpquality-75"


def _address(name: str) -> str:
    """Our own address, not the storage's: it must stay valid for as long as the rendered card is kept."""
    return f"{settings.MEDIA_URL}{name}"
