"""What a document may reach, and that equal input gives equal bytes (lms/lib/pdf.py)."""

import io
import logging
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdf
import pytest
from fontTools.ttLib import TTFont

from lms.lib import pdf
from lms.lib.pdf import VIETNAMESE, DoesNotFitError, family_for, fonts_ready, render_page


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    folder = tmp_path / "layout"
    folder.mkdir()
    (folder / "plain.css").write_text("@page { size: 100mm 60mm; margin: 5mm } p { margin: 0 }")
    return folder / "plain.css"


def page(body: str) -> str:
    return f'<!doctype html><html lang="vi"><head><title>Thử</title></head><body>{body}</body></html>'


def render(body: str, sheet: Path, **options: object) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_page(page(body), stylesheet=sheet, identifier="x", **options)))


@pytest.fixture
def visitors() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine and the list of what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_document_embeds_no_file_of_the_machine(sheet: Path):
    reader = render(
        '<link rel="attachment" href="file:///etc/passwd"><p>Chữ</p><img src="file:///etc/hostname" alt="">',
        sheet,
    )
    assert reader.attachments == {}
    assert reader.pages[0].extract_text().strip() == "Chữ"


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "inner/../../secret.txt"])
def test_document_does_not_climb_out_of_its_layout_folder(sheet: Path, path: str):
    (sheet.parent.parent / "secret.txt").write_text("bí mật")
    (sheet.parent / "inner").mkdir()
    assert render(f'<link rel="attachment" href="{path}"><p>Chữ</p>', sheet).attachments == {}


def test_document_may_use_the_files_of_its_layout_folder(sheet: Path):
    (sheet.parent / "note.txt").write_text("ghi chú")
    reader = render('<link rel="attachment" href="note.txt"><p>Chữ</p>', sheet)
    assert reader.attachments == {"note.txt": ["ghi chú".encode()]}


def test_document_asks_nothing_of_the_network(sheet: Path, visitors: tuple[str, list[str]]):
    address, asked = visitors
    render(
        f'<p style="background: url({address}/c)">Chữ</p><img src="{address}/a" alt="">'
        f'<link rel="stylesheet" href="{address}/b"><link rel="attachment" href="{address}/d">',
        sheet,
    )
    assert asked == []


def test_link_to_a_file_outside_is_not_followed(sheet: Path):
    (sheet.parent.parent / "secret.txt").write_text("bí mật")
    (sheet.parent / "link.txt").symlink_to(sheet.parent.parent / "secret.txt")
    assert render('<link rel="attachment" href="link.txt"><p>Chữ</p>', sheet).attachments == {}


def test_equal_input_gives_equal_bytes(sheet: Path):
    body = page("<p>Nguyễn Thị Ủy <b>đậm</b> <i>nghiêng</i></p>")
    one, again, other = (render_page(body, stylesheet=sheet, identifier=key) for key in ("1", "1", "2"))
    assert one == again != other


def test_long_text_shrinks_until_it_fits_its_page(sheet: Path):
    text = "<p>" + "Mười hai bước đường. " * 32 + "</p>"
    reader = render(text, sheet)
    assert len(reader.pages) == 1
    assert reader.pages[0].extract_text().count("đường") == 32
    with pytest.raises(DoesNotFitError):
        render(text, sheet, scales=(1,))


def test_decomposed_text_is_printed_composed(sheet: Path):
    assert (
        render(f"<p>{unicodedata.normalize('NFD', 'Nguyễn')}</p>", sheet).pages[0].extract_text() == "Nguyễn"
    )


def test_page_is_tagged_and_says_its_language_and_title(sheet: Path):
    reader = render("<p>Chữ</p>", sheet)
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Thử"


def test_no_problem_with_the_fonts_of_this_installation():
    assert fonts_ready() == []


def test_vietnamese_alphabet_is_whole():
    assert len(VIETNAMESE) == 2 * (12 * 6 + 17)


@pytest.mark.parametrize(
    ("package", "problem"),
    [("no_such_package", "is missing. Install it"), ("fontTools", "is missing. Reinstall it")],
)
def test_missing_font_is_named_with_its_cure(monkeypatch, package: str, problem: str):
    monkeypatch.setitem(pdf.FAMILIES, pdf.REQUIRED, (package, pdf.FAMILIES[pdf.REQUIRED][1]))
    assert all(problem in line for line in fonts_ready())
    assert fonts_ready() != []


def test_font_without_vietnamese_is_named_with_the_letters_it_lacks(monkeypatch, tmp_path: Path):
    package = tmp_path / "latin_only"
    (package / "files").mkdir(parents=True)
    (package / "__init__.py").touch()
    make_latin_font(package / "files" / "Latin.ttf")
    (package / "files" / "Broken.ttf").write_text("no font")
    monkeypatch.syspath_prepend(str(tmp_path))
    files = [("400", "normal", "Latin.ttf"), ("600", "normal", "Broken.ttf")]
    monkeypatch.setitem(pdf.FAMILIES, pdf.REQUIRED, ("latin_only", files))
    lacking, broken = fonts_ready()
    assert "Latin.ttf lacks Vietnamese letters" in lacking
    assert "ạ" in lacking
    assert "Broken.ttf cannot be read" in broken


def make_latin_font(file: Path) -> None:
    """A font of ours without its letters beyond ASCII."""
    [regular] = [path for _w, _s, path in pdf._files("Be Vietnam Pro") if path.stem.endswith("Regular")]
    with TTFont(regular) as font:
        for table in font["cmap"].tables:
            table.cmap = {char: glyph for char, glyph in table.cmap.items() if char < 128}
        font.save(file)


def test_text_in_vietnamese_letters_is_set_in_be_vietnam_pro(caplog):
    with caplog.at_level(logging.WARNING):
        assert family_for("".join(VIETNAMESE) + "“0123456789” – H'Hen Niê-Kđăm, Y Thông’") == "Be Vietnam Pro"
    assert caplog.text == ""


def test_letter_that_no_font_of_ours_has_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        family_for("Nguyễn 漢")
    assert "No font of ours has 漢" in caplog.text


@pytest.mark.parametrize("name", ["Y Blŏ", "H’Bĭa Ŭng", "Ksor Ƀơ̆m", "Ĕ Čư"])
def test_names_of_the_highlands_are_set_in_a_family_that_has_all_their_letters(name: str):
    assert family_for(name) == "Source Sans 3"
