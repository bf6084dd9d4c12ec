"""Thin tasks of the register."""

import logging

from celery import shared_task

from certificates import issuing

logger = logging.getLogger(__name__)


@shared_task(time_limit=240)  # shorter than the lease: a worker that hangs is gone before another starts
def issue_certificate(completion_id: int) -> None:
    issuing.issue_certificate(completion_id)


@shared_task(time_limit=240)
def issue_missing_certificates(everything: bool = False) -> None:
    worked_on = issuing.issue_missing(everything=everything)
    if worked_on:
        logger.info("The sweep worked on %s certificates", len(worked_on))
