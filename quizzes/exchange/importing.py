"""Questions of a file, written into the bank: all that were chosen in one transaction, or none."""

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from lms.lib.pictures import header_of
from people.models import User
from quizzes.exchange.judging import Candidate, judged, scenario_key_of
from quizzes.exchange.question import ExchangeQuestion, Picture, beginning
from quizzes.exchange.uploads import reading_of
from quizzes.models import Question, QuestionBank, QuestionImport, QuestionOption, Scenario
from quizzes.publishing import publish_question, republishing


class ImportRefused(Exception):
    """Nothing was written. ``str()`` is a translated sentence that says why."""


@dataclass(frozen=True)
class Wish:
    """What somebody chose: numbers of candidates, those of duplicates to take as copies, and how."""

    chosen: frozenset[int]
    copies: frozenset[int] = frozenset()
    publish: bool = False
    folders: bool = True  # make the folders that the file names, below the one chosen
    own_keys: bool = False  # a copy keeps the key that the file names; the caller knows that nothing has it


def import_upload(pk: int, wish: Wish, *, bank: QuestionBank, user: User | None) -> QuestionImport:
    """What was chosen of an upload, once: a repeat finds it imported and changes nothing.

    Raises ImportRefused, and QuestionImport.DoesNotExist.
    """
    with transaction.atomic():
        stored = QuestionImport.objects.select_for_update(of=("self",)).get(pk=pk)
        if stored.state == QuestionImport.State.IMPORTED:
            return stored
        if stored.state == QuestionImport.State.EXPIRED:
            raise ImportRefused(
                _("The upload is more than a week old and was emptied. Upload the file again.")
            )
        reading = reading_of(stored)
        written = import_questions(reading.questions, wish, bank=bank, user=user)
        stored.state, stored.bank, stored.imported_at = QuestionImport.State.IMPORTED, bank, timezone.now()
        stored.counts = {
            "imported": len(written),
            "left_out": len(reading.questions) - len(written),
            "refused": len(reading.refusals),
        }
        stored.save(update_fields=["state", "bank", "imported_at", "counts"])
    return stored


def import_questions(
    questions: Sequence[ExchangeQuestion], wish: Wish, *, bank: QuestionBank, user: User | None
) -> list[Question]:
    """The questions written, in the order of the file. Raises ImportRefused, and then nothing was written."""
    writing = _Writing(bank, user, wish)
    try:
        with republishing():  # one transaction
            candidates = judged(questions, bank)
            taken = [each for each in candidates if each.number in wish.chosen | wish.copies]
            _refuse(taken, wish, len(candidates))
            return [writing.write(candidate) for candidate in taken]
    except IntegrityError as error:
        writing.take_back()
        raise ImportRefused(_changed()) from error
    except Exception:
        writing.take_back()
        raise


def _refuse(taken: Sequence[Candidate], wish: Wish, count: int) -> None:
    """What was chosen must still be what was shown."""
    if not taken:
        raise ImportRefused(_("No question was chosen, so nothing was imported."))
    if not wish.chosen | wish.copies <= set(range(count)):
        raise ImportRefused(_changed())
    for candidate in taken:
        line = candidate.question.line
        if candidate.refused:
            raise ImportRefused(_named(line, candidate.refused))
        if candidate.duplicate and candidate.number not in wish.copies:
            raise ImportRefused(_named(line, [candidate.duplicate]))
        if candidate.faults and wish.publish:
            raise ImportRefused(
                _named(line, [*candidate.faults, _("It can be imported as a draft, but not be published.")])
            )


def _named(line: int, reasons: Collection[str]) -> str:
    return _("Nothing was imported. Line %(line)d: %(reasons)s") % {
        "line": line,
        "reasons": " ".join(reasons),
    }


def _changed() -> str:
    return _("Nothing was imported: the bank changed meanwhile. Look at the questions and confirm again.")


@dataclass
class _Writing:
    bank: QuestionBank
    user: User | None
    wish: Wish
    folders: dict[tuple[str, ...], QuestionBank] = field(default_factory=dict)
    scenarios: dict[uuid.UUID, Scenario] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)  # by the digest of their file
    files: list[str] = field(default_factory=list)

    def write(self, candidate: Candidate) -> Question:
        given = candidate.question
        question = Question(
            key=self._key(candidate),
            bank=self._folder(given.folder if self.wish.folders else ()),
            kind=given.kind,
            scenario=self._scenario(candidate),
            stem=given.stem,
            image=self._image(given.picture, candidate.image, given.stem),
            image_alt=given.picture.alt if given.picture else "",
            points=given.points,
            partial_credit=given.partial,
            ignore_diacritics=given.fold,
            explanation=given.explanation,
            legal_basis=candidate.basis,
            article=given.article,
            difficulty=given.difficulty,
            live=False,
        )
        question.options = [
            QuestionOption(
                sort_order=place,
                text=option.text,
                correct=option.correct,
                feedback=option.feedback,
                fraction=option.fraction,
                match=option.match,
                tolerance=_stored(option.tolerance),
                area=option.area,
            )
            for place, option in enumerate(given.choices)
        ]
        if given.tags:
            question.tags.add(*given.tags)
        question.save()
        if self.wish.publish:
            try:
                publish_question(question, by=self.user)
            except ValidationError as error:
                raise ImportRefused(_named(given.line, error.messages)) from error
        else:
            question.save_revision(user=self.user)
        return question

    def _key(self, candidate: Candidate) -> uuid.UUID:
        copy = candidate.number in self.wish.copies and not self.wish.own_keys
        return uuid.uuid4() if copy else candidate.key

    def _folder(self, path: tuple[str, ...]) -> QuestionBank:
        """The folder below the chosen one, made where it is missing. The chosen one's own name may lead the path."""
        if path and path[0] == self.bank.name:
            path = path[1:]
        if not path:
            return self.bank
        if path not in self.folders:
            self.folders[path] = self._child(self._folder(path[:-1]), path[-1])
        return self.folders[path]

    def _child(self, parent: QuestionBank, name: str) -> QuestionBank:
        """Names of folders are unique, so one that stands elsewhere gets its parent's name in front."""
        longer = f"{parent.name} – {name}"[:200]
        for each in (name, longer):
            found = QuestionBank.objects.filter(name=each).first()
            if found is None:
                return QuestionBank.objects.create(name=each, parent=parent)
            if found.parent_id == parent.pk:
                return found
        raise ImportRefused(
            _("The folder “%(name)s” cannot be made: folders elsewhere have that name.") % {"name": name}
        )

    def _scenario(self, candidate: Candidate) -> Scenario | None:
        given = candidate.question.scenario
        if given is None:
            return None
        key = scenario_key_of(candidate.question, self.bank)
        if key not in self.scenarios:
            known = Scenario.objects.filter(key=key).first()
            self.scenarios[key] = known or Scenario.objects.create(
                key=key,
                bank=self._folder(candidate.question.folder if self.wish.folders else ()),
                title=given.title,
                text=given.text,
                image=self._image(given.picture, candidate.scenario_image, given.title),
                image_alt=given.picture.alt if given.picture else "",
            )
        return self.scenarios[key]

    def _image(self, picture: Picture | None, found: Image | None, subject: str) -> Image | None:
        """The library's picture with the same bytes, or a new one."""
        if picture is None or not picture.data:
            return found
        digest = hashlib.sha1(picture.data, usedforsecurity=False).hexdigest()  # as the library keeps it
        if digest not in self.images:
            known = Image.objects.filter(file_hash=digest).first()
            self.images[digest] = known or self._new_image(picture, digest, subject)
        return self.images[digest]

    def _new_image(self, picture: Picture, digest: str, subject: str) -> Image:
        name = f"cau-hoi-{digest[:12]}.{header_of(picture.data).extension}"
        image = Image(
            title=picture.library or picture.alt[:200] or beginning(subject, 120),
            file=ContentFile(picture.data, name),
            file_size=len(picture.data),
            file_hash=digest,
            uploaded_by_user=self.user,
        )
        image.save()
        self.files.append(image.file.name)
        return image

    def take_back(self) -> None:
        """The files of pictures whose rows were taken back."""
        for name in self.files:
            default_storage.delete(name)


def _stored(tolerance: Decimal | None) -> Decimal | None:
    return None if tolerance is None else tolerance.quantize(Decimal("0.000001"))
