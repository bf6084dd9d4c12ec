"""Publishing: a module as it stands becomes a version that never changes; learners only ever meet versions."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from wagtail.images.models import Image
from wagtail.log_actions import get_active_log_context
from wagtail.models import Revision

from courses.models import Module, ModuleVersion, VersionPicture
from courses.signals import version_published
from people.models import User

VersionPart = Callable[[Module], dict[str, Any] | None]

_parts: dict[str, VersionPart] = {}


class NotPublishedError(ValueError):
    """The module is not published: a draft never becomes a version."""


def register_part(name: str, freeze: VersionPart) -> None:
    """Let an app above add its own frozen state to every version, found as ``version.parts[name]``.

    ``freeze(module)`` gives what JSON can hold, or None when the module has no such part. The same state
    must always give the same value, else every publish makes a new version. Called from AppConfig.ready().
    """
    _parts[name] = freeze


def publish_version(module: Module, *, by: User | None = None) -> ModuleVersion:
    """Freeze the published state of a module, its legal bases and its parts.

    What is frozen is read from the database under a lock, never from the instance given, so a draft in memory
    cannot slip in. The same state as the newest version gives that version again; any other state gets the next
    number. ``module.current_version`` follows. Sends ``version_published`` when committed.
    Raises NotPublishedError for a module that is not live.
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
            )
            _keep_pictures(version, locked)
            _announce(version)
        if locked.current_version_id != version.pk:
            Module.objects.filter(pk=locked.pk).update(current_version=version)
    module.current_version = version
    return version


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
    return [
        {**each, "value": child.block.frozen(child.value, each["value"])}
        for child, each in zip(module.cards, stored, strict=True)
    ]


def _digest(state: dict[str, Any]) -> str:
    """SHA-256, hexadecimal, of the state as canonical JSON."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_pictures(version: ModuleVersion, module: Module) -> None:
    """Name the pictures the version shows, so that none is deleted while it is shown."""
    references = module.cards.stream_block.extract_references(module.cards)
    images = {int(pk) for model, pk, _path, _content in references if model is Image}
    for pk in sorted(images):  # one by one: Wagtail's index of uses listens to each save
        VersionPicture.objects.create(version=version, image_id=pk)


def _announce(version: ModuleVersion) -> None:
    transaction.on_commit(lambda: version_published.send_robust(sender=ModuleVersion, version=version))


def publish_with_page(
    sender: type[Module], instance: Module, revision: Revision | None = None, **kwargs: object
) -> None:
    """Receiver of Wagtail's ``page_published``: the page that went live becomes a version.

    Named as publisher: who pressed the button; where nobody did (a schedule), who wrote the revision.
    """
    by = get_active_log_context().user or (revision.user if revision else None)
    publish_version(instance, by=by)
