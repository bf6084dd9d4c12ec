"""Thin tasks of the outbox."""

import logging

from celery import shared_task

from notifications import sending

logger = logging.getLogger(__name__)


@shared_task(time_limit=240)
def send_message(message_id: int) -> None:
    sending.send_message(message_id)


@shared_task
def send_waiting_messages() -> None:
    sent = sending.send_waiting()
    if sent:
        logger.info("The sweep sent %s messages", sent)
