"""The forms of pictures and files; named in the settings WAGTAILIMAGES_… and WAGTAILDOCS_…_FORM_BASE."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from courses.cards.files import MB, limit_of, what_is_taken
from courses.models import VersionDocument, VersionPicture
from lms.lib.filetypes import FileRefused, check_file
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


class DocumentForm(BaseDocumentForm):
    """A file that a published lesson hands out stays as it is; a new one is what its name says, and not too large."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].help_text = what_is_taken()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        if VersionDocument.objects.filter(document=self.instance.pk).exists():
            raise ValidationError(
                _(
                    "A published lesson hands this file out, so it stays as it is. "
                    "Upload the new one as a new file and choose it in the lesson."
                )
            )
        limit = limit_of(file.name)
        if file.size > limit:
            raise ValidationError(
                _("The file is too large. Files of this kind have at most %(limit)s MB.")
                % {"limit": limit // MB}
            )
        try:
            check_file(file.name, file)
        except FileRefused as error:
            raise ValidationError(str(error)) from error
        return file
