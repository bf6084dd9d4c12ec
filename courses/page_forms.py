"""The forms of a course or lesson: its address follows from its title, and a copy is a page of its own."""

from typing import Any

from django.utils.text import slugify
from wagtail.admin.forms.pages import CopyForm, WagtailAdminPageForm
from wagtail.models import Page

from lms.lib.text import fold


class LessonPageForm(WagtailAdminPageForm):
    """An address left empty is made from the title here: the browser's own slugs lose Vietnamese letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        typed: str = self.cleaned_data["slug"] or ""
        base = slugify(fold(self.cleaned_data.get("title", "")))
        return typed or (base and self._free(base))

    def _free(self, base: str) -> str:
        slug, number = base, 1
        while not Page._slug_is_available(slug, self.parent_page, self.instance):
            number += 1
            slug = f"{base}-{number}"
        return slug


class CopyLessonForm(CopyForm):
    """Without aliases: a page that follows another one would have no versions of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)
