"""Publishing a question freezes it as a version, and the modules that draw from its bank are published again.

All in one transaction: a module's newest version and the bank it was frozen from never disagree.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context, log
from wagtail.models import Revision
from wagtail.signals import published

from courses.models import Module
from courses.publishing import publish_version
from people.models import User
from quizzes.kinds import Choice, Draft, Option, kind_of
from quizzes.models import (
    Question,
    QuestionBank,
    QuestionOption,
    QuestionPicture,
    QuestionQuerySet,
    QuestionVersion,
    Quiz,
    QuizPart,
    Scenario,
)
from quizzes.questions import faults


def publish_question(question: Question, *, by: User | None = None) -> QuestionVersion:
    """Publish a question as it stands, saved or not: what imports, demo data and tests call.

    Gives the frozen version; the same content again gives the same version. Raises ValidationError, and
    changes nothing, when the question cannot be answered or graded (quizzes.questions).
    """
    with republishing():
        if question.latest_revision_id is None:
            return _publish_first(question, by)
        question.save_revision(user=by).publish(user=by, skip_permission_checks=True)
        question.refresh_from_db()
    return QuestionVersion.objects.get(pk=question.current_version_id)


def _publish_first(question: Question, by: User | None) -> QuestionVersion:
    """What Wagtail's publishing does to a question without history, in a third of its queries.

    There is no newer draft, no schedule and no review to look after, and what is published stands in the row.
    """
    if found := faults(draft_of(question)):
        raise ValidationError(found)
    now = timezone.now()
    question.live, question.has_unpublished_changes = True, False
    question.first_published_at = question.last_published_at = now
    question.save()
    revision = Revision.objects.create(
        content_object=question,
        base_content_type=question.get_base_content_type(),
        user=by,
        content=question.serializable_data(),
        object_str=str(question),
    )
    question.latest_revision = question.live_revision = revision
    Question.objects.filter(pk=question.pk).update(latest_revision=revision, live_revision=revision)
    published.send(sender=Question, instance=question, revision=revision)
    log(instance=question, action="wagtail.publish", user=by, revision=revision, content_changed=True)
    version: QuestionVersion | None = question.current_version
    assert version is not None  # noqa: S101 - question_published() has just frozen it
    return version


def freeze(question: Question, *, by: User | None = None) -> QuestionVersion:
    """The version for the question's published state: the current or newest one when it says the same, else a new one.

    They differ where an older version's key was corrected (quizzes.correcting).
    """
    if found := faults(draft_of(question)):
        raise ValidationError(found)
    content = content_of(question)
    digest = digest_of(content)
    with transaction.atomic():
        current = Question.objects.select_for_update(of=("self",)).get(pk=question.pk).current_version
        newest = question.versions.order_by("-number").first()
        version = next((each for each in (current, newest) if each and each.digest == digest), None)
        if version is None:
            version = QuestionVersion.objects.create(
                question=question,
                number=newest.number + 1 if newest else 1,
                digest=digest,
                published_by=by,
                **content,
            )
            _keep_pictures(version, question)
        Question.objects.filter(pk=question.pk).update(current_version=version)
    question.current_version = version
    return version


def draft_of(question: Question) -> Draft:
    """The question as the rules of its kind judge it, saved or not."""
    return Draft(
        kind=question.kind,
        stem=question.stem,
        options=[choice_of(option) for option in question.options.all()],
        has_picture=question.image_id is not None,
        picture_alt=question.image_alt,
    )


def choice_of(option: QuestionOption) -> Choice:
    return Choice(
        text=option.text,
        correct=bool(option.correct),
        feedback=option.feedback,
        fraction=option.fraction,
        match=option.match,
        tolerance=option.tolerance,
        area=option.area,
    )


def content_of(question: Question) -> dict[str, Any]:
    """The fields of the version that publishing the question as it stands would freeze."""
    basis, scenario = question.legal_basis, question.scenario
    return {
        "kind": question.kind,
        "stem": question.stem,
        "options": kind_of(question.kind).frozen(
            [_option(question, option) for option in question.options.all()]
        ),
        "settings": {"partial": question.partial_credit, "fold": question.ignore_diacritics},
        "points": Decimal(question.points).quantize(Decimal("0.01")),
        "explanation": question.explanation,
        "basis": {**basis.snapshot(), "article": question.article} if basis else {},
        "picture": _picture(question),
        "scenario": {
            "key": str(scenario.key),
            "title": scenario.title,
            "text": scenario.text,
            "picture": _picture(scenario),
        }
        if scenario
        else {},
    }


def _option(question: Question, option: QuestionOption) -> Option:
    frozen = Option(
        key=option_key(question, option.text),
        text=option.text,
        correct=bool(option.correct),
        feedback=option.feedback,
    )
    if option.fraction is not None:
        frozen["fraction"] = f"{option.fraction:.5f}"
    if option.match:
        frozen |= {"match": option.match, "match_key": option_key(question, f"={option.match}")}
    if option.tolerance is not None:
        frozen["tolerance"] = f"{option.tolerance:f}"
    if option.area:
        frozen["area"] = option.area
    return frozen


PHONE_WIDTH = 720  # two device pixels for each of a 360-pixel screen


def _picture(shown: Question | Scenario) -> dict[str, Any]:
    """The picture in a size for the phone, named by its file so that a paper needs no query to show it."""
    if shown.image is None:
        return {}
    rendition = shown.image.get_rendition(f"width-{PHONE_WIDTH}|format-webp")
    return {
        "file": rendition.file.name,
        "width": rendition.width,
        "height": rendition.height,
        "alt": shown.image_alt,
    }


def _keep_pictures(version: QuestionVersion, question: Question) -> None:
    images = {question.image_id, question.scenario.image_id if question.scenario else None} - {None}
    for image in images:
        QuestionPicture.objects.create(version=version, image_id=image)


def option_key(question: Question, text: str) -> str:
    """Eight hexadecimal digits that follow from the option's text alone.

    So the same option keeps its key from version to version, whatever happens to its place or its mark, and
    the key tells a learner nothing but the text it stands for.
    """
    return hashlib.sha256(f"{question.key}:{text}".encode()).hexdigest()[:8]


def digest_of(content: Mapping[str, Any]) -> str:
    """Of the content fields of a version: the same content has the same digest."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def quiz_part(module: Module) -> dict[str, Any] | None:
    """What a module's version keeps of its quiz (courses.publishing.register_part); None without a quiz.

    ``parts``: list of {"count": int, "units": [[question version id, …], …]}; a unit is one question or all
    questions of one situation. ``question_versions``: every version that a paper may draw. ``whole``: each of
    them earns one point or none. ``draw``: how many questions a paper has when there are enough. ``delta``: the
    one part of which the paper of a renewal consists, missing where no question is about a change.
    """
    quiz = Quiz.objects.filter(module=module).first()
    if quiz is None:
        return None
    parts = [_part(quiz, part) for part in quiz.parts.all()]
    if quiz.draw:
        parts.append(
            {"count": quiz.draw, "units": units_of(Question.objects.filter(bank__in=quiz.bank.with_below()))}
        )
    versions = dict.fromkeys(version for part in parts for unit in part["units"] for version in unit)
    delta = _delta(quiz)
    return {
        "parts": parts,
        "question_versions": list(versions),
        "whole": all(_is_whole(version) for version in QuestionVersion.objects.filter(pk__in=versions)),
        "draw": sum(part["count"] for part in parts),
        "pass_percent": quiz.pass_percent,
        "attempts_allowed": quiz.attempts_allowed,
        "waiting_minutes": quiz.waiting_minutes,
        "counting": quiz.counting,
        "time_limit_minutes": quiz.time_limit_minutes,
        "grace_seconds": quiz.grace_seconds,
        "shuffle_questions": quiz.shuffle_questions,
        "shuffle_options": quiz.shuffle_options,
        "review": quiz.review,
        "review_later": quiz.review_later,
        **({"delta": delta} if delta["units"] else {}),
    }


def _delta(quiz: Quiz) -> dict[str, Any]:
    """The part {"count", "units"} about the latest change, from the folders that the quiz draws from."""
    if quiz.delta_tag_id is None:
        return {"count": 0, "units": []}
    banks = [quiz.bank, *(part.bank for part in quiz.parts.all() if part.bank)]
    folders = set[int]().union(*(bank.with_below() for bank in banks))
    units = units_of(Question.objects.filter(bank__in=folders, tags=quiz.delta_tag_id))
    return {"count": quiz.delta_draw, "units": units}


def why_no_delta(module: Module) -> str:
    """Why a material change of the module cannot be asked about yet (courses.publishing.register_check)."""
    rules = quiz_part(module)
    if rules is None or "delta" in rules:
        return ""
    return _(
        "No published question is about this change yet. Tag such questions, choose the tag in the lesson's quiz, "
        "then publish. Your text is kept."
    )


def _part(quiz: Quiz, part: QuizPart) -> dict[str, Any]:
    if part.question is not None:
        same = Q(pk=part.question_id)
        if part.question.scenario_id:
            same |= Q(scenario=part.question.scenario_id)
        units = units_of(Question.objects.filter(same))
        return {"count": sum(len(unit) for unit in units), "units": units}
    bank = part.bank or quiz.bank
    questions = Question.objects.filter(bank__in=bank.with_below())
    if part.tag_id:
        questions = questions.filter(tags=part.tag_id)
    if part.difficulty:
        questions = questions.filter(difficulty=part.difficulty)
    return {"count": part.count, "units": units_of(questions)}


def _is_whole(version: QuestionVersion) -> bool:
    shares = {option.get("fraction", "100") for option in version.options}
    return (
        version.points == 1
        and not version.settings.get("partial")
        and all(Decimal(share) in (0, 100) for share in shares)
    )


def units_of(questions: QuestionQuerySet) -> list[list[int]]:
    """The drawable versions among ``questions``; those of one situation in one list. One query."""
    rows = questions.published().order_by("pk").values_list("current_version_id", "scenario_id")
    units: dict[object, list[int]] = {}
    for version, scenario in rows:
        units.setdefault(("situation", scenario) if scenario else version, []).append(version)
    return list(units.values())


@dataclass
class _Touched:
    """Whose modules have to be published again."""

    banks: set[int] = field(default_factory=set)
    modules: set[int] = field(default_factory=set)
    by: User | None = None

    def publish(self) -> None:
        drawing = Q(pk__in=self.modules)
        if self.banks:
            banks = set().union(
                *(bank.with_above() for bank in QuestionBank.objects.filter(pk__in=self.banks))
            )
            drawing |= Q(quiz__bank__in=banks) | Q(quiz__parts__bank__in=banks)
            drawing |= Q(quiz__parts__question__bank__in=self.banks)
        modules = Module.objects.live().filter(drawing, current_version__isnull=False)
        for module in modules.order_by("pk").distinct():
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
            freeze(instance, by=by)
        _touch(bank=instance.bank_id, by=by)
        _touch(bank=instance.left_bank_id, by=by)


def question_unpublished(sender: type[Question], instance: Question, **kwargs: Any) -> None:
    """Receiver of Wagtail's ``unpublished``."""
    _touch(bank=instance.bank_id, by=_actor())


def scenario_changed(sender: type[Scenario], instance: Scenario, **kwargs: Any) -> None:
    """Receiver of ``post_save``: the published questions about a situation get versions with its new text."""
    by = _actor()
    with republishing():
        for question in Question.objects.published().filter(scenario=instance):
            freeze(question, by=by)
            _touch(bank=question.bank_id, by=by)


def refiled(question: Question, *, left: int, by: User) -> None:
    """A question got another folder, tag or mark of retirement; ``left``: the folder it stood in."""
    if question.live:
        with republishing():
            _touch(bank=left, by=by)
            _touch(bank=question.bank_id, by=by)


def bank_moved(sender: type[QuestionBank], instance: QuestionBank, **kwargs: Any) -> None:
    """Receiver of ``post_save``: quizzes that draw from a folder draw from those below it."""
    if instance.moved:
        with republishing():
            _touch(bank=instance.pk, by=_actor())
            _touch(bank=instance.left_parent_id, by=_actor())


def quiz_changed(sender: type[Quiz], instance: Quiz, **kwargs: Any) -> None:
    """Receiver of ``post_save`` and ``post_delete``."""
    with republishing():
        _touch(module=instance.module_id, by=_actor())
        _touch(module=instance.left_module_id, by=_actor())


def quiz_part_changed(sender: type[QuizPart], instance: QuizPart, **kwargs: Any) -> None:
    """Receiver of ``post_save`` and ``post_delete``; a form saves the quiz first and its parts after it."""
    with republishing():
        _touch(module=instance.quiz.module_id, by=_actor())


def _actor() -> User | None:
    """Who pressed the button in the editor, where somebody did."""
    actor: User | None = get_active_log_context().user
    return actor
