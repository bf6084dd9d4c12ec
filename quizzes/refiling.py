"""Many questions at once: into another folder, tagged, retired, published. What learners answer stays as it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from taggit.models import Tag

from courses.policy import may_publish_this
from people.models import User
from quizzes.models import Question, QuestionBank, QuestionTag
from quizzes.publishing import refiled, republishing


def refile(
    questions: Iterable[Question],
    *,
    by: User,
    bank: QuestionBank | None = None,
    tags: Sequence[str] = (),
    retired: bool | None = None,
) -> int:
    """Change what a question is filed under, in its published state and in its draft alike; gives how many.

    Neither makes a version of the question, for learners see none of it. The modules that draw from the folders
    it left and came to are published again, once.
    """
    words = [_tag(name) for name in tags]
    count = 0
    with republishing():
        for question in questions:
            row = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
            left = row.bank_id
            draft = row.get_latest_revision_as_object()
            for each in (row, draft):
                each.bank = bank or each.bank
                each.retired = each.retired if retired is None else retired
            draft.tags.add(*tags)
            newer = row.has_unpublished_changes
            revision = draft.save_revision(user=by, clean=False, log_action=True)
            Question.objects.filter(pk=row.pk).update(
                bank=row.bank,
                retired=row.retired,
                has_unpublished_changes=newer,
                live_revision=revision if row.live and not newer else row.live_revision,
            )
            for tag in words:
                QuestionTag.objects.get_or_create(tag=tag, content_object=row)
            refiled(row, left=left, by=by)
            count += 1
    return count


def _tag(name: str) -> Tag:
    """The word as somebody wrote it first: capital letters make no other tag."""
    found = Tag.objects.filter(name__iexact=name).first()
    return found or Tag.objects.create(name=name)


@dataclass
class Published:
    """``refused``: (question, why) for each that could not be published."""

    count: int = 0
    refused: list[tuple[Question, str]] = field(default_factory=list)


def publish_all(questions: Iterable[Question], *, by: User) -> Published:
    """Publish the newest draft of each; one that is unfinished, in review, or the own work where a colleague has to
    see it, stays as it is and is named."""
    done = Published()
    with republishing():
        for question in questions:
            if not may_publish_this(by, question):
                done.refused.append((question, _("A colleague has to review it first.")))
                continue
            lock = question.get_lock()
            if lock and lock.for_user(by):
                done.refused.append((question, str(lock.get_message(by))))
                continue
            try:
                with transaction.atomic():
                    revision = question.get_latest_revision() or question.save_revision(user=by)
                    revision.publish(user=by)
                done.count += 1
            except ValidationError as fault:
                done.refused.append((question, " ".join(fault.messages)))
    return done
