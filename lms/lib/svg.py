"""Drawings in SVG: what may be shown. A drawing is a document that could hold programs, so everything has to be
on a list: elements, attributes, what a reference leads to. What is not on it refuses the whole file.
"""

import re
from xml.parsers import expat

from django.utils.translation import gettext as _

MAX_BYTES = 512 * 1024
MAX_ELEMENTS = 5000
MAX_DEPTH = 40

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
_BETWEEN = " "  # no character of a namespace's address

# No script, foreignObject, image, a, animation, filter, pattern: what runs, loads, leads away or costs too much.
_ELEMENTS = """
svg g defs symbol use title desc style path rect circle ellipse line polyline polygon text tspan
linearGradient radialGradient stop clipPath mask marker
"""
# Where and how large; how it looks; for those who listen.
_ATTRIBUTES = """
id class version viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d
points pathLength transform rotate textLength lengthAdjust offset refX refY orient markerWidth markerHeight
markerUnits gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits

style fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility overflow clip-path
clip-rule mask marker-start marker-mid marker-end stop-color stop-opacity paint-order vector-effect
shape-rendering text-rendering color-interpolation mask-type font-family font-size font-style font-weight
font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration dominant-baseline
alignment-baseline baseline-shift direction unicode-bidi writing-mode

role lang aria-label aria-labelledby aria-describedby aria-hidden focusable
"""
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())
_WORDS = {"id", "class", "role", "lang", "aria-label"}
_INSIDE = re.compile(r"#[\w.:-]+")
_ADDRESS = re.compile(r"""url\(\s*(['"]?)(?P<to>[^'")]*)\1\s*\)""", re.IGNORECASE)
# What else a style could load or run with; a backslash could hide any of it.
_LOADS = re.compile(
    r"\\|url\s*\(|image\s*\(|image-set|src\s*\(|expression|javascript:|binding|behavior|@(?!media\b)",
    re.IGNORECASE,
)


class SvgRefused(ValueError):
    """The file is no drawing that may be shown; the text says why, in the person's language."""


def check_svg(data: bytes) -> None:
    """Nothing for a drawing that holds only what is on the lists. Raises SvgRefused."""
    if len(data) > MAX_BYTES:
        raise SvgRefused(
            _("The drawing is larger than %(limit)d kB. Make it simpler.") % {"limit": MAX_BYTES // 1024}
        )
    _Drawing().read(data)


class _Drawing:
    """One reading of a file, from beginning to end."""

    def __init__(self) -> None:
        self.count = 0
        self.open: list[tuple[str, str]] = []  # name and id of the elements that are open
        self.holding_use: set[str] = set()  # ids of elements in which others are shown again
        self.shown_again: set[str] = set()
        self.style = ""  # of one style sheet, in however many pieces it comes

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.ProcessingInstructionHandler = self.instruction
        parser.StartDoctypeDeclHandler = self.doctype
        parser.buffer_text = True
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, UnicodeError, ValueError) as error:
            if isinstance(error, SvgRefused):
                raise
            raise SvgRefused(_("The file is not a readable SVG drawing.")) from error
        if self.holding_use & self.shown_again:
            raise SvgRefused(_("The drawing repeats parts that repeat parts themselves. Draw them out."))

    def start(self, element: str, attributes: dict[str, str]) -> None:
        name = self._known(element)
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise SvgRefused(_("The drawing has too many parts. Make it simpler."))
        if (name == "svg") is bool(self.open):
            raise SvgRefused(_("The file is not a readable SVG drawing."))
        for attribute, value in attributes.items():
            self._attribute(name, attribute, value)
        self.open.append((name, attributes.get("id", "")))
        if name == "use":
            self.holding_use |= {each for _name, each in self.open if each}
        if name == "svg":
            self._size(attributes)

    def end(self, element: str) -> None:
        name, _id = self.open.pop()
        if name == "style":
            _check_style(self.style)
            self.style = ""

    def text(self, data: str) -> None:
        if self.open[-1][0] == "style":
            self.style += data

    def instruction(self, target: str, data: str) -> None:
        raise SvgRefused(_not_allowed(f"<?{target}"))

    def doctype(self, *declared: object) -> None:
        raise SvgRefused(_not_allowed("<!DOCTYPE"))

    def _known(self, element: str) -> str:
        space, _between, name = element.rpartition(_BETWEEN)
        if space != SVG or name not in ELEMENTS:
            raise SvgRefused(_not_allowed(f"<{name}>"))
        return name

    def _attribute(self, element: str, attribute: str, value: str) -> None:
        space, _between, name = attribute.rpartition(_BETWEEN)
        if name == "href" and space in {"", XLINK}:
            if not _INSIDE.fullmatch(value.strip()):
                raise SvgRefused(_("The drawing refers to something outside itself, which is not allowed."))
            if element == "use":
                self.shown_again.add(value.strip()[1:])
        elif space == XML and name in {"space", "lang"}:
            pass
        elif space or name not in ATTRIBUTES:
            raise SvgRefused(_not_allowed(f"{name}=…"))
        elif name not in _WORDS:
            _check_style(value)

    def _size(self, attributes: dict[str, str]) -> None:
        numbers = [float(number) for number in re.findall(r"[\d.]+", attributes.get("viewBox", ""))]
        if len(numbers) != 4 or min(numbers[2:]) <= 0:
            raise SvgRefused(_("The drawing does not say how large it is (viewBox)."))


def _check_style(text: str) -> None:
    """Of a style sheet, a style or any other attribute: it may point at parts of the drawing, nowhere else."""
    for found in _ADDRESS.finditer(text):
        if not _INSIDE.fullmatch(found["to"].strip()):
            raise SvgRefused(_("The drawing refers to something outside itself, which is not allowed."))
    if _LOADS.search(_ADDRESS.sub("", text)):
        raise SvgRefused(_("The drawing refers to something outside itself, which is not allowed."))


def _not_allowed(what: str) -> str:
    return _(
        "The drawing holds “%(what)s”, which could do more than draw. Save it without that, or as PNG."
    ) % {"what": what}
