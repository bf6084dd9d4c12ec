"""The forms of a course or lesson: its address follows from its title, a copy is a page of its own, and
publishing a lesson again asks what has changed."""

from typing import Any

from django import forms
from django.forms import ChoiceField
from django.utils.text import slugify
from django.utils.translation import gettext as _
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


class ModulePageForm(LessonPageForm):
    """With the question of courses.models.Change: a draft may leave it open, publishing and its review may not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from courses.models import Change  # which knows these forms

        answer = self.fields.get("change")
        if isinstance(answer, ChoiceField):
            answer.choices = Change.choices  # without the empty one

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if "change" in self.fields and self._is_asked():
            for name, sentence in self._left_open(cleaned):
                self.add_error(name, sentence)
        return cleaned

    def _is_asked(self) -> bool:
        published = self.instance.current_version_id is not None
        return (
            published
            and not self.is_deferred_validation
            and (self.instance.has_unpublished_changes or self.has_changed())
        )

    def _left_open(self, cleaned: dict[str, Any]) -> list[tuple[str, str]]:
        from courses.publishing import why_not_material  # which knows the models, and they know this file

        if not cleaned.get("change"):
            return [("change", _("Say whether this change is editorial or material. Your text is kept."))]
        if cleaned["change"] != "material":
            return []
        found = [("change", sentence) for sentence in why_not_material(self.instance)]
        if not cleaned.get("change_note", "").strip():
            found.append(("change_note", _("Say in a few words what has changed.")))
        if cleaned.get("change_basis") is None:
            found.append(("change_basis", _("Name the legal basis of the change.")))
        return found


class CopyLessonForm(CopyForm):
    """Without aliases: a page that follows another one would have no versions of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)
        from courses.copying import companions, lessons_in  # which knows the models, and they know this form

        lessons = lessons_in(self.page)
        for name, companion in companions.items():
            if companion.exists(lessons):
                self.fields[f"with_{name}"] = forms.BooleanField(
                    required=False, initial=True, label=companion.label, help_text=companion.help
                )

    def clean(self) -> dict[str, Any]:
        """Wagtail would publish before the copy is whole; courses.copying does it afterwards."""
        cleaned: dict[str, Any] = super().clean()
        return cleaned | {"publish_copies": False}
