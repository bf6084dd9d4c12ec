"""A real worker, a real broker, and a kill in the middle of the work: nothing is lost, nothing is done twice."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from celery import current_app
from celery.contrib.testing import worker as testing
from django.conf import settings as live
from django.db import connection
from django.utils import timezone

from certificates.issuing import issue_missing
from certificates.models import Certificate, RegisterYear
from certificates.rendering import render_certificate
from notifications.models import Message
from people.models import Official
from records.models import Completion
from records.signals import course_completed
from tests.factories import make_cast, make_completion

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A queue of the test's own name is worth the notice that Celery 6 will want it said elsewhere.
    pytest.mark.filterwarnings("ignore::celery.exceptions.CDeprecationWarning"),
]
ROOT = Path(__file__).resolve().parents[2]
COUNT = 6


def database_url() -> str:
    """Where the worker finds the very database of this test."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Points this process at a broker and a queue of its own; gives the queue's name."""
    url, queue = request.param, f"test-{uuid.uuid4().hex[:10]}"
    conf, before = current_app.conf, dict(current_app.conf)
    options = {}
    if url.startswith("filesystem"):
        folder = Path(live.DATA_DIR) / "queue" / "messages"
        folder.mkdir(parents=True, exist_ok=True)
        options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(folder))
    conf.broker_url, conf.broker_transport_options, conf.task_default_queue = url, options, queue
    conf.broker_heartbeat = 2  # a worker thread looks up from an idle line as often as this
    current_app.__dict__.pop("amqp", None)  # it remembers the queues
    yield queue
    with current_app.connection_for_write() as connected:
        left_over = connected.SimpleQueue(queue)  # a virtual transport deletes only what it has declared
        left_over.queue.delete()
        left_over.close()
    for name in ("broker_url", "broker_transport_options", "task_default_queue", "broker_heartbeat"):
        setattr(conf, name, before[name])
    current_app.__dict__.pop("amqp", None)


@pytest.fixture
def start_worker(broker: str) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts a worker with one child process on this test's database, broker and queue."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(live.DATA_DIR),
            "CELERY_BROKER_URL": current_app.conf.broker_url,
            "LOG_LEVEL": "ERROR",
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "lms",
            "worker",
            "-Q",
            broker,
            "-c",
            "1",
            "--loglevel=ERROR",
        ]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        worker = subprocess.Popen(
            [*command, *quiet],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """The worker and its child at once, as a power cut would."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def until(reached: Callable[[], bool], *, seconds: float = 180) -> bool:
    """Wait for it; the bound is there so that a broken worker ends the test, not to measure a working one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if reached():
            return True
        time.sleep(0.02)
    return False


def complete(official: Official, count: int) -> list[Completion]:
    completions = [make_completion(official) for _ in range(count)]
    for completion in completions:
        course_completed.send_robust(sender=Completion, completion=completion)
    return completions


def stored(certificate: Certificate) -> bytes:
    return (Path(live.CERTIFICATE_ROOT) / certificate.file.name).read_bytes()


def all_is_well(completions: list[Completion]) -> None:
    """Each completion has one number, one file as the register says, and one message."""
    certificates = list(Certificate.objects.order_by("number"))
    assert [certificate.number for certificate in certificates] == list(range(1, len(completions) + 1))
    assert RegisterYear.objects.get().last_number == len(completions)
    assert {certificate.completion_id for certificate in certificates} == {made.pk for made in completions}
    for certificate in certificates:
        assert certificate.state == "issued"
        assert hashlib.sha256(stored(certificate)).hexdigest() == certificate.sha256
        folder = Path(live.CERTIFICATE_ROOT) / str(certificate.year)
        assert len(list(folder.glob(f"*-{certificate.code}-*"))) == 1
    # Another process, with other hash seeds, gave the bytes that this one gives.
    assert render_certificate(certificates[0]) == stored(certificates[0])
    keys = sorted(Message.objects.filter(kind="certificate-issued").values_list("object_key", flat=True))
    assert keys == sorted(str(certificate.pk) for certificate in certificates)


@pytest.mark.parametrize("broker", ["filesystem://"], indirect=True)
def test_worker_killed_in_the_middle_of_a_certificate_loses_nothing(start_worker):
    lan = make_cast().lan
    completions = complete(lan, COUNT)
    worker = start_worker()

    def in_the_middle() -> bool:
        issued = Certificate.objects.filter(state="issued").count()
        if issued == len(completions):  # all done between two looks: then some more
            completions.extend(complete(lan, COUNT))
        return issued > 0 and Certificate.objects.filter(state="pending", attempts=1).exists()

    assert until(in_the_middle)
    kill(worker)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):  # the lease of the one in hand ends
        issue_missing()
    all_is_well(completions)


@pytest.mark.parametrize(
    "broker",
    [
        pytest.param("redis://127.0.0.1:6379/9", marks=pytest.mark.service("redis")),
        pytest.param("amqp://guest:guest@127.0.0.1:5672//", marks=pytest.mark.service("rabbitmq")),
    ],
    indirect=True,
)
@pytest.mark.usefixtures("broker", "patient")
def test_message_through_a_broker_server_wakes_a_worker():
    """The worker is a thread here: what is tried is the way of the message, not the process."""
    completions = complete(make_cast().lan, 2)
    with testing.start_worker(
        current_app, pool="solo", perform_ping_check=False, loglevel="ERROR", shutdown_timeout=120
    ):
        assert until(lambda: Certificate.objects.filter(state="issued").count() == 2)
    all_is_well(completions)
