"""HTML of other systems as the plain text that our questions hold: line breaks stay, lists stay readable.

The scanner is our own, a page long, because the standard library's takes the square of the length for unclosed tags
and fails on some of them. It takes time in proportion to the text, whatever stands in it.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lms.lib.text import exact
from quizzes.exchange.question import QuestionRefused, paragraphs

MAX_HTML = 100_000  # characters, without the pictures inside; a question has some hundred
_BREAKING = {
    *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre"),
    *("section", "table", "tbody", "tfoot", "thead", "tr", "ul", "caption", "legend", "fieldset"),
}
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "math"}
_MEDIA = {"audio", "video", "iframe", "object", "embed", "source", "canvas"}
_SUPERSCRIPT = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_BREAK = "\ue000"  # a line break that stays where blanks are drawn together; private use, never in the text
_MARKS = re.compile(r"[\ue000-\ue003]")
_BLANKS = re.compile(r"\s+")


@dataclass
class PlainText:
    """``images``: (address, alternative text) in the order of the text."""

    text: str
    images: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


_INSIDE = re.compile(r"""(src\s{0,9}=\s{0,9})(["'])(data:image/[^"']{1,9000000})\2""", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(?:p|br|b|i|u|strong|em|img|ul|ol|li|span|div|sub|sup|table|tr|td|a|h[1-6])\b[^<>]{0,2000}>|&[a-z#0-9]{2,8};",
    re.IGNORECASE,
)
_MARK_IN_TAG = re.compile(r"""["'>]""")
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s"'>]{1,2000})""")
_ENDLESS_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def plain(markup: str) -> PlainText:
    """Raises QuestionRefused for a text that is no question."""
    inside: list[str] = []

    def set_aside(match: re.Match[str]) -> str:
        inside.append(match[3])
        return f"{match[1]}{match[2]}inside:{len(inside) - 1}{match[2]}"

    markup = _INSIDE.sub(set_aside, _MARKS.sub("", markup))
    if len(markup) > MAX_HTML:
        raise QuestionRefused(
            _("A text of this question has more than %(limit)d characters.") % {"limit": MAX_HTML}
        )
    writer = _Writer()
    for token in _tokens(markup):
        writer.take(token)
    found = writer.result()
    found.images = [
        (
            inside[int(src[7:])]
            if re.fullmatch(r"inside:\d{1,6}", src) and int(src[7:]) < len(inside)
            else src,
            alt,
        )
        for src, alt in found.images
    ]
    return found


@dataclass
class _Tag:
    name: str
    closing: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


def _tokens(markup: str) -> Iterator[str | _Tag]:
    """Texts and tags in turn; what only looks like a tag is text."""
    at = 0
    while (start := markup.find("<", at)) >= 0:
        yield _unescaped(markup[at:start])
        name = _TAG_NAME.match(markup, start + 1)
        if markup.startswith("<!--", start):
            end = markup.find("-->", start + 4)
            at = end + 3 if end >= 0 else len(markup)
        elif markup.startswith(("<!", "<?"), start):
            end = markup.find(">", start)
            at = end + 1 if end >= 0 else len(markup)
        elif name is None:
            yield "<"
            at = start + 1
        elif (end := _end_of_tag(markup, name.end())) < 0:
            yield _unescaped(markup[start:])
            return
        else:
            tag = name[1].lower()
            closing = markup[start + 1] == "/"
            attributes = {
                found[1].lower(): _unescaped(found[2][1:-1] if found[2][0] in "\"'" else found[2])
                for found in _ATTRIBUTE.finditer(markup, name.end(), end)
            }
            yield _Tag(tag, closing, attributes)
            at = end + 1
            if tag in ("script", "style") and not closing:
                found_end = re.compile(f"</{tag}", re.IGNORECASE).search(markup, at)
                at = found_end.start() if found_end else len(markup)
    yield _unescaped(markup[at:])


def _end_of_tag(markup: str, at: int) -> int:
    """Where its ">" stands, those in quotation marks left aside; -1 where it has none."""
    while mark := _MARK_IN_TAG.search(markup, at):
        if mark[0] == ">":
            return mark.start()
        closed = markup.find(mark[0], mark.end())
        if closed < 0:
            return -1
        at = closed + 1
    return -1


def _unescaped(text: str) -> str:
    return html.unescape(_ENDLESS_NUMBER.sub("", text)) if "&" in text else text


class _Writer:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.images: list[tuple[str, str]] = []
        self.warnings: list[str] = []
        self.silent = ""  # the tag whose content is left out, and how often it is open
        self.depth = 0
        self.lists: list[int | None] = []  # the number of the last item; None in a list without numbers
        self.raised: list[dict[int, int]] = []
        self.addresses: list[tuple[str, int]] = []
        self.cells = 0

    def take(self, token: str | _Tag) -> None:
        if isinstance(token, str):
            self._text(token)
        elif self.silent:
            if token.name == self.silent:
                self.depth += -1 if token.closing else 1
                self.silent = self.silent if self.depth else ""
        elif token.closing:
            self._end(token.name)
        else:
            self._start(token.name, token.attributes)

    def _text(self, text: str) -> None:
        if self.silent:
            return
        if self.raised and all(ord(char) in self.raised[-1] for char in text.strip()):
            text = text.translate(self.raised[-1])
        self.pieces.append(_BLANKS.sub(" ", text))

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _MEDIA:
            self._warn(_("Sound, film and embedded objects are not imported."))
        if tag in _SILENT:
            self.silent, self.depth = tag, 1
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag == "img":
            self.images.append((attributes.get("src", ""), exact(attributes.get("alt", ""))))
        elif tag == "li":
            self._item()
        elif tag in ("td", "th"):
            self.pieces.append(" | " if self.cells else "")
            self.cells += 1
        elif tag in ("sup", "sub"):
            self.raised.append(_SUPERSCRIPT if tag == "sup" else _SUBSCRIPT)
        elif tag == "a":
            self.addresses.append((attributes.get("href", ""), len(self.pieces)))
        elif tag in _BREAKING:
            self.cells = 0
            self._new_line()
            if tag in ("ul", "ol"):
                self.lists.append(0 if tag == "ol" else None)

    def _end(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag in ("sup", "sub") and self.raised:
            self.raised.pop()
        elif tag == "a" and self.addresses:
            self._address(*self.addresses.pop())
        if tag in _BREAKING or tag == "li":
            self._new_line()

    def _item(self) -> None:
        self._new_line()
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
            self.pieces.append(f"{number + 1}. ")
        else:
            self.pieces.append("• " if len(self.lists) < 2 else "– ")

    def _new_line(self) -> None:
        """A new line where none has begun: paragraphs follow each other without an empty line."""
        self.pieces.append("\n")

    def _address(self, address: str, since: int) -> None:
        """What a link leads to stays readable where it is not what is read anyway."""
        shown = "".join(self.pieces[since : since + 50])
        if address.startswith(("http://", "https://")) and address not in shown:
            self.pieces.append(f" ({address[:300]})")

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def result(self) -> PlainText:
        """Lines that tags begin are never empty; those of <br> may be."""
        lines = [line.strip(" ") for line in "".join(self.pieces).split("\n")]
        text = "\n".join(line for line in lines if line)
        return PlainText(paragraphs(text.replace(_BREAK, "\n")), self.images, self.warnings)


def as_html(text: str) -> str:
    """The text as HTML that ``plain`` reads back."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return escaped.replace("\n", "<br>")


def markdown_plain(text: str) -> PlainText:
    """Markdown without its marks for emphasis and pictures; lists are readable as they stand."""
    images: list[tuple[str, str]] = []

    def image(match: re.Match[str]) -> str:
        images.append((match[2], exact(match[1])))
        return ""

    text = re.sub(r"!\[([^\[\]\n]{0,300})\]\(([^()\s]{1,500})[^()\n]{0,300}\)", image, text)
    text = re.sub(r"(?m)^#{1,6}\s+", "", text)
    for mark in (r"\*\*", "__", r"\*", "_", "`"):
        text = re.sub(rf"(?<![\w\\]){mark}(?=\S)([^\n]{{1,2000}}?)(?<=\S){mark}(?!\w)", r"\1", text)
    return PlainText(paragraphs(re.sub(r"(?m)^[*+-]\s+", "• ", text)), images)


def formatted(format: str, text: str) -> PlainText:
    """A text in one of Moodle's formats; ``moodle`` is what people type, in which tags work and line ends stay."""
    if format == "html":
        return plain(text)
    if format == "markdown":
        return markdown_plain(text)
    if format == "moodle" and _MARKUP.search(text):
        return plain(text.replace("\n", "<br>"))
    return PlainText(paragraphs(text))
