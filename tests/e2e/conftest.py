"""Journeys in a real Chromium against a live server on a real database."""

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from people.models import User
from tests.conftest import HouseClient

# Milliseconds until a wait is given up: a bound, not a speed.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

PHONE = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        "",
    )
    if not found:
        pytest.fail(
            "No Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path."
        )
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": chromium(),
        "args": [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--disable-quic",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture
def open_browser(browser: Browser, live_server: Any, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """``open_browser(PHONE, javascript=False, as_user=user)`` → a page with its own cookies.

    A script error or a refused script, style or picture anywhere in the journey fails the test.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # The editor saves by itself while a form is half filled, and is told so with a 400.
        # A journey may take the line away; a late answer is told so with a 409.
        harmless = ("favicon", "status of 404", "status of 400", "status of 409", "ERR_INTERNET_DISCONNECTED")
        if message.type == "error" and not any(text in message.text for text in harmless):
            problems.append(f"{message.text} ({message.location.get('url', '')})")

    def open_page(
        device: dict[str, Any] = PHONE, *, javascript: bool = True, as_user: User | None = None
    ) -> Page:
        context = browser.new_context(
            **device,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=javascript,
            base_url=live_server.url,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if as_user is not None:
            client = HouseClient()
            client.force_login(as_user)
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "vi-VN"}


def in_days(days: int) -> datetime.date:
    return datetime.date.today() + datetime.timedelta(days=days)  # noqa: DTZ011  a due date is a local day
