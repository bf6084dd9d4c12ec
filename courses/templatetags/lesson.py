"""What the card templates need: the trainer's text made safe, and pictures in the size of a phone."""

from bs4 import Tag
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.images.models import AbstractImage
from wagtail.rich_text import RichText, expand_db_html
from wagtail.whitelist import DEFAULT_ELEMENT_RULES, Whitelister, attribute_rule, check_url

register = template.Library()

WIDTHS = (360, 720)  # pixels: a phone's column once and twice as dense


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
    """A picture at most 720 pixels wide, as WebP, loaded when it comes near the screen."""
    small, large = (
        image.get_rendition(f"max-{width}x{width * 3}|format-webp|webpquality-75") for width in WIDTHS
    )
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


def _address(name: str) -> str:
    """Our own address, not the storage's: it must stay valid for as long as the rendered card is kept."""
    return f"{settings.MEDIA_URL}{name}"
