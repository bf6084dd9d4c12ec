"""HTML to PDF by WeasyPrint, with our own fonts, nothing from outside and the same bytes for the same input.

What is measured in tests/bench and why it is done so: the parsed style sheet, the fonts and the fetcher are
made once per process (a fetcher of WeasyPrint's own reads the CA bundle for every document). The fetcher
opens files of our own font and layout folders only: WeasyPrint's own would embed any local file that a
document names. WeasyPrint is imported with the first document, so the web tier never carries it.
"""

import atexit
import functools
import importlib.util
import logging
import threading
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

logger = logging.getLogger(__name__)

# Family → (weight, style, file). The first that has all letters of a text prints it. Be Vietnam Pro has every
# Vietnamese letter, but not ŏ ĭ ŭ ĕ ƀ, with which the Ê Đê, Ba Na and Gia Rai write their names; Source Sans
# has. One document keeps one family, so that no letter of a name stands out.
FAMILIES: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "Be Vietnam Pro": (
        "fontpkg_be_vietnam_pro",
        [
            ("400", "normal", "BeVietnamPro-Regular.ttf"),
            ("400", "italic", "BeVietnamPro-Italic.ttf"),
            ("600", "normal", "BeVietnamPro-SemiBold.ttf"),
        ],
    ),
    "Source Sans 3": (
        "fontpkg_source_sans_3",
        [
            ("200 900", "normal", "SourceSans3[wght].ttf"),
            ("200 900", "italic", "SourceSans3-Italic[wght].ttf"),
        ],
    ),
}
REQUIRED = "Be Vietnam Pro"
_VOWELS = "aăâeêioôơuưy"
_TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + tone) for letter in _VOWELS + _VOWELS.upper() for tone in _TONES
) | frozenset("bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX")

# WeasyPrint's font configuration belongs to one thread at a time.
_rendering = threading.Lock()


class DoesNotFitError(Exception):
    """The text is too long for its one page even at the smallest scale."""


def render_page(
    html: str, *, stylesheet: Path, identifier: str, scales: Sequence[float] = (1, 0.92, 0.85, 0.78, 0.7, 0.6)
) -> bytes:
    """One page of PDF from a whole HTML document (already escaped), laid out by ``stylesheet``.

    The style sheet measures type in rem; where the text takes more than a page, the next smaller of ``scales``
    is tried, so no text is ever cut (DoesNotFitError when none is small enough). Files that the document or
    the style sheet names must lie in the style sheet's folder. Tagged, fonts embedded as subsets; equal
    arguments give equal bytes, under one version of WeasyPrint and of the fonts.
    """
    from weasyprint import HTML

    html = unicodedata.normalize("NFC", html)
    family = family_for(html)
    with _rendering:
        fetcher = _fetcher(stylesheet.parent)
        source = HTML(string=html, base_url=stylesheet.parent.as_uri() + "/", url_fetcher=fetcher)
        for scale in scales:
            document = source.render(
                font_config=_fonts(),
                stylesheets=[_sheet(stylesheet), _base(family, scale)],
                pdf_tags=True,
                cache=_pictures(stylesheet.parent),
            )
            if len(document.pages) == 1:
                return bytes(document.write_pdf(pdf_identifier=identifier.encode(), pdf_tags=True))
    raise DoesNotFitError(f"more than one page at {scales[-1]:.0%} of the usual size")


def family_for(text: str) -> str:
    """The first family that has every letter of ``text``, else the one that lacks fewest (and a warning)."""
    letters = {char for char in text if char.isprintable() and not char.isspace()}
    lacking = {family: letters - _letters(family) for family in FAMILIES if _folder(family)}
    best = min(lacking, key=lambda family: len(lacking[family]))
    if lacking[best]:
        logger.warning("No font of ours has %s; the machine's own stand in", " ".join(sorted(lacking[best])))
    return best


def fonts_ready() -> list[str]:
    """What stands in the way of printing, each with its cure; empty when all is well.

    A start-up check, since WeasyPrint without a usable font does not raise: the process dies.
    """
    problems = []
    try:
        _load_pango()
    except (ImportError, OSError) as error:
        problems.append(
            f"WeasyPrint cannot load Pango ({error}). "
            "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
            "(macOS: brew install pango)"
        )
    folder = _folder(REQUIRED)
    if folder is None:
        return [
            *problems,
            "The font Be Vietnam Pro is missing. Install it: uv pip install fontpkg-be-vietnam-pro",
        ]
    for _weight, _style, name in FAMILIES[REQUIRED][1]:
        problems += _font_problems(folder / name)
    return problems


def _load_pango() -> None:
    """Run the one file of WeasyPrint that opens the libraries: a third of the time and memory of all of it."""
    package = importlib.util.find_spec("weasyprint")
    if package is None or package.origin is None:
        raise ImportError("the package weasyprint is not installed")
    file = Path(package.origin).parent / "text" / "ffi.py"
    spec = importlib.util.spec_from_file_location("weasyprint_libraries", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be read")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _font_problems(file: Path) -> list[str]:
    cure = "Reinstall it: uv pip install --reinstall fontpkg-be-vietnam-pro"
    if not file.is_file():
        return [f"The font file {file.name} is missing. {cure}"]
    try:
        lacking = VIETNAMESE - _cover(file)
    except Exception as error:  # fontTools has many ways to say that a file is no font
        return [f"The font file {file.name} cannot be read ({error}). {cure}"]
    if lacking:
        return [f"The font file {file.name} lacks Vietnamese letters: {' '.join(sorted(lacking))}. {cure}"]
    return []


def _folder(family: str) -> Path | None:
    """Where the family's package keeps its files; None when it is not installed."""
    spec = importlib.util.find_spec(FAMILIES[family][0])
    return Path(spec.origin).parent / "files" if spec and spec.origin else None


def _files(family: str) -> list[tuple[str, str, Path]]:
    """(weight, style, file) of an installed family; none of one that is not."""
    folder = _folder(family)
    return [(weight, style, folder / name) for weight, style, name in FAMILIES[family][1]] if folder else []


@functools.cache
def _letters(family: str) -> frozenset[str]:
    """The letters that all files of a family have."""
    return frozenset.intersection(*(_cover(file) for _weight, _style, file in _files(family)))


@functools.cache
def _cover(file: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@functools.cache
def _fonts() -> "FontConfiguration":
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_fonts.cache_clear)  # it cleans up after itself only while the interpreter is whole
    return FontConfiguration()


@functools.cache
def _sheet(stylesheet: Path) -> "CSS":
    from weasyprint import CSS

    return CSS(filename=stylesheet, font_config=_fonts(), url_fetcher=_fetcher(stylesheet.parent))


@functools.cache
def _base(family: str, scale: float) -> "CSS":
    """The fonts of one family and the size of a rem."""
    from weasyprint import CSS

    faces = "".join(
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; font-style: {style}; "
        f"src: url('{file.as_uri()}') }}\n"
        for weight, style, file in _files(family)
    )
    text = f"{faces} html {{ font-family: '{family}', sans-serif; font-size: {12 * scale}pt }}"
    return CSS(string=text, font_config=_fonts(), url_fetcher=_fetcher(_files(family)[0][2].parent))


@functools.cache
def _fetcher(folder: Path) -> "URLFetcher":
    """Opens data: addresses and files of our fonts and of one layout folder, and nothing else."""
    from weasyprint.urls import URLFetcher

    ours = [folder.resolve(), *(found.resolve() for family in FAMILIES if (found := _folder(family)))]

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            if parts.scheme == "file":
                path = Path(url2pathname(parts.path)).resolve()
                if parts.netloc or not any(path.is_relative_to(own) for own in ours):
                    raise ValueError(f"not a file of ours: {url}")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols={"file", "data"})


@functools.cache
def _standing_pictures(folder: Path) -> dict[str, Any]:
    return {}


def _pictures(folder: Path) -> dict[str, Any]:
    """WeasyPrint's cache of decoded pictures: those of the layout stay, those of one document do not."""
    cache = _standing_pictures(folder)
    for url in [url for url in cache if not str(url).startswith("file:")]:
        del cache[url]
    return cache
