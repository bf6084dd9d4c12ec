"""Correcting an answer key: one event, confirmed once, with a new version of the question and a job of regrading.

What was published stays as it was. The corrected version says what is right; since then it grades every paper
that has one of the wrong versions on it (quizzes.keys), and new papers draw it.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lms.lib.queue import wake_on_commit
from people.models import User
from quizzes.keys import Frame, frame_of, same_key
from quizzes.kinds import Choice, Draft, Option, kind_of
from quizzes.models import (
    Attempt,
    AttemptItem,
    CountsFor,
    KeyCorrection,
    KeyReplacement,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionPicture,
    QuestionVersion,
)
from quizzes.publishing import content_of, digest_of, draft_of, publish_question
from quizzes.questions import faults

CONTENT = [
    *("kind", "stem", "options", "settings", "points"),
    *("explanation", "basis", "picture", "scenario"),
]


class CorrectionRefused(Exception):
    """The key cannot be corrected like this; the message says why, and that nothing was changed."""


@dataclass(frozen=True)
class NewKey:
    """What is right: ``options`` as a version keeps them, for ordering in the right order.

    The texts that learners answered by are those of the wrong version; what was typed in advance as an accepted
    answer is the key itself, and so is what is explained after grading.
    """

    options: list[Option]
    partial: bool = False
    fold: bool = False
    counts_for: CountsFor = CountsFor.KEY
    explanation: str = ""


def with_key(base: QuestionVersion, key: NewKey) -> QuestionVersion:
    """The version as it is with another key, not saved."""
    settings: dict[str, Any] = {"partial": key.partial, "fold": key.fold}
    if key.counts_for:
        settings["counts_for"] = key.counts_for.value
    same = {name: getattr(base, name) for name in CONTENT}
    return QuestionVersion(
        question_id=base.question_id,
        **same
        | {
            "options": kind_of(base.kind).frozen(deepcopy(key.options)),
            "settings": settings,
            "explanation": key.explanation,
        },
    )


def key_faults(version: QuestionVersion) -> list[str]:
    """Why nobody's answers can be graded by this key, in sentences; empty when they can.

    Beside what may be published, a question of one right answer may accept several: its text let learners read
    it in two ways. It is graded so, and no longer asked so (``may_be_asked``).
    """
    if version.settings.get("counts_for"):
        return []
    if version.kind == QuestionKind.SINGLE and sum(option["correct"] for option in version.options) > 1:
        return []
    return faults(draft_from(version))


def may_be_asked(version: QuestionVersion) -> bool:
    """New papers may draw it; otherwise the question is retired until somebody has mended it."""
    return not version.settings.get("counts_for") and not faults(draft_from(version))


def draft_from(version: QuestionVersion) -> Draft:
    """A version as the rules of its kind judge a draft."""
    return Draft(
        kind=version.kind,
        stem=version.stem,
        options=[_choice(option) for option in version.options],
        has_picture=bool(version.picture),
        picture_alt=version.picture.get("alt", ""),
    )


def _choice(option: Option) -> Choice:
    return Choice(
        text=option["text"],
        correct=option["correct"],
        feedback=option["feedback"],
        fraction=_number(option.get("fraction")),
        match=option.get("match", ""),
        tolerance=_number(option.get("tolerance")),
        area=option.get("area"),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def grading_versions(question: Question) -> dict[int, int]:
    """{version id: id of the version whose key grades it}, for all versions of a question. Two queries."""
    found = {pk: pk for pk in question.versions.values_list("pk", flat=True)}
    replaced = KeyReplacement.objects.filter(wrong__question=question).order_by("number")
    return found | dict(replaced.values_list("wrong", "corrected"))


def graded_alike(question: Question, chosen: Collection[int]) -> set[int]:
    """``chosen`` versions and all that are graded by the key of one of them since an earlier correction."""
    return {version for version, key in grading_versions(question).items() if key in chosen}


class Marks(NamedTuple):
    """How many attempts a version, and those graded by its key, stand on."""

    closed: int
    open: int


def versions_to_correct(question: Question) -> list[tuple[QuestionVersion, Marks]]:
    """The versions whose own key grades papers today, newest first, with the attempts that rest on it."""
    keys = grading_versions(question)
    closed: Counter[int] = Counter()
    still_open: Counter[int] = Counter()
    items = AttemptItem.objects.filter(question_version__in=keys).order_by()
    counted = items.values_list("question_version", "attempt__state").annotate(count=Count("pk"))
    for version, state, count in counted:
        (closed if state in Attempt.CLOSED else still_open)[keys[version]] += count
    found = question.versions.filter(pk__in=set(keys.values())).order_by("-number")
    return [(version, Marks(closed[version.pk], still_open[version.pk])) for version in found]


def correct_key(
    wrong: QuestionVersion,
    key: NewKey,
    *,
    also: Collection[int] = (),
    actor: User,
    reason: str,
    operation: UUID,
) -> KeyCorrection:
    """Say what is right from now on for ``wrong`` and for the versions in ``also`` (ids, of the same frame).

    One transaction: the corrected version, the event, what it replaces, and the wake-up of the regrading. The
    same operation again gives the same event. Raises CorrectionRefused where the key cannot be graded by, changes
    nothing, or was corrected by somebody else in the meantime.
    """
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).get(pk=wrong.question_id)
        earlier = KeyCorrection.objects.filter(key=operation).first()
        if earlier is not None:
            return earlier
        chosen = _chosen(question, wrong, {wrong.pk, *also})
        current = question.current_version
        base = current if current is not None and frame_of(current) == frame_of(wrong) else wrong
        draft = with_key(base, key)
        _check(chosen, draft, reason)
        corrected = _keep(question, draft, base, by=actor)
        _bring_into_the_bank(question, corrected, is_current=base == current, by=actor)
        return _record(question, wrong, corrected, chosen, actor=actor, reason=reason, operation=operation)


def _chosen(question: Question, wrong: QuestionVersion, ids: set[int]) -> list[QuestionVersion]:
    versions = list(question.versions.filter(pk__in=ids))
    if len(versions) != len(ids) or len({frame_of(version) for version in versions}) != 1:
        raise CorrectionRefused(
            _("These versions cannot be corrected together: their answers differ. Nothing was changed.")
        )
    replaced = KeyReplacement.objects.filter(wrong__in=ids).select_related("correction__actor").last()
    if replaced is not None:
        made = replaced.correction
        raise CorrectionRefused(
            _(
                "%(who)s has corrected this key already, at %(when)s. Nothing was changed. Please look at the "
                "corrected version first."
            )
            % {
                "who": made.actor,
                "when": date_format(timezone.localtime(made.made_at), "SHORT_DATETIME_FORMAT"),
            }
        )
    return versions


def _check(chosen: list[QuestionVersion], corrected: QuestionVersion, reason: str) -> None:
    if not reason.strip():
        raise CorrectionRefused(_("Please give a reason. Nothing was changed."))
    if frame_of(corrected) != frame_of(chosen[0]):
        raise CorrectionRefused(
            _("The options differ from those that learners answered by. Nothing was changed.")
        )
    if found := key_faults(corrected):
        raise CorrectionRefused(" ".join(found))
    if all(same_key(version, corrected) for version in chosen):
        raise CorrectionRefused(_("The key is the same as before. Nothing was changed."))


def _keep(
    question: Question, corrected: QuestionVersion, base: QuestionVersion, *, by: User
) -> QuestionVersion:
    """The corrected version, saved; where the current version says it already, that one."""
    corrected.digest = digest_of({name: getattr(corrected, name) for name in CONTENT})
    if base.digest == corrected.digest:
        return base
    newest = question.versions.order_by("-number").values_list("number", flat=True).first() or 0
    corrected.number, corrected.published_by = newest + 1, by
    corrected.save(force_insert=True)
    QuestionPicture.objects.bulk_create(
        QuestionPicture(version=corrected, image_id=image)
        for image in base.pictures.values_list("image", flat=True)
    )
    return corrected


def _bring_into_the_bank(
    question: Question, corrected: QuestionVersion, *, is_current: bool, by: User
) -> None:
    """The question and its draft get the key as well, or the next publishing would bring the wrong one back.

    ``is_current``: the corrected version is the question as it stands, so new papers draw it; where it cannot be
    asked again, the question is retired.
    """
    has_draft = question.latest_revision_id is not None and (
        question.has_unpublished_changes or not question.live
    )
    draft = question.get_latest_revision_as_object() if has_draft else None
    asked = may_be_asked(corrected)
    if is_current:
        if asked:
            give_key(question, corrected)
        else:
            question.retired = True
        if question.live:
            publish_question(question, by=by)
        else:
            question.save()
        if not (question.live and asked):
            Question.objects.filter(pk=question.pk).update(current_version=corrected)
    if draft is not None:
        draft.retired |= question.retired
        if asked and _frame_of_draft(draft) == frame_of(corrected):
            give_key(draft, corrected)
        draft.save_revision(user=by, clean=False)


def give_key(question: Question, corrected: QuestionVersion) -> None:
    """Write a version's key into the question as trainers edit it; nothing is saved."""
    question.options = [
        QuestionOption(
            sort_order=place,
            text=option["text"],
            correct=option["correct"],
            fraction=_number(option.get("fraction")),
            match=option.get("match", ""),
            tolerance=_number(option.get("tolerance")),
            area=option.get("area"),
            feedback=option["feedback"],
        )
        for place, option in enumerate(corrected.options)
    ]
    question.partial_credit = bool(corrected.settings.get("partial"))
    question.ignore_diacritics = bool(corrected.settings.get("fold"))
    question.explanation = corrected.explanation


def _frame_of_draft(question: Question) -> Frame | None:
    """The frame of a question that is being edited; None while it could not be published."""
    if faults(draft_of(question)):
        return None
    return frame_of(QuestionVersion(**content_of(question)))


def _record(
    question: Question,
    wrong: QuestionVersion,
    corrected: QuestionVersion,
    chosen: list[QuestionVersion],
    *,
    actor: User,
    reason: str,
    operation: UUID,
) -> KeyCorrection:
    from quizzes import tasks  # which calls the regrading

    correction = KeyCorrection.objects.create(
        key=operation,
        question=question,
        wrong=wrong,
        corrected=corrected,
        actor=actor,
        reason=" ".join(reason.split())[:400],
    )
    affected = graded_alike(question, {version.pk for version in chosen}) - {corrected.pk}
    numbers: Mapping[int, int] = dict(
        KeyReplacement.objects.filter(wrong__in=affected).order_by("number").values_list("wrong", "number")
    )
    KeyReplacement.objects.bulk_create(
        KeyReplacement(
            correction=correction, wrong_id=version, corrected=corrected, number=numbers.get(version, 0) + 1
        )
        for version in sorted(affected)
        if version < corrected.pk
    )
    wake_on_commit(tasks.regrade, correction.pk)
    return correction
