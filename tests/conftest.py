"""The suite's ground: the database, the cast, and which services are here."""

import gc
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from lms.lib import queue
from people import second_factor
from people.access import needs_second_factor
from people.models import User
from tests import database
from tests.factories import Cast, make_cast

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop beside live_server

# A loaded machine is slow, not wrong.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")

SERVICES = {
    "postgresql": ("127.0.0.1", 5432),
    "redis": ("127.0.0.1", 6379),
    "rabbitmq": ("127.0.0.1", 5672),
}


def reachable(name: str) -> bool:
    try:
        with socket.create_connection(SERVICES[name], timeout=10):
            return True
    except OSError:
        return False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Half of the tests for each worker, and who is done early takes over some: a worker that stays with one
    part of the house has its templates, addresses and fixtures at hand."""
    if config.getoption("dist") != "load":
        return None  # somebody asked for another way
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests; skip, by name, what needs a service that is not here (see pytest_runtest_setup)."""
    # Those without a database first: one worker runs them while another one makes the database.
    items.sort(key=_needs_database)
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.service("postgresql"))
    absent = {name for name in SERVICES if not reachable(name)}
    for item in items:
        for marker in item.iter_markers("service"):
            if marker.args[0] in absent and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"{marker.args[0]} is not reachable on this machine"))


def _needs_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return (
        item.get_closest_marker("django_db") is not None or "db" in fixtures or "transactional_db" in fixtures
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays: no search for garbage need look at it again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("service"):
        if not reachable(marker.args[0]):
            pytest.fail(f"{marker.args[0]} is not reachable, and in CI a service test may not be skipped")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        mine = database.for_worker(worker)
        mine.create()
        # After a test with real transactions the database is copied afresh instead of emptied, so that the
        # provinces, the wards and Wagtail's root page are there for the next one.
        TransactionTestCase._fixture_teardown = lambda self: mine.restore()  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():
        mine.destroy()


@pytest.fixture(scope="module")
def around_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around all tests of a file. What a fixture of the file's own makes in it is there for each
    of them as it was made, and gone after the last one: for worlds that take a second to make."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """Rate limits and cached pages of one test are not those of the next."""
    for name in ("db", "transactional_db"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
            cache.clear()


class HouseClient(Client):
    """``force_login`` means: signed in wholly, with the second factor where the account needs one.

    Tests of the sign-in itself use Django's own ``Client``.
    """

    def force_login(self, user: User, backend: str | None = None) -> None:
        if needs_second_factor(user):
            second_factor.enable(user)
        super().force_login(user, backend)
        self._show_second_factor(user)

    def _show_second_factor(self, user: User) -> None:
        authenticator = Authenticator.objects.filter(user=user, type="totp").first()
        if authenticator is None:
            return
        request = HttpRequest()
        request.session, request.user = self.session, user
        record_authentication(request, user, method="mfa", id=authenticator.pk, type="totp")
        request.session.pop(second_factor.DUE, None)
        request.session.save()


@pytest.fixture
def client() -> Client:
    return HouseClient()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request does not wait for a broker that is slow today; a test does."""
    monkeypatch.setattr(queue, "CONNECT_SECONDS", 60)
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 60)


@pytest.fixture
def cast(db: None) -> Cast:
    """The small cast that every access test plays with (see tests.factories.make_cast)."""
    return make_cast()
