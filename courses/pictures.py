"""Pictures that come with a course's files rather than through the editor's form."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils.translation import gettext as _
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.utils.file import hash_filelike

from lms.lib.svg import SvgRefused, check_svg

FORMATS = {"png": "PNG", "webp": "WEBP", "svg": ""}


class PictureRefused(ValueError):
    """The file is no picture that a card may show; the text says why."""


def check_picture(name: str, data: bytes) -> None:
    """Nothing for a PNG, WebP or allowed SVG whose content is what its name says. Raises PictureRefused."""
    extension = name.rpartition(".")[2].lower()
    if extension not in FORMATS:
        raise PictureRefused(_("A picture is a PNG, WebP or SVG file."))
    try:
        if extension == "svg":
            check_svg(data)
        else:
            with Picture.open(BytesIO(data), formats=[FORMATS[extension]]) as picture:
                picture.load()
    except SvgRefused as error:
        raise PictureRefused(str(error)) from error
    except Exception as error:  # broken pictures fail in a dozen ways; to the person it is one
        raise PictureRefused(_("The file is not what its name says, or damaged.")) from error


def picture_of(name: str, data: bytes, title: str) -> Image:
    """The library's picture with these bytes, put there when there is none yet. Raises PictureRefused."""
    check_picture(name, data)
    found: Image | None = Image.objects.filter(file_hash=hash_filelike(BytesIO(data))).order_by("pk").first()
    if found:
        return found
    image = Image(title=title[:255], file=ImageFile(ContentFile(data), name=name))
    image._set_image_file_metadata()
    image.save()
    return image
