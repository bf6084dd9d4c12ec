"""Files that trainers hand out: the content decides, not the name."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from lms.lib.filetypes import TYPES, FileRefused, check_file, kind_of


def package(**parts: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


WORD = {"[Content_Types].xml": "", "word/document.xml": ""}
SHEET = {"[Content_Types].xml": "", "xl/workbook.xml": ""}
ODT = {"mimetype": TYPES["odt"], "content.xml": ""}
ODS = {"mimetype": TYPES["ods"], "content.xml": ""}
CUE = "00:01.000 --> 00:02.500 line:0\nXin chào"
M4A = b"\0\0\0\x18ftypisom\0\0\0\0" + b"hdlr" + bytes(8) + b"soun"
MP4 = M4A + b"hdlr" + bytes(8) + b"vide"
MP3 = b"\xff\xfb\x90\x00" + bytes(413)
WEBM = b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm"
OGG = b"OggS" + bytes(24) + b"OpusHead"

RIGHT = {
    "pdf": [b"%PDF-1.7\n"],
    "docx": [package(**WORD)],
    "xlsx": [package(**SHEET)],
    "odt": [package(**ODT)],
    "ods": [package(**ODS)],
    "txt": ["Mẫu đơn".encode(), b"\xef\xbb\xbfA", b""],
    "mp4": [MP4],
    "m4a": [b"\0\0\0\x18ftypM4A \0\0\0\0", M4A],
    "webm": [WEBM],
    "mp3": [MP3, b"ID3\x04"],
    "ogg": [OGG, b"OggS" + bytes(24) + b"\x01vorbis"],
    "vtt": [
        f"WEBVTT\n\n{CUE}\n".encode(),
        f"\ufeffWEBVTT – Việt\n\n1\n01:{CUE[:9]} --> 01:00:03.000\nA".encode(),
    ],
}


@pytest.mark.parametrize("kind", RIGHT)
def test_a_file_is_taken_for_what_it_is_and_under_no_other_name(kind: str):
    for data in RIGHT[kind]:
        check_file(f"Tệp.{kind.upper()}", BytesIO(data))
        assert kind_of(data) == kind
        for other in TYPES.keys() - {kind, "txt"}:
            with pytest.raises(FileRefused):
                check_file(f"tep.{other}", BytesIO(data))


def test_every_kind_that_is_taken_is_tried_here():
    assert RIGHT.keys() == TYPES.keys()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tep.zip", package(a="")),
        ("tep.exe", b"MZ"),
        ("tep.html", b"<script>"),
        ("tep.docm", package(**WORD)),
        ("tep", b"%PDF-1.7"),
        ("tep.docx", package(**WORD, **{"word/vbaProject.bin": ""})),
        ("tep.xlsx", package(**SHEET, **{"xl/activeX/activeX1.xml": ""})),
        ("tep.odt", package(**ODT, **{"Basic/Standard/Module1.xml": ""})),
        ("tep.docx", package(**WORD)[:-30]),
        ("tep.odt", package(mimetype="x" * 200, **{"content.xml": ""})),
        ("tep.odt", package(mimetype="đ", **{"content.xml": ""})),
        ("tep.txt", b"\xff\xfe\x00A"),
        ("tep.txt", b"A\x00B"),
        ("tep.mp4", b"\0\0\0\x18ftypqt  " + MP4[16:]),
        ("tep.mp4", b"\0\0\0\x18ftypheic" + MP4[16:]),
        ("tep.webm", b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska"),
        ("tep.mp3", b"\xff\xfb\xf0\x00"),
        ("tep.mp3", b"\xff\xf1\x50\x80"),  # AAC
        ("tep.mp3", b"\xff"),
        ("tep.ogg", b"OggS" + bytes(24) + b"\x80theora"),
        ("tep.pdf", b""),
        ("tep.vtt", b"WEBVTT\n\n"),
        ("tep.vtt", b"WEBVTTX\n\n00:01.000 --> 00:02.000\nA"),
        ("tep.vtt", b"1\n00:00:01,000 --> 00:00:02,000\nA"),
        ("tep.vtt", b"WEBVTT\n\n00:01,000 --> 00:02,000\nA"),
        ("tep.vtt", b"WEBVTT\n\n00:02.000 --> 00:02.000\nA"),
        ("tep.vtt", b"WEBVTT\n\n00:71.000 --> 01:02.000\nA"),
        pytest.param("tep.vtt", b"WEBVTT\n\n%s:00:01.000 --> 00:02.000\nA" % (b"9" * 5000), id="hours"),
        ("tep.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nVới".encode("cp1258", "ignore") + b"\xff"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # bytes with the hour in them are no name
)
def test_what_is_not_what_its_name_says_or_holds_programs_is_refused(name: str, data: bytes):
    with pytest.raises(FileRefused):
        check_file(name, BytesIO(data))


def test_an_archive_with_any_wrong_byte_is_taken_or_refused_and_never_a_failure():
    data = package(**ODT)
    refused = 0
    for place in range(len(data)):
        for byte in (b"\x00", b"\x09", b"\xff"):
            try:
                check_file("tep.odt", BytesIO(data[:place] + byte + data[place + 1 :]))
            except FileRefused:
                refused += 1
    assert refused > 100
