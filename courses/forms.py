"""The form of a picture; named in the setting WAGTAILIMAGES_IMAGE_FORM_BASE."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.images.forms import BaseImageForm

from courses.models import VersionPicture


class ImageForm(BaseImageForm):
    """A picture that a published lesson shows keeps its file."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data and VersionPicture.objects.filter(image=self.instance.pk).exists():
            raise ValidationError(
                _(
                    "A published lesson shows this picture, so its file stays as it is. "
                    "Upload the new one as a new picture and choose it in the lesson."
                )
            )
        return file
