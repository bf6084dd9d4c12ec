"""Web, worker and beat in one terminal: what ``script/server`` ends in.

The three run as children in process groups of their own, their lines are printed with a name before them, and
one that ends is started again. Ctrl-C, SIGTERM and SIGHUP stop all of them, grandchildren included. Each child
also holds the reading end of a pipe that only this process can write: where this process is killed without a
chance to clean up, the pipe closes and the children end by themselves (on Linux and on macOS alike).

In production each of the three is started by the machine's own service manager instead (docs/production.md).
"""

import fcntl
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
PARENT_PIPE = "SUPERVISOR_PIPE"
GRACE = 8.0  # seconds that a child has to end by itself
LONGEST_PAUSE = 30.0
SETTLED = 60.0  # seconds after which an end counts as a new trouble, not as the old one
COLOURS = {"web": "36", "worker": "35", "beat": "33", "mail": "32"}


# --- The terminal ------------------------------------------------------------------------------------------


def say(line: str = "") -> None:
    """Print, and go on where nobody listens any more (a closed terminal, a pipe into head)."""
    with suppress(OSError, ValueError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def labelled(name: str, line: str) -> str:
    label = f"{name:<6} │"
    if sys.stdout.isatty():
        label = f"\033[{COLOURS.get(name, '0')}m{label}\033[0m"
    return f"{label} {line}"


# --- A child's side ------------------------------------------------------------------------------------------


def end_with_parent() -> None:
    """Watch the pipe in a thread; when the supervisor is gone, end as on SIGTERM, then with all descendants.

    Nothing of the group is left GRACE seconds later, whatever it makes of SIGTERM.
    """
    pipe = int(os.environ.pop(PARENT_PIPE))

    def watch() -> None:
        os.read(pipe, 1)  # nothing is ever written: it returns when the last writer is gone
        # This process may end at once and leave behind what it has started: another one sees to the group.
        last = f"trap '' TERM INT HUP; sleep {GRACE}; kill -KILL 0"
        with suppress(OSError):
            subprocess.Popen(["/bin/sh", "-c", last], stdin=subprocess.DEVNULL)  # noqa: S603  our own words
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def run_web(bind: str) -> None:
    import warnings

    from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

    warnings.filterwarnings("ignore", message="No directory at")  # static files come from their sources here
    sys.argv = ["gunicorn", "--bind", bind, "--worker-class", "gthread", "--threads", "4"]
    sys.argv += ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--preload", "--no-control-socket"]
    sys.argv += ["--graceful-timeout", "4", "--log-level", "warning", "lms.wsgi"]
    run()


def run_worker() -> None:
    # Alone on its broker, it needs no talk with other workers. Its one pool process can be killed by a PDF or
    # by a time limit without taking the worker along. macOS does not let a process with its font libraries fork.
    pool = ["--pool", "solo"] if sys.platform == "darwin" else ["--pool", "prefork", "--concurrency", "1"]
    _run_celery("worker", *pool, "--without-gossip", "--without-mingle", "--without-heartbeat")


def run_beat() -> None:
    _run_celery("beat", "--pidfile", "")  # a file left by a killed beat would keep the next from starting


def _run_celery(*arguments: str) -> None:
    import logging
    import warnings

    from celery.bin.celery import main as celery

    warnings.filterwarnings("ignore", message="(?s).*superuser privileges")  # a container's root is its user
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)  # a folder as a broker has no host name
    sys.argv = ["celery", "--quiet", "-A", "lms", *arguments, "--loglevel", "WARNING"]
    celery()


# --- The supervisor's side -----------------------------------------------------------------------------------


class Child:
    """One of the three, with its output pump and its pauses between starts."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[str] | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self.pause = 0.5

    def start(self, parent_pipe: int) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own modules
            self.command,
            cwd=ROOT,
            env={**os.environ, PARENT_PIPE: str(parent_pipe)},
            pass_fds=[parent_pipe],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._pump, args=[self.process.stdout], daemon=True).start()

    def _pump(self, output: IO[str] | None) -> None:
        for line in output or ():
            if line.strip() and "Warm shutdown" not in line:
                say(labelled(self.name, line.rstrip()))

    def tend(self, parent_pipe: int) -> None:
        """Start it where it is due; where it has ended, say so and set the next start."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start(parent_pipe)
        elif self.process.poll() is not None:
            self.sweep()
            self.pause = 1.0 if now - self.started_at > SETTLED else min(self.pause * 2, LONGEST_PAUSE)
            self.due_at = now + self.pause
            how = describe(self.process.returncode)
            say(labelled(self.name, f"ended ({how}); starting it again in {self.pause:.0f} s"))
            self.process = None

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def sweep(self) -> None:
        """End what is left of its process group."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def describe(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


class Supervisor:
    def __init__(self, children: Sequence[Child], *, data_dir: Path) -> None:
        self.children = children
        self.mail = MailFolder(data_dir / "mail")
        self.signals = 0
        self.wake = threading.Event()
        # Only this process holds the writing end, so the children see the end of it when this one ends.
        self.read_end, self.write_end = os.pipe()

    def run(self, ready: "Ready") -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.signals:
                for child in self.children:
                    child.tend(self.read_end)
                ready.look()
                for line in self.mail.new_lines():
                    say(labelled("mail", line))
                self.wake.wait(0.3)
        finally:
            self.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1
        self.wake.set()

    def stop(self) -> None:
        """Ask each child to end, wait, and end by force what is left. A second Ctrl-C does not wait."""
        say("\nStopping …")
        asked = self.signals
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and self.signals <= max(asked, 1):
            if all(child.process is None or child.process.poll() is not None for child in self.children):
                break
            time.sleep(0.05)
        for child in self.children:
            child.sweep()
            if child.process is not None:
                child.process.wait()
        say("Stopped. Everything is kept; script/server goes on from here.")


class MailFolder:
    """Tells of mail that the installation wrote to files instead of sending it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: dict[Path, int] = {file: file.stat().st_size for file in self._files()}

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.log")) if self.folder.is_dir() else []

    def new_lines(self) -> Iterator[str]:
        for file in self._files():
            size = file.stat().st_size
            if size > self.read.get(file, 0):
                with file.open("rb") as handle:
                    handle.seek(self.read.get(file, 0))
                    fresh = handle.read(size - self.read.get(file, 0))
                self.read[file] = size
                for raw in re.split(rb"^-{79}\n", fresh, flags=re.MULTILINE):
                    if raw.strip():
                        yield summary(raw)


def summary(raw: bytes) -> str:
    """One line of a message: to whom, about what, and the code or link that the reader needs."""
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    code = re.search(r"^\s*(\d{6}|[A-Z0-9]{4}-[A-Z0-9]{4})\s*$", text, re.MULTILINE)
    link = re.search(r"https?://\S+", text)
    found = code or link
    return f"{message['to']}: {message['subject']}" + (f" → {found.group().strip()}" if found else "")


class Ready:
    """Looks whether the site answers and then, once, prints where it is and who may sign in."""

    def __init__(self, base_url: str, bind: tuple[str, int], signins: Path | None) -> None:
        self.base_url = base_url
        self.bind = bind
        self.signins = signins
        self.told = False

    def look(self) -> None:
        if not self.told and self._answers():
            self.told = True
            say(welcome(self.base_url, self.signins))

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(*self.bind, timeout=5)
        try:
            connection.request("GET", "/suc-khoe/", headers={"Host": urlsplit(self.base_url).netloc})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def welcome(base_url: str, signins: Path | None) -> str:
    lines = ["", f"Ready: {base_url}    (Ctrl-C stops it)"]
    if signins and signins.exists():
        lines += ["", *signin_table(json.loads(signins.read_text()))]
    return "\n".join([*lines, ""])


def signin_table(roles: Sequence[dict[str, Any]]) -> list[str]:
    """One line per role: who, how to sign in, and the second factor's one-time codes; entry links below."""
    rows = [("role", "username", "password", "one-time codes (each works once)")]
    rows += [
        (r["role"], r["username"], r["password"], " ".join(r["codes"])) for r in roles if r.get("username")
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  " + "  ".join("─" * width for width in widths))
    for role in roles:
        if role.get("link"):
            lines += ["", f"  {role['role']}: open this once, on a phone-sized window", f"  {role['link']}"]
    return lines


# --- Before the start ----------------------------------------------------------------------------------------


@contextmanager
def running_alone(data_dir: Path, base_url: str) -> Iterator[None]:
    """Hold the installation's lock; the system frees it with the process, so a kill leaves nothing behind."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "server.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise SystemExit(f"This installation runs already: {handle.read().strip()}") from None
        handle.truncate(0)
        handle.write(f"{base_url} (process {os.getpid()})\n")
        handle.flush()
        yield


def where_to_listen(base_url: str) -> tuple[str, int]:
    """BIND, else this machine's own address with PORT or the port of BASE_URL (behind a proxy: 8000)."""
    parts = urlsplit(base_url)
    bind = os.environ.get("BIND", "").strip()
    if bind:
        host, _colon, port = bind.rpartition(":")
        if not port.isdigit():
            raise SystemExit(f"BIND is {bind!r}; it takes address:port, such as 0.0.0.0:8000")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  asked for by the caller
    default = 8000 if parts.scheme == "https" else parts.port or 80
    return "127.0.0.1", int(os.environ.get("PORT") or default)


def must_be_free(bind: tuple[str, int]) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(bind)
        except OSError as error:
            host, port = bind
            raise SystemExit(
                f"Cannot listen on {host}:{port} ({error.strerror}). "
                f"If another program has that port, choose one: PORT={port + 10} script/server"
            ) from None


def apply_port() -> None:
    """PORT alone is enough: the address follows it."""
    port = os.environ.get("PORT", "").strip()
    if port and not port.isdigit():
        raise SystemExit(f"PORT is {port!r}; it takes a number, such as 8010")
    if port and not os.environ.get("BASE_URL", "").strip():
        os.environ["BASE_URL"] = f"http://127.0.0.1:{port}"


def serve() -> None:
    apply_port()
    try:
        from lms import settings
    except ImproperlyConfigured as error:
        raise SystemExit(f"A setting is wrong: {error}") from None
    bind = where_to_listen(settings.BASE_URL)
    with running_alone(settings.DATA_DIR, settings.BASE_URL):
        must_be_free(bind)
        done = subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)
        this = [sys.executable, "-m", "lms.supervise"]
        children = [
            Child("web", [*this, "web", f"{bind[0]}:{bind[1]}"]),
            Child("worker", [*this, "worker"]),
            Child("beat", [*this, "beat"]),
        ]
        signins = settings.DATA_DIR / "demo-signins.json" if settings.DEMO else None
        Supervisor(children, data_dir=settings.DATA_DIR).run(Ready(settings.BASE_URL, bind, signins))


def main() -> None:
    if len(sys.argv) == 1:
        with suppress(KeyboardInterrupt):  # before the children are there
            serve()
        return
    end_with_parent()
    run: dict[str, Callable[..., None]] = {"web": run_web, "worker": run_worker, "beat": run_beat}
    run[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
