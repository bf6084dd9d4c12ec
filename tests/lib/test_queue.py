"""A broker that is down costs a moment, never an error (lms/lib/queue.py)."""

import logging
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection, transaction

from lms.lib.queue import lost_wakes, wake, wake_on_commit

# A queue of its own per test is worth the notice that Celery 6 will want it said elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::celery.exceptions.CDeprecationWarning")

BROKERS = ["redis://127.0.0.1:{port}/0", "amqp://guest:guest@127.0.0.1:{port}//"]


@pytest.fixture
def refused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        yield silent.getsockname()[1]


@pytest.fixture
def use_broker(settings) -> Iterator[object]:
    """Points Celery at another broker for one test."""
    before = (current_app.conf.broker_url, current_app.conf.broker_transport_options)

    def use(url: str, **options: object) -> None:
        current_app.conf.broker_url = url
        current_app.conf.broker_transport_options = options

    yield use
    current_app.conf.broker_url, current_app.conf.broker_transport_options = before


def folders(folder: Path | str) -> dict[str, str]:
    """The filesystem transport's options; without the third it would leave a folder where the tests run."""
    return {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": f"{folder}-control",
    }


@pytest.fixture
def task():
    """A task of its own name and queue, so that the test sees its own messages only."""
    name = f"probe-{uuid.uuid4().hex[:8]}"

    def probe(number: int) -> None: ...

    made = current_app.task(name=name, queue=name, ignore_result=True)(probe)
    yield made
    current_app.tasks.pop(name, None)


# Not a speed: without its timeouts the call waits for minutes.
HANGS = 60


@pytest.mark.parametrize("url", BROKERS)
def test_refused_connection_returns_false(use_broker, refused_port, task, url, caplog):
    use_broker(url.format(port=refused_port))
    before = lost_wakes()
    with caplog.at_level(logging.WARNING, "lms.lib.queue"):
        assert wake(task, 7) is False
    assert lost_wakes() == before + 1
    assert f"{task.name}(7,) was not sent" in caplog.text


@pytest.mark.parametrize("url", BROKERS)
def test_broker_that_never_answers_is_given_up(use_broker, black_hole, task, url):
    use_broker(url.format(port=black_hole))
    started = time.monotonic()
    assert wake(task, 7) is False
    assert time.monotonic() - started < HANGS


def test_unwritable_queue_folder_returns_false(use_broker, tmp_path, task):
    (tmp_path / "file").write_text("not a folder")
    folder = str(tmp_path / "file" / "messages")
    use_broker("filesystem://", **folders(folder))
    assert wake(task, 7) is False


def test_folder_as_broker_takes_the_message(use_broker, tmp_path, task):
    use_broker("filesystem://", **folders(tmp_path))
    assert wake(task, 7) is True
    assert len(list(tmp_path.glob("*.msg"))) == 1


@pytest.mark.service("redis")
@pytest.mark.usefixtures("patient")
def test_redis_takes_the_message(use_broker, task):
    use_broker("redis://127.0.0.1:6379/9", socket_timeout=60)
    assert wake(task, 7) is True
    assert drained(task) == 1


@pytest.mark.service("rabbitmq")
@pytest.mark.usefixtures("patient")
def test_rabbitmq_takes_the_message(use_broker, task):
    use_broker("amqp://guest:guest@127.0.0.1:5672//", confirm_publish=True)
    assert wake(task, 7) is True
    assert drained(task) == 1


def drained(task) -> int:
    """How many messages wait; the queue is deleted afterwards."""
    with current_app.connection_for_write() as broker:
        messages = broker.SimpleQueue(task.name)
        count = messages.qsize()
        messages.queue.delete()
        messages.close()
        return count


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_before_the_commit_nor_after_a_rollback(use_broker, tmp_path, task):
    use_broker("filesystem://", **folders(tmp_path))

    with transaction.atomic():
        wake_on_commit(task, 1)
        assert list(tmp_path.iterdir()) == []
    assert len(list(tmp_path.glob("*.msg"))) == 1

    with transaction.atomic():
        wake_on_commit(task, 2)
        transaction.set_rollback(True)
    assert len(list(tmp_path.glob("*.msg"))) == 1
    assert not connection.in_atomic_block
