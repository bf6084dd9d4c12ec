"""Pictures that come with a course's files rather than through the editor's form."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.utils.file import hash_filelike

from lms.lib.pictures import PictureRefused, checked_picture
from lms.lib.svg import SvgRefused, check_svg

FORMATS = {"png", "webp", "svg"}


def checked_for_cards(data: bytes) -> str:
    """The extension that a picture's bytes deserve; cards show drawings as well. Raises PictureRefused."""
    if b"<svg" not in data[:2000].lower():
        return checked_picture(data).extension
    try:
        check_svg(data)
    except SvgRefused as error:
        raise PictureRefused(str(error)) from error
    return "svg"


def check_picture(name: str, data: bytes) -> None:
    """Nothing for a PNG, WebP or allowed SVG whose content is what its name says. Raises PictureRefused."""
    extension = name.rpartition(".")[2].lower()
    if extension not in FORMATS:
        raise PictureRefused(_("A picture is a PNG, WebP or SVG file."))
    if checked_for_cards(data) != extension:
        raise PictureRefused(_("The file is not what its name says, or damaged."))


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
