"""Thin tasks of the courses."""

import logging

from celery import shared_task
from django.core.management import call_command

from courses.exchange import uploads

logger = logging.getLogger(__name__)


@shared_task
def forget_old_course_files() -> None:
    deleted = uploads.forget_old()
    if deleted:
        logger.info("%s old uploads of courses were deleted", deleted)


@shared_task(time_limit=240)
def publish_scheduled() -> None:
    """What is due by its own date goes live or is taken down: lessons and questions. Safe to repeat."""
    call_command("publish_scheduled", verbosity=0)
