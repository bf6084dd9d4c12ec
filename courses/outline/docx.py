"""The paragraphs of a DOCX file, read without trusting it: no document types, limits on everything."""

import posixpath
from dataclasses import dataclass, field
from html import escape
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

from courses.outline import MAX_PARAGRAPHS
from courses.outline.plan import OutlineRefused, Passage, Picture
from lms.lib.packages import Package, PackageRefused
from lms.lib.pictures import PictureRefused, checked_picture, one_file
from lms.lib.text import exact

_MAX_ENTRIES = 2_000
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_DEPTH = 200
_MAX_PICTURES = 100
_TAKEN = {"png", "jpg"}

Attributes = dict[str, str]


@dataclass
class Paragraph:
    """``number``: its place in the file. ``level``: 1 and 2 for headings, else 0. ``listed``: "ol", "ul" or none."""

    number: int
    level: int = 0
    listed: str = ""
    in_table: bool = False
    runs: list[tuple[str, bool, bool]] = field(default_factory=list)  # text, bold, italic
    pictures: list[Picture] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return exact("".join(text for text, _bold, _italic in self.runs))

    def passage(self) -> Passage:
        """Runs of one look are one; blanks as in ``text``."""
        pieces: list[str] = []
        joined: list[tuple[str, bool, bool]] = []
        for text, bold, italic in self.runs:
            if joined and joined[-1][1:] == (bold, italic):
                joined[-1] = (joined[-1][0] + text, bold, italic)
            else:
                joined.append((text, bold, italic))
        for text, bold, italic in joined:
            html = escape(" ".join(text.split()), quote=False)
            html = f"{' ' if text[:1].isspace() else ''}{html}{' ' if text[-1:].isspace() else ''}"
            if html.strip() and italic:
                html = f"<i>{html}</i>"
            if html.strip() and bold:
                html = f"<b>{html}</b>"
            pieces.append(html)
        return Passage(" ".join("".join(pieces).split()), self.text, self.listed)


def read_paragraphs(file: IO[bytes]) -> list[Paragraph]:
    """Raises OutlineRefused and nothing else, whatever the file holds."""
    try:
        package = Package(file, entries=_MAX_ENTRIES, unpacked=_MAX_UNPACKED)
        main = "word/document.xml"
        if main not in package:
            raise OutlineRefused(_("The file is no DOCX document. Save it as DOCX and upload it again."))
        if any(name.lower().endswith("vbaproject.bin") for name in package.entries):
            raise OutlineRefused(_("Documents with macros (DOCM) are not read. Save the file as DOCX."))
        styles = _Styles()
        numbering = _Numbering()
        if "word/styles.xml" in package:
            _walk(package.read("word/styles.xml"), styles)
        if "word/numbering.xml" in package:
            _walk(package.read("word/numbering.xml"), numbering)
        with one_file():
            body = _Body(styles, numbering, _Pictures(package))
            _walk(package.read(main), body)
    except PackageRefused as refused:
        raise OutlineRefused(str(refused)) from refused
    except (expat.ExpatError, UnicodeError, ValueError) as error:
        raise OutlineRefused(
            _(
                "The document is damaged and cannot be read. Open it, save it again as DOCX and upload that file."
            )
        ) from error
    return [
        paragraph
        for paragraph in body.paragraphs
        if paragraph.text or paragraph.pictures or paragraph.refused
    ]


class _Handler:
    """Called for each element by its local name; ``path`` holds those that are open."""

    def __init__(self) -> None:
        self.path: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def _walk(xml: bytes, handler: _Handler) -> None:
    def refuse(*args: object) -> None:
        raise OutlineRefused(
            _("The file holds definitions (DTD) that no text program writes. It was not read.")
        )

    def start(name: str, attributes: Attributes) -> None:
        if len(handler.path) > _MAX_DEPTH:
            raise OutlineRefused(_("The document is nested deeper than any document is. It was not read."))
        handler.path.append(name.rsplit(" ", 1)[-1])
        handler.start(handler.path[-1], {key.rsplit(" ", 1)[-1]: value for key, value in attributes.items()})

    def end(name: str) -> None:
        handler.end(handler.path[-1])
        handler.path.pop()

    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.Parse(xml, True)


class _Styles(_Handler):
    """Headings are known by the style's name, which stays English in every language, or by its outline level."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.based: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.id = ""

    def start(self, name: str, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        if name == "style":
            self.id = attributes.get("styleId", "")
        elif name == "name" and self.path[-2:-1] == ["style"]:
            self.names[self.id] = value.lower()
        elif name == "basedOn":
            self.based[self.id] = value
        elif name == "outlineLvl" and value.isascii() and value.isdigit():
            self.levels[self.id] = int(value[:3]) + 1
        elif name == "numId":
            self.numbers[self.id] = value

    def level(self, style: str) -> int:
        for _step in range(20):
            name = self.names.get(style, "")
            if name.startswith("heading ") and name[8:].isascii() and name[8:].isdigit():
                return int(name[8:][:3])
            if style in self.levels:
                return self.levels[style]
            style = self.based.get(style, "")
        return 0

    def number(self, style: str) -> str:
        for _step in range(20):
            if style in self.numbers:
                return self.numbers[style]
            style = self.based.get(style, "")
        return ""


class _Numbering(_Handler):
    def __init__(self) -> None:
        super().__init__()
        self.abstract = self.number = self.level = ""
        self.formats: dict[tuple[str, str], str] = {}
        self.uses: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        if name == "abstractNum":
            self.abstract = attributes.get("abstractNumId", "")
        elif name == "num":
            self.number = attributes.get("numId", "")
        elif name == "lvl":
            self.level = attributes.get("ilvl", "")
        elif name == "numFmt" and "abstractNum" in self.path:
            self.formats[self.abstract, self.level] = value
        elif name == "abstractNumId" and "num" in self.path:
            self.uses[self.number] = value

    def kind(self, number: str, level: str) -> str:
        """A list that says nothing of itself is one with points."""
        if number in ("", "0"):
            return ""
        format = self.formats.get((self.uses.get(number, ""), level), "bullet")
        return "ul" if format in ("bullet", "none") else "ol"


class _Pictures(_Handler):
    """The pictures of a document by the ids of their relations; none is fetched from elsewhere."""

    def __init__(self, package: Package) -> None:
        super().__init__()
        self.package = package
        self.targets: dict[str, str] = {}
        self.count = 0
        relations = "word/_rels/document.xml.rels"
        if relations in package:
            _walk(package.read(relations), self)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/word", attributes.get("Target", ""))).lstrip("/")
            self.targets[attributes.get("Id", "")] = target

    def taken(self, relation: str, alt: str) -> Picture:
        """Raises PictureRefused."""
        name = self.targets.get(relation, "")
        self.count += 1
        if name not in self.package or self.count > _MAX_PICTURES:
            raise PictureRefused(_("A picture is not in the file."))
        data = self.package.read(name)
        extension = checked_picture(data).extension
        if extension not in _TAKEN:
            raise PictureRefused(_("Only PNG and JPEG pictures are taken over."))
        return Picture(data, extension, exact(alt)[:200])


class _Body(_Handler):
    def __init__(self, styles: _Styles, numbering: _Numbering, pictures: _Pictures) -> None:
        super().__init__()
        self.styles, self.numbering, self.pictures = styles, numbering, pictures
        self.paragraphs: list[Paragraph] = []
        self.count = self.hidden = 0
        self.open: list[Paragraph] = []
        self.style = self.list_number = self.list_level = self.alt = ""
        self.bold = self.italic = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Fallback":  # the same once more, for old programs
            self.hidden += 1
        if self.hidden:
            return
        value = attributes.get("val", "")
        is_on = value not in ("0", "false", "none")
        if name == "p" and self.path[-2:-1] != ["txBody"]:
            self._begin()
        elif name == "pStyle":
            self.style = value
        elif name == "numId" and "pPr" in self.path:
            self.list_number = value
        elif name == "ilvl" and "pPr" in self.path:
            self.list_level = value
        elif name == "r":
            self.bold = self.italic = False
        elif name == "b" and self.path[-2:-1] == ["rPr"] and "pPr" not in self.path:
            self.bold = is_on
        elif name == "i" and self.path[-2:-1] == ["rPr"] and "pPr" not in self.path:
            self.italic = is_on
        elif name in ("tab", "br", "cr") and "pPr" not in self.path:
            self.text_of(" ")
        elif name == "docPr":
            self.alt = attributes.get("descr", "")
        elif name == "blip" and self.open:
            self._show(attributes.get("embed", ""))

    def end(self, name: str) -> None:
        if name == "Fallback":
            self.hidden -= 1
        elif self.hidden:
            return
        elif name == "pPr" and self.open:
            paragraph = self.open[-1]
            level = self.styles.level(self.style)
            paragraph.level = level if level <= 2 else 0
            number = self.list_number or self.styles.number(self.style)
            paragraph.listed = "" if level else self.numbering.kind(number, self.list_level or "0")
            if level > 2:  # a heading below those of the cards is a paragraph that stands out
                self.bold = True
        elif name == "p" and self.open:
            self.open.pop()

    def text(self, text: str) -> None:
        if self.path[-1:] == ["t"] and not self.hidden:
            self.text_of(text)

    def text_of(self, text: str) -> None:
        if self.open:
            self.open[-1].runs.append((text, self.bold, self.italic))

    def _begin(self) -> None:
        self.count += 1
        if self.count > MAX_PARAGRAPHS:
            raise OutlineRefused(
                _("The document has more than %(limit)d paragraphs. Split it into parts.")
                % {"limit": MAX_PARAGRAPHS}
            )
        paragraph = Paragraph(self.count, in_table="tbl" in self.path)
        self.style = self.list_number = self.list_level = ""
        self.bold = self.italic = False
        self.paragraphs.append(paragraph)
        self.open.append(paragraph)

    def _show(self, relation: str) -> None:
        paragraph = self.open[-1]
        try:
            paragraph.pictures.append(self.pictures.taken(relation, self.alt))
        except PictureRefused as refused:
            paragraph.refused.append(str(refused))
        self.alt = ""
