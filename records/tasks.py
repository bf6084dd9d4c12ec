"""Thin tasks of the evidence."""

import logging

from celery import shared_task

from records.rules import apply_active_rules

logger = logging.getLogger(__name__)


@shared_task
def apply_enrolment_rules() -> None:
    """Every night: whoever joined a ward since yesterday is enrolled by the rules that mean them."""
    for rule, new in apply_active_rules().items():
        logger.info("Enrolment rule %s enrolled %s newcomers", rule, new)
