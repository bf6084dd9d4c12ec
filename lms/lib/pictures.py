"""Pictures of uploaded files: only what really is a picture that a phone can show."""

import base64
import binascii
import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, UnidentifiedImageError


class PictureRefused(Exception):
    """``str()`` is a translated sentence that says why a file is not taken for a picture."""


MAX_PICTURE = 5 * 1024 * 1024
MAX_PIXELS = 16_000_000  # twice what a phone's camera gives; 64 MB unpacked
MAX_PIXELS_OF_FILE = 160_000_000  # of all pictures of one file together: unpacking them takes some seconds
FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}


class Checked(NamedTuple):
    extension: str
    width: int
    height: int


# By digest, the pictures of the file that is being read: each is unpacked once, and all together only so many.
_seen: ContextVar[dict[bytes, Checked] | None] = ContextVar("seen", default=None)


@contextmanager
def one_file() -> Iterator[None]:
    """The pictures checked inside belong to one uploaded file."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def checked_picture(data: bytes) -> Checked:
    """What kind of picture it is. Raises PictureRefused for anything else, without unpacking a bomb."""
    if len(data) > MAX_PICTURE:
        raise PictureRefused(
            _("A picture is larger than %(limit)d MB. Make it smaller.")
            % {"limit": MAX_PICTURE // 1024 // 1024}
        )
    if b"<svg" in data[:2000].lower():
        raise PictureRefused(_("SVG drawings are not taken, as they may hold programs. Save it as PNG."))
    seen, digest = _seen.get(), hashlib.sha256(data).digest()
    seen = {} if seen is None else seen
    if digest not in seen:
        seen[digest] = _unpacked(
            data, MAX_PIXELS_OF_FILE - sum(each.width * each.height for each in seen.values())
        )
    return seen[digest]


@contextmanager
def _whole_only() -> Iterator[None]:
    """WeasyPrint, once imported, has Pillow fill up cut pictures in the whole process; here one is refused."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _unpacked(data: bytes, left: int) -> Checked:
    """``left``: the pixels that may still be unpacked of its file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise PictureRefused(_too_many_pixels())
                if width * height > left:
                    raise PictureRefused(
                        _(
                            "The pictures of the file have more than %(limit)d million points together. Split the file."
                        )
                        % {"limit": MAX_PIXELS_OF_FILE // 1_000_000}
                    )
                with _whole_only():
                    picture.load()
                return Checked(FORMATS[picture.format or ""], width, height)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(_too_many_pixels()) from None
    except UnidentifiedImageError:
        raise PictureRefused(_("A picture is not a PNG, JPEG, GIF or WebP file.")) from None
    except PictureRefused:
        raise
    except Exception as error:
        # Broken pictures fail in a dozen ways, some of them only when unpacked; to the person it is one.
        raise PictureRefused(_("A picture is damaged and cannot be shown.")) from error


def header_of(data: bytes) -> Checked:
    """Of a picture that was checked before; it is not unpacked."""
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
        return Checked(FORMATS[picture.format or "PNG"], *picture.size)


def _too_many_pixels() -> str:
    return _("A picture has more than %(limit)d million points. Make it smaller.") % {
        "limit": MAX_PIXELS // 1_000_000
    }


def from_base64(text: str) -> bytes:
    """Raises PictureRefused."""
    if len(text) > MAX_PICTURE * 3 // 2:
        raise PictureRefused(
            _("A picture is larger than %(limit)d MB. Make it smaller.")
            % {"limit": MAX_PICTURE // 1024 // 1024}
        )
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise PictureRefused(_("A picture is damaged and cannot be shown.")) from error
