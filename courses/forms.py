"""The form of a picture; named in the setting WAGTAILIMAGES_IMAGE_FORM_BASE."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.images.forms import BaseImageForm

from courses.models import VersionPicture
from lms.lib.svg import SvgRefused, check_svg


class ImageForm(BaseImageForm):
    """A picture that a published lesson shows keeps its file; a drawing holds nothing but a drawing."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data and VersionPicture.objects.filter(image=self.instance.pk).exists():
            raise ValidationError(
                _(
                    "A published lesson shows this picture, so its file stays as it is. "
                    "Upload the new one as a new picture and choose it in the lesson."
                )
            )
        if "file" in self.changed_data and file.name.lower().endswith(".svg"):
            _refuse_programs(file)
        return file


def _refuse_programs(file: Any) -> None:
    file.seek(0)
    try:
        check_svg(file.read())
    except SvgRefused as error:
        raise ValidationError(str(error)) from error
    file.seek(0)
