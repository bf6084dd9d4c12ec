"""Thin tasks of people."""

import logging

from celery import shared_task

from people.roster import importing
from people.sessions import SessionStore

logger = logging.getLogger(__name__)


@shared_task
def forget_old_roster_rows() -> None:
    if emptied := importing.forget_old_rows():
        logger.info("The rows of %s old roster uploads were deleted", emptied)


@shared_task
def forget_ended_sessions() -> None:
    SessionStore.clear_expired()
