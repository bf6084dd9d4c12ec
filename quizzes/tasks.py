"""Thin tasks of the quizzes."""

import logging

from celery import shared_task

from quizzes import closing

logger = logging.getLogger(__name__)


@shared_task(time_limit=240)
def close_attempts(everything: bool = False) -> None:
    closed = closing.close_all(everything=everything)
    if closed:
        logger.info("The sweep closed %s attempts", closed)
