"""The text of a card: Wagtail's stored HTML without ids, as strict XML, and back.

A link to another lesson of the course says which (``<a lesson="2">``, counted from 1). What comes in is rebuilt from
the few elements named here, so nothing else can be in it.
"""

from collections.abc import Callable, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from django.utils.translation import gettext as _
from wagtail.whitelist import check_url

ELEMENTS = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "hr"),
    *("b", "strong", "i", "em", "sup", "sub", "a"),
}
EMPTY = {"br", "hr"}
MAX_LENGTH = 50_000
MAX_DEPTH = 30


class TextRefused(Exception):
    """``str()`` is a translated sentence."""


def portable(html: str, lesson_of: Callable[[str], int | None], lost: Callable[[str], None]) -> str:
    """``lesson_of`` gives the place of the lesson with that page id; ``lost`` is told of links that lead elsewhere."""
    return "".join(_written(child, lesson_of, lost) for child in BeautifulSoup(html, "html.parser").children)


def _written(node: object, lesson_of: Callable[[str], int | None], lost: Callable[[str], None]) -> str:
    if isinstance(node, NavigableString):
        return escape("".join(char for char in node if char >= " " or char in "\n\t"))
    if not isinstance(node, Tag):
        return ""
    inside = "".join(_written(child, lesson_of, lost) for child in node.children)
    if node.name in EMPTY:
        return f"<{node.name}/>"
    if node.name == "a":
        return _written_link(node, inside, lesson_of, lost)
    return f"<{node.name}>{inside}</{node.name}>" if node.name in ELEMENTS else inside


def _written_link(
    node: Tag, inside: str, lesson_of: Callable[[str], int | None], lost: Callable[[str], None]
) -> str:
    kind = node.get("linktype")
    if kind is None and (address := check_url(str(node.get("href", "")))):
        return f"<a href={quoteattr(address)}>{inside}</a>"
    place = lesson_of(str(node.get("id", ""))) if kind == "page" else None
    if place is not None:
        return f'<a lesson="{place}">{inside}</a>'
    lost(
        _("The link of “%(text)s” leads to a place outside of this course, so its text comes without it.")
        % {"text": node.get_text()[:60]}
    )
    return inside


def stored(xml: str, pages: Mapping[int, int]) -> str:
    """Wagtail's form; ``pages``: the page id of each lesson by its place. Raises TextRefused."""
    if len(xml) > MAX_LENGTH:
        raise TextRefused(_("The text has more than %(limit)d characters.") % {"limit": MAX_LENGTH})
    reader = _Reader(pages)
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = lambda text: reader.pieces.append(escape(text))
    try:
        parser.Parse(f"<text>{xml}</text>".encode(), True)
    except expat.ExpatError:
        raise TextRefused(
            _("The text is not well-formed: an element is not closed, or a sign is not escaped.")
        ) from None
    return "".join(reader.pieces)


class _Reader:
    def __init__(self, pages: Mapping[int, int]) -> None:
        self.pages = pages
        self.pieces: list[str] = []
        self.depth = 0

    def refuse(self, *args: object) -> None:
        raise TextRefused(_("The text holds definitions that no text of a card has."))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            return
        if self.depth > MAX_DEPTH:
            raise TextRefused(_("The text is nested deeper than any text is."))
        if name not in ELEMENTS or (name != "a" and attributes):
            raise TextRefused(
                _("The text holds “<%(name)s>”, which a card does not take.") % {"name": name[:40]}
            )
        self.pieces.append(
            self._link(attributes) if name == "a" else f"<{name}/>" if name in EMPTY else f"<{name}>"
        )

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.depth and name not in EMPTY:
            self.pieces.append(f"</{name}>")

    def _link(self, attributes: dict[str, str]) -> str:
        match attributes:
            case {"href": address, **rest} if not rest and check_url(address) == address:
                return f"<a href={quoteattr(address)}>"
            case {"lesson": place, **rest} if not rest and place.isdecimal() and len(place) < 4:
                if int(place) in self.pages:
                    return f'<a linktype="page" id="{self.pages[int(place)]}">'
        raise TextRefused(_("The text holds a link that leads nowhere, or to where no link may lead."))
