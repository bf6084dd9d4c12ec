"""Files that trainers hand out: which kinds there are, and whether a file's content is what its name says.

A name proves nothing, so the content decides. Programs inside documents (macros) are refused.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _

DOCUMENTS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain; charset=utf-8",
}
VIDEO = {"mp4": "video/mp4", "webm": "video/webm"}
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}
CAPTIONS = {"vtt": "text/vtt; charset=utf-8"}
TYPES = {**DOCUMENTS, **VIDEO, **AUDIO, **CAPTIONS}

MAX_TEXT = 1024 * 1024  # bytes of a text or of captions
_MP4_BRANDS = {
    *(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"MSNV"),
    *(b"M4V ", b"M4A ", b"M4B "),
}
_FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)  # the handler of a track with pictures
_MAIN_PART = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "odt": "content.xml",
    "ods": "content.xml",
}
_MACROS = re.compile(r"vbaProject|^Basic/|^Scripts/|activeX|embeddings/.*\.bin$", re.IGNORECASE)
_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]|$)")


class FileRefused(ValueError):
    """The file cannot be taken; the text says why, in the person's language."""


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def check_file(name: str, file: IO[bytes]) -> None:
    """Nothing for a file of a kind of ``TYPES`` whose content is of that kind. Raises FileRefused."""
    extension = extension_of(name)
    if extension not in TYPES:
        raise FileRefused(_("Files of the kind “%(kind)s” are not taken.") % {"kind": extension})
    file.seek(0)
    _CHECKS[extension](file, extension)
    file.seek(0)


def kind_of(data: bytes) -> str:
    """The extension that the bytes deserve, such as "pdf". Raises FileRefused for what is of no kind of ``TYPES``."""
    for extension in sorted(TYPES, key="txt".__eq__):  # nearly all others that are text are a text as well
        try:
            check_file(f".{extension}", BytesIO(data))
        except FileRefused:
            continue
        return extension
    raise FileRefused(_("The file is of no kind that lessons hand out."))


def _begins(fits: Callable[[bytes], bool]) -> Callable[[IO[bytes], str], None]:
    def check(file: IO[bytes], extension: str) -> None:
        if not fits(file.read(4096)):
            raise _unlike_its_name(extension)

    return check


def _check_mp4(file: IO[bytes], extension: str) -> None:
    """One container for film and for sound alone: what is in it decides, since only a film needs captions."""
    data = file.read()
    if (
        data[4:8] != b"ftyp"
        or data[8:12] not in _MP4_BRANDS
        or bool(_FILM.search(data)) is not (extension == "mp4")
    ):
        raise _unlike_its_name(extension)


def _is_mp3(head: bytes) -> bool:
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # the frame's sync, layer III
        return False
    return head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C


def _is_webm(head: bytes) -> bool:
    return head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]


def _is_ogg(head: bytes) -> bool:
    return head.startswith(b"OggS") and (b"\x01vorbis" in head[:128] or b"OpusHead" in head[:128])


def _check_package(file: IO[bytes], extension: str) -> None:
    """Office files are archives: by their parts, none of which is unpacked but for a short line."""
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            if extension in {"odt", "ods"}:
                with package.open("mimetype") as line:
                    kind = line.read(100).decode("ascii")
            else:
                kind = DOCUMENTS[extension] if "[Content_Types].xml" in names else ""
    except Exception as error:  # a broken archive fails in many ways; to the person it is one
        raise _unlike_its_name(extension) from error
    if kind != DOCUMENTS[extension] or _MAIN_PART[extension] not in names:
        raise _unlike_its_name(extension)
    if any(_MACROS.search(name) for name in names):
        raise FileRefused(_("The file holds programs (macros). Save it without them."))


def _text(file: IO[bytes], extension: str) -> str:
    data = file.read(MAX_TEXT + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(_("The text is not in the encoding UTF-8. Save it again as UTF-8.")) from error
    if len(data) > MAX_TEXT or "\x00" in text:
        raise _unlike_its_name(extension)
    return text


def _check_captions(file: IO[bytes], extension: str) -> None:
    """WebVTT with at least one line to show, each with an end after its beginning."""
    lines = _text(file, extension).splitlines()
    if not lines or not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise _unlike_its_name(extension)
    times = [line for line in lines if "-->" in line]
    for line in times:
        found = _CUE.match(line.strip())
        if not found or _seconds(found.groups()[:4]) >= _seconds(found.groups()[4:]):
            raise FileRefused(
                _("The captions have a line whose time cannot be read: %(line)s")
                % {"line": line.strip()[:60]}
            )
    if not times:
        raise FileRefused(_("The captions hold no line to show."))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _check_text(file: IO[bytes], extension: str) -> None:
    _text(file, extension)


def _unlike_its_name(extension: str) -> FileRefused:
    return FileRefused(
        _("The content is not that of a “%(kind)s” file, or the file is damaged.") % {"kind": extension}
    )


_CHECKS: dict[str, Callable[[IO[bytes], str], None]] = {
    "pdf": _begins(lambda head: head.startswith(b"%PDF-")),
    **dict.fromkeys(("docx", "xlsx", "odt", "ods"), _check_package),
    "txt": _check_text,
    "vtt": _check_captions,
    **dict.fromkeys(("mp4", "m4a"), _check_mp4),
    "webm": _begins(_is_webm),
    "mp3": _begins(_is_mp3),
    "ogg": _begins(_is_ogg),
}
