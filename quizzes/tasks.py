"""Thin tasks of the quizzes."""

import logging

from celery import shared_task

from quizzes import closing, recalculating
from quizzes.exchange import uploads

logger = logging.getLogger(__name__)


@shared_task(time_limit=240)
def close_attempts(everything: bool = False) -> None:
    closed = closing.close_all(everything=everything)
    if closed:
        logger.info("The sweep closed %s attempts", closed)


@shared_task(time_limit=240)
def regrade(correction_id: int) -> None:
    recalculating.regrade(correction_id)


@shared_task(time_limit=240)
def regrade_unfinished() -> None:
    """The sweep: corrections that no message reached or a worker died over.

    One that fails holds up no other; it is tried again when its lease is over.
    """
    for correction_id in recalculating.unfinished():
        try:
            recalculating.regrade(correction_id)
        except Exception:
            logger.exception("Correction %s: regrading broke off", correction_id)


@shared_task
def forget_old_question_files() -> None:
    emptied = uploads.forget_old()
    if emptied:
        logger.info("%s old uploads of questions were emptied", emptied)
