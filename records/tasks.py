"""Thin tasks of the evidence."""

import logging

from celery import shared_task

from records import renewing, rounds
from records.models import RenewalRound
from records.rules import apply_active_rules

logger = logging.getLogger(__name__)


@shared_task
def apply_enrolment_rules() -> None:
    """Every night: whoever joined a ward since yesterday is enrolled by the rules that mean them."""
    for rule, new in apply_active_rules().items():
        logger.info("Enrolment rule %s enrolled %s newcomers", rule, new)


@shared_task(time_limit=240)
def renew(round_id: int) -> None:
    renewing.renew(round_id)


@shared_task(time_limit=240)
def renew_unfinished(everything: bool = False) -> None:
    """The sweep: changes that nobody proposed, rounds that no message reached or a worker died over.

    With ``everything`` also the rounds gone through already: whoever has completed an older version since.
    """
    proposed = renewing.propose_missing()
    if proposed:
        logger.info("The sweep proposed %s renewals", proposed)
    for round_id in rounds.unfinished(RenewalRound, everything=everything):
        try:
            renewing.renew(round_id)
        except Exception:
            logger.exception("Renewal %s broke off", round_id)
