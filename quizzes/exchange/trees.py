"""XML as a small tree with line numbers, read without trusting it.

Expat alone, as the spreadsheets are read: no document type definition, so no entities that read files or grow
without end; nothing outside the file is ever opened; depth and number of elements are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from quizzes.exchange.question import FileRefused
from quizzes.exchange.texts import decoded

MAX_DEPTH = 100
MAX_ELEMENTS = 100_000
_INCLUDE = "http://www.w3.org/2001/XInclude"


@dataclass(slots=True)
class Element:
    """``name`` and the names of attributes are without their namespace; ``content`` holds texts and elements."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[str | Element]" = field(default_factory=list)

    def elements(self, name: str = "") -> "Iterator[Element]":
        return (
            child for child in self.content if isinstance(child, Element) and (not name or child.name == name)
        )

    def first(self, *path: str) -> "Element | None":
        """The first element below, by the names on the way to it."""
        found: Element | None = self
        for name in path:
            found = next(found.elements(name), None) if found else None
        return found

    def below(self) -> "Iterator[Element]":
        """This element and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(list(element.elements()))

    def text(self) -> str:
        """All text inside, tags left out."""
        pieces: list[str] = []
        waiting: list[str | Element] = [self]
        while waiting:
            piece = waiting.pop()
            if isinstance(piece, Element):
                waiting += reversed(piece.content)
            else:
                pieces.append(piece)
        return "".join(pieces)

    def text_of(self, *path: str) -> str:
        found = self.first(*path)
        return found.text().strip() if found else ""


def read_tree(data: bytes) -> Element:
    """The root element. Raises FileRefused and nothing else."""
    return _Builder().build(decoded(data).encode())


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_definitions
        self.parser.EntityDeclHandler = self._refuse_definitions
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def build(self, xml: bytes) -> Element:
        try:
            self.parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise FileRefused(
                _("The XML breaks off or is wrong in line %(line)d. Export it again from its own program.")
                % {"line": error.lineno}
            ) from error
        assert self.root is not None  # noqa: S101 - expat refuses a document without one
        return self.root

    def _refuse_definitions(self, *args: Any) -> None:
        raise FileRefused(
            _(
                "The file holds definitions (DTD, entities) that no export of questions needs. It was not read."
            )
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise FileRefused(_("The file holds far more elements than questions need. It was not read."))
        if len(self.open) >= MAX_DEPTH:
            raise FileRefused(
                _("The elements of the file are nested more than %(depth)d deep. It was not read.")
                % {"depth": MAX_DEPTH}
            )
        space, _blank, local = name.rpartition(" ")
        if space == _INCLUDE:
            raise FileRefused(_("The file wants to include other files (XInclude). It was not read."))
        element = Element(
            local,
            self.parser.CurrentLineNumber,
            {key.rpartition(" ")[2]: value for key, value in attributes.items()},
        )
        if self.open:
            self.open[-1].content.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, name: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].content.append(text)
