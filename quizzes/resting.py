"""The questions that rest on a legal document."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy, npgettext

from courses.models import LegalBasis
from courses.resting import Cited, Resting, RestingKind, register_resting
from quizzes.models import Question, QuestionVersion


def register() -> None:
    register_resting(
        "questions",
        RestingKind(
            heading=gettext_lazy("Questions"), find=_questions_on, count=_count_questions, words=_in_words
        ),
    )


def _questions_on(basis: LegalBasis) -> list[Resting]:
    """Two queries, however many."""
    cited: dict[int, list[tuple[int, int, str]]] = {}
    versions = QuestionVersion.objects.filter(basis__number=basis.number).order_by("-number")
    for pk, question, number, kept in versions.values_list("pk", "question_id", "number", "basis"):
        cited.setdefault(question, []).append((pk, number, kept["article"]))
    in_draft = Q(has_unpublished_changes=True, latest_revision__content__legal_basis=basis.pk)
    questions = (
        Question.objects.filter(Q(pk__in=cited) | Q(live=False, legal_basis=basis) | in_draft)
        .select_related("bank", "latest_revision", "current_version")
        .order_by("bank__name", "pk")
    )
    return [
        Resting(
            title=str(question),
            place=question.bank.name,
            url=reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]),
            draft=_draft_article(question, basis),
            versions=tuple(
                Cited(number, article, now=question.is_drawn and pk == question.current_version_id)
                for pk, number, article in cited.get(question.pk, ())
            ),
            owners=(
                question.current_version.published_by_id if question.current_version else None,
                question.latest_revision.user_id if question.latest_revision else None,
            ),
        )
        for question in questions
    ]


def _draft_article(question: Question, basis: LegalBasis) -> str | None:
    if question.live and not question.has_unpublished_changes:
        return None
    if question.latest_revision is None:
        return question.article if question.legal_basis_id == basis.pk else None
    content = question.latest_revision.content
    return str(content["article"]) if content.get("legal_basis") == basis.pk else None


def _count_questions() -> dict[int, int]:
    """Those in use or in preparation; a retired one is not drawn any more."""
    citing = Question.objects.filter(legal_basis__isnull=False, retired=False)
    return dict(
        citing.order_by()
        .values("legal_basis")
        .annotate(count=Count("pk"))
        .values_list("legal_basis", "count")
    )


def _in_words(count: int) -> str:
    return npgettext("of the bank", "%(count)s question", "%(count)s questions", count) % {"count": count}
