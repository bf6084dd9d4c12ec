"""Thin tasks of the register."""

import logging

from celery import shared_task

from certificates import expiring, issuing
from certificates.models import ExpiryRound
from records import rounds

logger = logging.getLogger(__name__)


@shared_task(time_limit=240)  # shorter than the lease: a worker that hangs is gone before another starts
def issue_certificate(completion_id: int) -> None:
    issuing.issue_certificate(completion_id)


@shared_task(time_limit=240)
def issue_missing_certificates(everything: bool = False) -> None:
    worked_on = issuing.issue_missing(everything=everything)
    if worked_on:
        logger.info("The sweep worked on %s certificates", len(worked_on))


@shared_task(time_limit=240)
def renew(round_id: int) -> None:
    expiring.renew(round_id)


@shared_task(time_limit=240)
def renew_expiring() -> None:
    """The sweep: months of expiry that come near, and confirmed rounds with whomever they touch by now."""
    proposed = expiring.propose_due()
    if proposed:
        logger.info("The sweep proposed %s renewals by time", proposed)
    for round_id in rounds.unfinished(ExpiryRound, everything=True):
        try:
            expiring.renew(round_id)
        except Exception:
            logger.exception("Renewal by time %s broke off", round_id)
