"""Publishing a question freezes it as a version, and the modules that draw from its bank are published again.

All in one transaction: a module's newest version and the bank it was frozen from never disagree.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import get_active_log_context
from wagtail.models import Revision

from courses.models import Module
from courses.publishing import publish_version
from people.models import User
from quizzes.models import Question, QuestionKind, QuestionVersion, Quiz
from quizzes.questions import TRUE, Choice, faults


def publish_question(question: Question, *, by: User | None = None) -> QuestionVersion:
    """Publish a question as it stands, saved or not: what imports, demo data and tests call.

    Gives the frozen version; the same content again gives the same version. Raises ValidationError, and
    changes nothing, when the question cannot be answered or graded (quizzes.questions).
    """
    with transaction.atomic():
        if question.pk is None:
            question.save()
        question.save_revision(user=by).publish(user=by, skip_permission_checks=True)
        question.refresh_from_db()
    return QuestionVersion.objects.get(pk=question.current_version_id)


def freeze(question: Question) -> QuestionVersion:
    """The version for the question's published state: the newest one when it says the same, else a new one."""
    options = list(question.options.all())
    found = faults(
        question.kind, question.stem, [Choice(each.text, each.correct, each.feedback) for each in options]
    )
    if found:
        raise ValidationError(found)
    content = _content(question)
    digest = _digest(content)
    with transaction.atomic():
        Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        version: QuestionVersion | None = question.versions.order_by("-number").first()
        if version is None or version.digest != digest:
            number = version.number + 1 if version else 1
            version = QuestionVersion.objects.create(
                question=question, number=number, digest=digest, **content
            )
        Question.objects.filter(pk=question.pk).update(current_version=version)
    question.current_version = version
    return version


def _content(question: Question) -> dict[str, Any]:
    ordering = question.kind == QuestionKind.ORDERING
    options = [
        {
            "key": option_key(question, option.text),
            "text": option.text,
            "correct": bool(option.correct) and not ordering,
            "feedback": option.feedback,
        }
        for option in question.options.all()
    ]
    if question.kind == QuestionKind.TRUE_FALSE:
        options.sort(key=lambda option: option["text"] != TRUE)
    basis = question.legal_basis
    return {
        "kind": question.kind,
        "stem": question.stem,
        "options": options,
        "explanation": question.explanation,
        "basis": {**basis.snapshot(), "article": question.article} if basis else {},
    }


def option_key(question: Question, text: str) -> str:
    """Eight hexadecimal digits that follow from the option's text alone.

    So the same option keeps its key from version to version, whatever happens to its place or its mark, and
    the key tells a learner nothing but the text it stands for.
    """
    return hashlib.sha256(f"{question.key}:{text}".encode()).hexdigest()[:8]


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def quiz_part(module: Module) -> dict[str, Any] | None:
    """What a module's version keeps of its quiz (courses.publishing.register_part); None without a quiz."""
    quiz = Quiz.objects.filter(module=module).first()
    if quiz is None:
        return None
    drawable = Question.objects.published().filter(bank=quiz.bank_id).order_by("pk")
    return {
        "draw": quiz.draw,
        "pass_percent": quiz.pass_percent,
        "attempts_allowed": quiz.attempts_allowed,
        "shuffle_questions": quiz.shuffle_questions,
        "shuffle_options": quiz.shuffle_options,
        "review": quiz.review,
        "question_versions": list(drawable.values_list("current_version_id", flat=True)),
    }


@dataclass
class _Touched:
    """Whose modules have to be published again."""

    banks: set[int] = field(default_factory=set)
    modules: set[int] = field(default_factory=set)
    by: User | None = None

    def publish(self) -> None:
        drawing = Q(quiz__bank__in=self.banks) | Q(pk__in=self.modules)
        published = Module.objects.live().filter(drawing, current_version__isnull=False)
        for module in published.order_by("pk"):
            publish_version(module, by=self.by)


_collecting: ContextVar[_Touched | None] = ContextVar("collecting", default=None)


@contextmanager
def republishing() -> Iterator[None]:
    """Publish many questions as one change: each module that draws from them gets one new version, at the end.

    The block is one transaction; within another ``republishing()`` the outer one does the work.
    """
    if _collecting.get() is not None:
        yield
        return
    touched = _Touched()
    token = _collecting.set(touched)
    try:
        with transaction.atomic():
            yield
            touched.publish()
    finally:
        _collecting.reset(token)


def _touch(*, bank: int | None = None, module: int | None = None, by: User | None = None) -> None:
    with republishing():
        touched = _collecting.get()
        assert touched is not None  # noqa: S101 - republishing() has just set it
        touched.banks |= {bank} if bank else set()
        touched.modules |= {module} if module else set()
        touched.by = by or touched.by


def question_published(
    sender: type[Question], instance: Question, revision: Revision | None = None, **kwargs: Any
) -> None:
    """Receiver of Wagtail's ``published``."""
    by = _actor() or (revision.user if revision else None)
    with republishing():
        if instance.live:  # else its publication is only scheduled
            freeze(instance)
        _touch(bank=instance.bank_id, by=by)
        _touch(bank=instance.left_bank_id, by=by)


def question_unpublished(sender: type[Question], instance: Question, **kwargs: Any) -> None:
    """Receiver of Wagtail's ``unpublished``."""
    _touch(bank=instance.bank_id, by=_actor())


def quiz_changed(sender: type[Quiz], instance: Quiz, **kwargs: Any) -> None:
    """Receiver of ``post_save`` and ``post_delete``."""
    with republishing():
        _touch(module=instance.module_id, by=_actor())
        _touch(module=instance.left_module_id, by=_actor())


def _actor() -> User | None:
    """Who pressed the button in the editor, where somebody did."""
    actor: User | None = get_active_log_context().user
    return actor
