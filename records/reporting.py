"""Reports that a card does not match practice: kept as written, told to the trainers, answered to the learner."""

import datetime
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.models import Module, ModuleVersion
from courses.owners import editors, owners_of
from notifications.models import Kind
from notifications.sending import notify
from people.models import Official, User
from records.models import CardReport, CardReportAnswer

A_DAY = datetime.timedelta(days=1)
PER_DAY = 20  # reports of one official: more than any working day needs


class ReportRefused(Exception):
    """Nothing was kept; the message tells the person why and what to do."""


def reports_per_card(module: Module) -> dict[str, int]:
    """How many reports each card of a module has ever had, by card id; cards without any are left out. One query."""
    counted = CardReport.objects.filter(module=module).order_by().values("card").annotate(count=Count("pk"))
    return dict(counted.values_list("card", "count"))


def own_reports(official: Official, module_id: int, card_id: str) -> list[CardReport]:
    """What this official reported of a card, in all its versions, oldest first, with ``answers``. Two queries."""
    mine = CardReport.objects.filter(official=official, module=module_id, card=card_id)
    return list(mine.prefetch_related("answers").order_by("created_at", "pk"))


def report_card(
    official: Official, version: ModuleVersion, card_id: str, text: str, *, operation_id: UUID
) -> CardReport:
    """Keep what an official reports of a card, with the posting of today; the same operation gives the same row.

    The module's owners are told, once a day. Raises ValueError for a card that is not in the version,
    ReportRefused where nothing was written or too much within a day.
    """
    if card_id not in version.card_ids:
        raise ValueError(f"no card {card_id} in {version}")
    known = CardReport.objects.filter(official=official, operation_id=operation_id).first()
    if known is not None:
        return known
    if not text.strip():
        raise ReportRefused(_("Please write in a line or two what is different."))
    today = CardReport.objects.filter(official=official, created_at__gt=timezone.now() - A_DAY)
    if today.count() >= PER_DAY:
        raise ReportRefused(
            _(
                "You have sent %(count)s reports within a day. This one was not kept; your text is still in the "
                "field. Send it tomorrow, or tell the trainers directly."
            )
            % {"count": PER_DAY}
        )
    report = CardReport(
        official=official,
        module_id=version.module_id,
        version=version,
        card=card_id,
        text=text.strip(),
        operation_id=operation_id,
    )
    report.copy_posting(official.posting_on())
    try:
        with transaction.atomic():
            report.save(force_insert=True)
            _tell_owners(report)
    except IntegrityError:
        made = CardReport.objects.filter(official=official, operation_id=operation_id).first()
        if made is None:
            raise
        return made
    return report


def _tell_owners(report: CardReport) -> None:
    module = Module.objects.select_related("current_version", "latest_revision").get(pk=report.module_id)
    with translation.override(settings.LANGUAGE_CODE):
        words = {"title": module.title, "card": heading_of(report.version, report.card)}
        for owner in owners_of(module, editors()):
            notify(
                owner,
                Kind.REPORT_RECEIVED,
                f"module-{module.pk}",
                window=timezone.localdate().isoformat(),
                subject=_("A learner reports that a card does not match practice: %(title)s") % words,
                body=_(
                    "Somebody reported today that the card “%(card)s” of the lesson “%(title)s” does not match "
                    "what is done or seen at work.\n\nPlease compare it and answer; the answer reaches the "
                    "learner by itself. Of further reports of this lesson you are told tomorrow at the earliest; "
                    "all of them are in the list."
                )
                % words,
                path=f"{reverse('card_reports')}?module={module.pk}",
            )


def heading_of(version: ModuleVersion, card_id: str) -> str:
    """The card's heading in this version; empty where the version has no such card."""
    return next(
        (str(card["value"].get("heading", "")) for card in version.cards if card["id"] == card_id), ""
    )


def answer_reports(
    reports: Iterable[int],
    *,
    actor: User,
    verdict: str,
    text: str,
    operation_id: UUID,
    answered: Mapping[int, int],
) -> list[CardReportAnswer]:
    """Answer reports (their ids) with one text, and tell each learner; the same operation again adds nothing.

    ``answered``: how many answers each report had on the screen of whoever answers now. Raises ReportRefused
    when a colleague has answered one of them meanwhile; then none is answered.
    """
    with transaction.atomic():
        locked = list(
            CardReport.objects.select_for_update(of=("self",))
            .filter(pk__in=list(reports))
            .select_related("official", "version")
            .prefetch_related("answers")
            .order_by("pk")
        )
        made = [
            each for report in locked for each in report.answers.all() if each.operation_id == operation_id
        ]
        if made:
            return made
        if any(len(report.answers.all()) != answered.get(report.pk, 0) for report in locked):
            raise ReportRefused(
                _("A colleague has answered meanwhile. Nothing was sent; your text is still in the field.")
            )
        return [_answer(report, actor, verdict, text, operation_id) for report in locked]


def _answer(report: CardReport, actor: User, verdict: str, text: str, operation_id: UUID) -> CardReportAnswer:
    answer = CardReportAnswer.objects.create(
        report=report, actor=actor, verdict=verdict, text=text.strip(), operation_id=operation_id
    )
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "title": report.version.title,
            "card": heading_of(report.version, report.card),
            "said": report.text,
            "outcome": answer.get_verdict_display(),
            "answer": answer.text,
        }
        notify(
            report.official,
            Kind.REPORT_ANSWERED,
            f"answer-{answer.pk}",
            subject=_("Answer to your report: %(card)s") % words,
            body=_(
                "About the card “%(card)s” of the lesson “%(title)s” you wrote:\n“%(said)s”\n\n"
                "Outcome: %(outcome)s.\n%(answer)s"
            )
            % words,
            path=reverse("learning:report_card", args=[report.version.key, report.card]),
        )
    return answer
