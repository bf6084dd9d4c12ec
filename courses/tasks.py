"""Thin tasks of the courses."""

import logging

from celery import shared_task

from courses.exchange import uploads

logger = logging.getLogger(__name__)


@shared_task
def forget_old_course_files() -> None:
    deleted = uploads.forget_old()
    if deleted:
        logger.info("%s old uploads of courses were deleted", deleted)
