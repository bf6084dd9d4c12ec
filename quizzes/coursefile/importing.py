"""A course file, written: everything in it as drafts, in one transaction, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from courses.exchange.cards import read_cards
from courses.exchange.uploads import opened
from courses.exchange.words import Problems
from courses.models import Course, CourseImport, CourseIndex, LegalBasis, Module, ModuleLegalBasis
from courses.tree import course_root
from lms.lib.text import fold
from people.models import User
from quizzes.coursefile.media import created, known
from quizzes.coursefile.planning import bases_here, new_questions
from quizzes.coursefile.reading import CourseFile, CourseRefused, Lesson, QuizRules, read_course_file
from quizzes.exchange.importing import ImportRefused, Wish, import_questions
from quizzes.exchange.question import Picture
from quizzes.models import Question, QuestionBank, Quiz, QuizPart, Scenario


def import_upload(pk: int, *, user: User | None) -> Course:
    """The course of an upload, made once: a repeat finds it.

    Raises CourseRefused, and then nothing was written; and CourseImport.DoesNotExist.
    """
    with transaction.atomic():
        stored = CourseImport.objects.select_for_update(of=("self",)).get(
            pk=pk, kind=CourseImport.Kind.COURSE
        )
        if stored.state == CourseImport.State.IMPORTED and stored.course:
            return stored.course
        if stored.state != CourseImport.State.PREVIEWED:
            raise CourseRefused(
                _("The upload was emptied, for it is more than a week old. Upload the file again.")
            )
        with opened(stored) as file:
            course = import_course(read_course_file(file), user=user)
        stored.state, stored.course, stored.imported_at = CourseImport.State.IMPORTED, course, timezone.now()
        stored.save(update_fields=["state", "course", "imported_at"])
        name = stored.file
        transaction.on_commit(lambda: default_storage.delete(name))
    return course


def import_course(file: CourseFile, *, user: User | None) -> Course:
    """The course that the file makes, or the one that the same content made before. Raises CourseRefused."""
    if file.problems:
        raise CourseRefused(_("Nothing was imported. %(problem)s") % {"problem": file.problems.sentences[0]})
    with transaction.atomic(), _one_importer() as root:
        before: Course | None = Course.objects.filter(
            imported_from=file.key, imported_digest=file.digest
        ).first()
        if before is not None:
            return before
        writing = _Writing(file, user, root)
        try:
            with transaction.atomic():
                return writing.course()
        except (IntegrityError, ImportRefused) as error:
            writing.take_back()
            reason = (
                str(error)
                if isinstance(error, ImportRefused)
                else _("the content changed meanwhile. Try again.")
            )
            raise CourseRefused(_("Nothing was imported: %(reason)s") % {"reason": reason}) from error
        except Exception:
            writing.take_back()
            raise


@contextmanager
def _one_importer() -> Iterator[CourseIndex]:
    yield CourseIndex.objects.select_for_update().get(pk=course_root().pk)


@dataclass
class _Writing:
    file: CourseFile
    user: User | None
    root: CourseIndex
    bases: dict[str, LegalBasis] = field(default_factory=dict)
    banks: dict[str, QuestionBank] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)  # rows of the libraries by the names of the files
    made: list[str] = field(default_factory=list)  # files in the storage

    def course(self) -> Course:
        self._legal_bases()
        self._media()
        self._banks()
        self._questions()
        course = Course(
            **self.file.course,
            live=False,
            owner=self.user,
            imported_from=self.file.key,
            imported_digest=self.file.digest,
        )
        self.root.add_child(instance=course)
        course.save_revision(user=self.user, log_action=True)
        self._lessons(course)
        return course

    def _legal_bases(self) -> None:
        here, new = bases_here(), []
        for number, (values, after) in self.file.bases.items():
            found = here.get(fold(number))
            if found is None:
                found = here[fold(number)] = LegalBasis.objects.create(**values)
                new.append((found, after))
            self.bases[number] = found
        for basis, after in new:
            if after is not None and self.bases[after] != basis:
                basis.replaced_by = self.bases[after]
                basis.save()

    def _media(self) -> None:
        for name, held in self.file.media.items():
            row = known(held)
            if row is None:
                row = created(held, self.file.bytes_of(name), self.user)
                self.made.append(row.file.name)
            self.shown[name] = row

    def _banks(self) -> None:
        here = {bank.name: bank for bank in QuestionBank.objects.filter(name__in=self.file.banks)}
        for name, parent in self.file.banks.items():
            self.banks[name] = here.get(name) or QuestionBank.objects.create(
                name=name, parent=self.banks[parent] if parent else None
            )

    def _questions(self) -> None:
        for key, (told, bank) in self.file.situations.items():
            Scenario.objects.get_or_create(
                key=key,
                defaults={
                    "bank": self.banks[bank],
                    "title": told.title,
                    "text": told.text,
                    "image": self.shown[told.picture.file] if told.picture else None,
                    "image_alt": told.picture.alt if told.picture else "",
                },
            )
        new = [candidate.question for candidate in new_questions(self.file)[0]]
        for bank, group in groupby(new, key=lambda question: question.folder[0]):
            questions = [replace(each, folder=(), picture=self._whole(each.picture)) for each in group]
            every = frozenset(range(len(questions)))
            wish = Wish(every, copies=every, folders=False, own_keys=True)
            import_questions(questions, wish, bank=self.banks[bank], user=self.user)

    def _whole(self, picture: Picture | None) -> Picture | None:
        return replace(picture, data=self.file.bytes_of(picture.file)) if picture else None

    def _lessons(self, course: Course) -> None:
        """First all of them without cards: a card may link to a later lesson."""
        modules = []
        for lesson in self.file.lessons:
            module = Module(**lesson.fields, live=False, owner=self.user)
            course.add_child(instance=module)
            modules.append(module)
        pages = {place: module.pk for place, module in enumerate(modules, start=1)}
        for place, (module, lesson) in enumerate(zip(modules, self.file.lessons, strict=True), start=1):
            self._fill(module, lesson, place, pages)
            if lesson.quiz:
                self._quiz(module, lesson.quiz)

    def _fill(self, module: Module, lesson: Lesson, place: int, pages: dict[int, int]) -> None:
        problems = Problems()
        where = _("lesson %(number)d") % {"number": place}
        module.cards = read_cards(lesson.cards, where=where, problems=problems, find=self._found, pages=pages)
        if problems:
            raise ImportRefused(problems.sentences[0])
        module.basis_links = [
            ModuleLegalBasis(basis=self.bases[number], article=article, sort_order=order)
            for order, (number, article) in enumerate(lesson.links)
        ]
        module.save()
        module.save_revision(user=self.user, log_action=True)

    def _found(self, model: type[Model], name: str) -> Model | None:
        return self.bases.get(name) if model is LegalBasis else self.shown.get(name)

    def _quiz(self, module: Module, rules: QuizRules) -> None:
        quiz = Quiz.objects.create(module=module, bank=self.banks[rules.bank], **rules.fields)
        for order, part in enumerate(rules.parts):
            QuizPart.objects.create(
                quiz=quiz,
                sort_order=order,
                question=self._asked(part["question"]) if part["question"] else None,
                count=part["count"],
                bank=self.banks[part["bank"]] if part["bank"] else None,
                tag=_tag(part["tag"]) if part["tag"] else None,
                difficulty=part["difficulty"],
            )

    def _asked(self, key: str) -> Question:
        """The question with this key, or the one that said the same in its folder before."""
        found = Question.objects.filter(key=key).first()
        if found is None:
            said = next(question for question in self.file.questions if question.id == key)
            found = Question.objects.filter(
                bank=self.banks[said.folder[0]], search_text=fold(said.stem), kind=said.kind
            ).earliest("pk")
        return found

    def take_back(self) -> None:
        """The files of pictures whose rows were taken back."""
        for name in self.made:
            default_storage.delete(name)


def _tag(name: str) -> Tag:
    return Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)
