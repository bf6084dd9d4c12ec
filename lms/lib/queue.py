"""Waking a worker. The row in the database is the truth of every job; a message is only a wake-up.

So a broker that is down may cost a request a moment, never an error, and a lost message costs time until the
next sweep, never work (docs/decisions/0004-jobs.md).
"""

import logging
import threading
from functools import partial
from typing import Any

from celery import Task, current_app
from django.db import transaction

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 0.2
ANSWER_SECONDS = 0.5

_counting = threading.Lock()
_lost = 0


def wake(task: "Task[..., Any]", *args: Any) -> bool:
    """Publish one message now; True when the broker took it. Never raises, never retries, ends within a second.

    Call it after the commit (``wake_on_commit`` does): a worker that is faster than the commit would find no row.
    The connection is made for this one message: a broker that was restarted, a fork or a thread can leave no
    stale one behind, at 2–10 ms for a thing that happens once in an official's week.
    """
    try:
        with current_app.connection_for_write(
            connect_timeout=CONNECT_SECONDS, transport_options=_impatient()
        ) as connection:
            task.apply_async(args, producer=connection.Producer(auto_declare=False), retry=False)
    except Exception as error:  # each transport has its own kinds; none may reach the person's request
        logger.warning("%s%r was not sent (lost since start: %d): %s", task.name, args, _count(), error)
        return False
    return True


def wake_on_commit(task: "Task[..., Any]", *args: Any) -> None:
    """``wake`` once the present transaction is committed (at once outside one); not at all if it fails."""
    transaction.on_commit(partial(wake, task, *args), robust=True)


def lost_wakes() -> int:
    """How many messages of this process found no broker since it started."""
    return _lost


def _count() -> int:
    global _lost
    with _counting:
        _lost += 1
        return _lost


def _impatient() -> dict[str, Any]:
    """One try, short timeouts; the worker's own connections keep the longer ones of the settings."""
    url = str(current_app.conf.broker_write_url or current_app.conf.broker_url or "")
    if url.startswith(("redis", "sentinel")):
        return {
            "max_retries": 0,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "retry_on_timeout": False,
        }
    if url.startswith(("amqp", "pyamqp")):
        return {
            "max_retries": 0,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
            "confirm_timeout": ANSWER_SECONDS,
        }
    return {"max_retries": 0}
