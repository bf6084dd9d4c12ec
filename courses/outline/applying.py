"""An outline, written: draft lessons at the end of a course, in one transaction."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from courses.exchange.uploads import opened
from courses.models import Course, CourseImport, Module, ModuleLegalBasis
from courses.outline.plan import Lesson, OutlineRefused, Picture, checked
from courses.outline.reading import read_outline
from people.models import User


def import_outline(pk: int, *, split: bool, user: User | None) -> CourseImport:
    """The lessons of an upload, made once: a repeat finds it imported and changes nothing.

    Raises OutlineRefused, and then nothing was written; and CourseImport.DoesNotExist.
    """
    made: list[str] = []
    try:
        with transaction.atomic():
            stored = CourseImport.objects.select_for_update(of=("self",)).get(
                pk=pk, kind=CourseImport.Kind.OUTLINE
            )
            if stored.state == CourseImport.State.IMPORTED:
                return stored
            if stored.state == CourseImport.State.EXPIRED or stored.course is None:
                raise OutlineRefused(
                    _("The upload was emptied, for it is more than a week old. Upload the file again.")
                )
            with opened(stored) as file:
                outline = checked(read_outline(file), stored.course, split=split)
            if not outline.cards:
                raise OutlineRefused(_("Nothing was imported: no card of the file can be taken over."))
            for lesson in outline.lessons:
                if lesson.taken:
                    _write(lesson, stored.course, user, made)
            stored.state, stored.imported_at = CourseImport.State.IMPORTED, timezone.now()
            stored.save(update_fields=["state", "imported_at"])
            name = stored.file
            transaction.on_commit(lambda: default_storage.delete(name))
    except Exception:
        for file_name in made:
            default_storage.delete(file_name)
        raise
    return stored


def _write(lesson: Lesson, course: Course, user: User | None, made: list[str]) -> None:
    module = Module(
        title=lesson.title, summary=lesson.summary, minutes=lesson.minutes, live=False, owner=user
    )
    cards = []
    for card in lesson.taken:
        value = card.block_value()
        if card.picture:
            value["image"] = _image(card.picture, card.heading, user, made)
        cards.append((card.kind, value))
    module.cards = cards
    module.basis_links = [
        ModuleLegalBasis(basis=link.basis, article=link.article, sort_order=order)
        for order, link in enumerate(lesson.links)
    ]
    Course.objects.get(pk=course.pk).add_child(instance=module)  # read anew: the last one changed the tree
    module.save_revision(user=user, log_action=True)


def _image(picture: Picture, heading: str, user: User | None, made: list[str]) -> Image:
    """The library's picture with the same bytes, or a new one."""
    digest = hashlib.sha1(picture.data, usedforsecurity=False).hexdigest()  # as the library keeps it
    known: Image | None = Image.objects.filter(file_hash=digest).first()
    if known:
        return known
    image = Image(
        title=(picture.alt or heading)[:200],
        file=ContentFile(picture.data, f"de-cuong-{digest[:12]}.{picture.extension}"),
        file_size=len(picture.data),
        file_hash=digest,
        uploaded_by_user=user,
    )
    image.save()
    made.append(image.file.name)
    return image
