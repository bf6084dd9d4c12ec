"""Thin tasks across all apps."""

import logging

from celery import shared_task

from reports import endings

logger = logging.getLogger(__name__)


@shared_task
def tell_of_endings() -> None:
    """Every morning: legal documents that end, and lessons to be reviewed."""
    told = endings.tell_of_endings() + endings.tell_of_reviews()
    if told:
        logger.info("%s trainers were told of endings and reviews", told)
