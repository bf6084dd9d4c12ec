"""Publishing: a module as it stands becomes a version that never changes; learners only ever meet versions."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.log_actions import get_active_log_context
from wagtail.models import Revision

from courses.cards.base import FROZEN
from courses.lookup import index_cards
from courses.models import Change, Module, ModuleVersion, VersionDocument, VersionPicture
from courses.signals import version_published
from people.models import User

VersionPart = Callable[[Module], dict[str, Any] | None]

MaterialCheck = Callable[[Module], str]

_parts: dict[str, VersionPart] = {}
_checks: dict[str, MaterialCheck] = {}


class NotPublishedError(ValueError):
    """The module is not published: a draft never becomes a version."""


def register_part(name: str, freeze: VersionPart) -> None:
    """Let an app above add its own frozen state to every version, found as ``version.parts[name]``.

    ``freeze(module)`` gives what JSON can hold, or None when the module has no such part. The same state
    must always give the same value, else every publish makes a new version. Called from AppConfig.ready().
    """
    _parts[name] = freeze


def register_check(name: str, check: MaterialCheck) -> None:
    """Let an app above say why a module cannot be published as a material change yet; empty: it can."""
    _checks[name] = check


def why_not_material(module: Module) -> list[str]:
    """What is still missing before the module can be published as a material change, in sentences."""
    return [sentence for _name, check in sorted(_checks.items()) if (sentence := check(module))]


def publish_version(module: Module, *, by: User | None = None) -> ModuleVersion:
    """Freeze the published state of a module, its legal bases and its parts.

    What is frozen is read from the database under a lock, never from the instance given, so a draft in memory
    cannot slip in. The same state as the newest version gives that version again; any other state gets the next
    number, with the trainer's answer to what kind of change it is; where nobody was asked, since it follows from
    the bank of questions, it is editorial. ``module.current_version`` follows. Sends ``version_published`` when
    committed. Raises NotPublishedError for a module that is not live.
    """
    with transaction.atomic():
        # Both halves of the row are locked: on PostgreSQL one that was waited for is then read anew.
        locked = Module.objects.select_for_update(of=("self", "page_ptr")).get(pk=module.pk)
        if not locked.live:
            raise NotPublishedError(f"{locked} is not published")
        state = _state(locked)
        digest = _digest(state)
        version: ModuleVersion | None = locked.versions.order_by("-number").first()
        if version is None or version.digest != digest:
            version = ModuleVersion.objects.create(
                module=locked,
                number=version.number + 1 if version else 1,
                digest=digest,
                published_by=by,
                **state,
                **(_answer(locked) if version else {}),
            )
            _keep_files(version, locked)
            _announce(version)
        if locked.current_version_id != version.pk:
            index_cards(version)
        if (
            locked.current_version_id != version.pk
            or locked.change
            or locked.change_note
            or locked.change_basis_id
        ):
            Module.objects.filter(pk=locked.pk).update(current_version=version, **UNANSWERED)
    module.current_version = version
    for name, value in UNANSWERED.items():
        setattr(module, name, value)
    return version


UNANSWERED = {"change": "", "change_note": "", "change_basis": None}


def _answer(module: Module) -> dict[str, Any]:
    if module.change != Change.MATERIAL:
        return {"change": Change.EDITORIAL, "change_note": module.change_note}
    return {
        "change": Change.MATERIAL,
        "change_note": module.change_note,
        "change_basis": module.change_basis.snapshot() if module.change_basis else {},
    }


def _state(module: Module) -> dict[str, Any]:
    links = module.basis_links.select_related("basis").order_by("sort_order", "pk")
    parts = {name: freeze(module) for name, freeze in sorted(_parts.items())}
    return {
        "title": module.title,
        "summary": module.summary,
        "minutes": module.minutes,
        "cards": _frozen_cards(module),
        "legal_bases": [{**link.basis.snapshot(), "article": link.article} for link in links],
        "parts": {name: part for name, part in parts.items() if part is not None},
    }


def _frozen_cards(module: Module) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = module.cards.get_prep_value()
    for child, each in zip(module.cards, stored, strict=True):
        if frozen := child.block.frozen(child.value):
            each["value"] = {**each["value"], FROZEN: frozen}
    return stored


def _digest(state: dict[str, Any]) -> str:
    """SHA-256, hexadecimal, of the state as canonical JSON."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_files(version: ModuleVersion, module: Module) -> None:
    """Name the pictures and files the version shows, so that none is deleted while it is shown."""
    references = list(module.cards.stream_block.extract_references(module.cards))
    # One by one: Wagtail's index of uses listens to each save.
    for pk in sorted({int(pk) for model, pk, _path, _content in references if model is Image}):
        VersionPicture.objects.create(version=version, image_id=pk)
    for pk in sorted({int(pk) for model, pk, _path, _content in references if model is Document}):
        VersionDocument.objects.create(version=version, document_id=pk)


def _announce(version: ModuleVersion) -> None:
    transaction.on_commit(lambda: version_published.send_robust(sender=ModuleVersion, version=version))


def publish_with_page(
    sender: type[Module], instance: Module, revision: Revision | None = None, **kwargs: object
) -> None:
    """Receiver of Wagtail's ``page_published``: the page that went live becomes a version.

    Named as publisher: who pressed the button; where nobody did (a schedule), who wrote the revision.
    """
    by = get_active_log_context().user or (revision.user if revision else None)
    if instance.live:  # else its publication is only scheduled
        publish_version(instance, by=by)
