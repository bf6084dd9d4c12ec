"""What every benchmark needs of the machine: databases of its own, servers, and their processor time."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psutil
import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE_URL = os.environ.get("DATABASE_URL", "")
if not DATABASE_URL.startswith("postgres"):
    DATABASE_URL = "postgresql://root@127.0.0.1:5432/root"


def need_postgresql() -> None:
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        raise SystemExit(
            f"This benchmark needs PostgreSQL, and none answers ({str(error).splitlines()[0]}). "
            "Set DATABASE_URL=postgresql://user:password@host:5432/name to one that may create databases."
        ) from None


def address_of(database: str) -> str:
    return urlsplit(DATABASE_URL)._replace(path=f"/{database}").geturl()


@contextmanager
def database(name: str) -> Iterator[str]:
    """An empty database, dropped at the end; gives its address."""
    name = f"lms_bench_{name}_{os.getpid()}"
    with psycopg.connect(DATABASE_URL, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield address_of(name)
    finally:
        with psycopg.connect(DATABASE_URL, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run_python(module: str, *arguments: str, env: dict[str, str], stdin: str = "") -> Any:
    """Run a module in a process of its own; its last line is JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


@dataclass
class Server:
    """A gunicorn with its processes, and the backends of its database."""

    port: int
    process: psutil.Popen
    database_url: str
    log: IO[bytes]

    def complaint(self) -> str:
        """The end of what it wrote, for a run that went wrong."""
        self.log.seek(0)
        return self.log.read()[-2000:].decode(errors="replace")

    def processor_time(self) -> dict[int, float]:
        """Seconds of user and system time by process id: master, workers and database backends."""
        pids = [self.process.pid, *(child.pid for child in self.process.children(recursive=True))]
        with psycopg.connect(DATABASE_URL, autocommit=True) as admin:
            name = urlsplit(self.database_url).path.strip("/")
            backends = admin.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name]).fetchall()
        times = {}
        for pid in [*pids, *(pid for (pid,) in backends)]:
            try:
                spent = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue
            times[pid] = spent.user + spent.system
        return times

    def memory(self) -> int:
        """Megabytes of the web processes, shared pages counted once (PSS where the system tells it)."""
        processes = [self.process, *self.process.children(recursive=True)]
        infos = [process.memory_full_info() for process in processes]
        return round(sum(getattr(info, "pss", info.rss) for info in infos) / 1e6)


def spent_between(before: dict[int, float], after: dict[int, float]) -> float:
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


@contextmanager
def server(application: str, database_url: str, env: dict[str, str]) -> Iterator[Server]:
    """gunicorn as script/server and the image start it: two workers with threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "8", "--preload", "--no-control-socket"]
    command += ["--keep-alive", "30", "--log-level", "error", application]
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        process = psutil.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=log, stderr=log)
        stack.callback(process.wait, 60)
        stack.callback(process.terminate)
        wait_for(port, process)
        yield Server(port, process, database_url, log)


def wait_for(port: int, process: psutil.Popen) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("a server of the benchmark did not start")
