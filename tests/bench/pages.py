"""The learner's pages against BARE, in pairs within one run: processor time per request of web and database.

Each round asks both servers for the same number of pages over 16 connections, ours first in one round and
BARE first in the next; the ratio of a page is the median over the rounds. ``lesson`` is a card seen for the
first time, so it also writes, and one in ten also opens the lesson; ``quiz_start`` is the request that draws
and stores a paper; both are held against BARE's page. ``answer`` is held against BARE's answer. Wall time
stands beside, for a quiet machine. Both have the same server, threads and connections; ours compresses what
it sends, BARE does not.

    script/bench pages              all of them
    script/bench pages home lesson  these
"""

import itertools
import json
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench import machine
from tests.bench.ours import CONNECTIONS, ROUNDS, STARTS

TOKEN = "a" * 32
type Connections = list[list[dict[str, Any]]]


@dataclass
class Side:
    """One server's side of a page: the requests of round ``n``, and what they cost."""

    server: machine.Server
    requests: Callable[[int], Connections]
    expected: int = 200
    least: int = 0  # bytes of every body, as sent: a page that came empty is no page
    cpu: list[float] = field(default_factory=list)  # milliseconds per request
    rate: list[float] = field(default_factory=list)  # requests per second
    size: tuple[int, int] = (0, 0)

    def run(self, number: int) -> None:
        connections = self.requests(number)
        count = sum(len(requests) for requests in connections)
        before = self.server.processor_time()
        result = load(self.server.port, connections)
        after = self.server.processor_time()
        if result["statuses"] != {str(self.expected): count}:
            path = connections[0][0]["path"]
            raise SystemExit(f"{path} answered {result['statuses']}\n{self.server.complaint()}")
        if result["bytes"][0] < self.least:
            raise SystemExit(f"{connections[0][0]['path']} sent only {result['bytes'][0]} bytes")
        self.cpu.append(1000 * machine.spent_between(before, after) / count)
        self.rate.append(count / result["seconds"])
        self.size = tuple(result["bytes"])


def load(port: int, connections: Connections) -> dict[str, Any]:
    job = json.dumps({"port": port, "connections": connections})
    return machine.run_python("tests.bench.load", env={}, stdin=job)


@dataclass
class Page:
    name: str
    ours: Side
    bare: Side

    def run(self, number: int) -> None:
        for side in (self.ours, self.bare) if number % 2 else (self.bare, self.ours):
            side.run(number)

    def forget(self) -> None:
        for side in (self.ours, self.bare):
            side.cpu.clear()
            side.rate.clear()

    @property
    def ratio(self) -> float:
        return statistics.median(o / b for o, b in zip(self.ours.cpu, self.bare.cpu, strict=True))


def get(session: str, path: str) -> dict[str, Any]:
    """As a browser that was here before: it has the cookie for forms, so that no page makes a new one."""
    cookies = f"sessionid={session}; csrftoken={TOKEN}"
    return {"method": "GET", "path": path, "headers": {"Cookie": cookies}}


def post(session: str, path: str, body: str, kind: str) -> dict[str, Any]:
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": kind,
    }
    return {"method": "POST", "path": path, "headers": headers, "body": body}


def pages(
    ours: machine.Server, seeded: dict[str, Any], bare: machine.Server, sessions: list[str]
) -> list[Page]:
    cards, starts = seeded["addresses"]["cards"][:10], seeded["addresses"]["starts"]
    fresh, readers, sitters = seeded["officials"], seeded["readers"], seeded["sitters"]

    def home(number: int) -> Connections:
        return [[get(session, "/")] * 10 for session in sessions_of(sitters)[:CONNECTIONS]]

    def lesson(number: int) -> Connections:
        learners = fresh[number * CONNECTIONS : (number + 1) * CONNECTIONS]
        return [[get(session, card) for card in cards] for session in learners]

    def start(number: int) -> Connections:
        count = CONNECTIONS * STARTS // 2
        learners = iter(readers[number * count : (number + 1) * count])
        tries = [
            post(session, path, "", "application/x-www-form-urlencoded")
            for session in learners
            for path in starts
        ]
        return [list(batch) for batch in itertools.batched(tries, STARTS)]

    def paper(number: int) -> Connections:
        return [[get(each["session"], each["path"])] * 10 for each in sitters[:CONNECTIONS]]

    def bare_page(count: int) -> Side:
        requests = [
            [get(session, f"/page/{1 + place % 20}/") for place in range(count)]
            for session in sessions[:CONNECTIONS]
        ]
        return Side(bare, lambda number: requests, least=4500)

    return [
        Page("home", Side(ours, home, least=1000), bare_page(10)),
        Page("lesson", Side(ours, lesson, least=1000), bare_page(len(cards))),
        Page("quiz_start", Side(ours, start, expected=302), bare_page(STARTS)),
        Page("paper", Side(ours, paper, least=1000), bare_page(10)),
        Page(
            "answer",
            Side(ours, lambda number: answers(sitters[:CONNECTIONS], 20)),
            Side(bare, lambda number: bare_answers(sessions[:CONNECTIONS], 20)),
        ),
    ]


def sessions_of(sitters: list[dict[str, Any]]) -> list[str]:
    return [each["session"] for each in sitters]


def answers(sitters: list[dict[str, Any]], count: int) -> Connections:
    """One after the other, each with an operation id of its own, over all questions of the paper."""

    def one(each: dict[str, Any], order: str) -> dict[str, Any]:
        step = {"item": int(order), "response": each["items"][order], "operation_id": str(uuid.uuid4())}
        return post(each["session"], f"{each['path']}tra-loi/", json.dumps(step), "application/json")

    return [
        [one(each, order) for order in itertools.islice(itertools.cycle(each["items"]), count)]
        for each in sitters
    ]


def bare_answers(sessions: list[str], count: int) -> Connections:
    kind = "application/x-www-form-urlencoded"
    return [
        [post(session, f"/answer/{1 + place % 20}/", "text=a", kind) for place in range(count)]
        for session in sessions
    ]


def main() -> None:
    machine.need_postgresql()
    folder = tempfile.mkdtemp(prefix="lms-bench-")
    try:
        with machine.database("ours") as our_database, machine.database("bare") as bare_database:
            run(our_database, bare_database, folder, sys.argv[1:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(our_database: str, bare_database: str, folder: str, names: list[str]) -> None:
    our_env = {"DATABASE_URL": our_database, "DATA_DIR": folder, "CACHE_URL": "", "CELERY_BROKER_URL": ""}
    our_env |= {"BASE_URL": "", "DEMO": "", "DEBUG": "", "STATIC_FILES": "", "LOG_LEVEL": "WARNING"}
    bare_env = {"BARE_DATABASE_URL": bare_database}
    print("Filling two databases …", flush=True)
    sessions = machine.run_python("tests.bench.bare.seed", env=bare_env)
    seeded = machine.run_python("tests.bench.ours", env=our_env)
    with (
        machine.server("lms.wsgi", our_database, our_env) as ours,
        machine.server("tests.bench.bare.wsgi", bare_database, bare_env) as bare,
    ):
        memory = ours.memory()
        measured = [page for page in pages(ours, seeded, bare, sessions) if page.name in names or not names]
        print(f"Measuring {ROUNDS} rounds …", flush=True)
        enough = time.monotonic() + 100
        for number in range(ROUNDS + 1):
            if (
                number > 3 and time.monotonic() > enough
            ):  # three rounds will do on a machine that is busy otherwise
                break
            for page in measured:
                page.run(number)
                if number == 0:  # warm-up: every code path once, every pool filled
                    page.forget()
        rates = [
            answer_rate(ours, answers(seeded["sitters"], 25)),
            answer_rate(bare, bare_answers(sessions, 25)),
        ]
    report(measured, seeded["queries"], memory, rates)


def answer_rate(server: machine.Server, connections: Connections) -> float:
    result = load(server.port, connections)
    count = sum(len(requests) for requests in connections)
    if result["statuses"] != {"200": count}:
        raise SystemExit(f"unexpected answers: {result['statuses']}")
    return count / result["seconds"]


def report(measured: list[Page], queries: dict[str, int], memory: int, rates: list[float]) -> None:
    print(
        f"\nMedian of {ROUNDS} rounds, {CONNECTIONS} connections, 2 workers, processor time of web and database\n"
    )
    print(
        f"{'page':<12}{'ours ms':>9}{'BARE ms':>9}{'ratio':>8}{'ours /s':>9}{'BARE /s':>9}{'queries':>9}"
        "  bytes sent (gzip)"
    )
    for page in measured:
        ours, bare = page.ours, page.bare
        print(
            f"{page.name:<12}{statistics.median(ours.cpu):>9.2f}{statistics.median(bare.cpu):>9.2f}{page.ratio:>8.2f}"
            f"{statistics.median(ours.rate):>9.0f}{statistics.median(bare.rate):>9.0f}{queries[page.name]:>9}"
            f"  {ours.size[0]}–{ours.size[1]} (BARE {bare.size[0]}–{bare.size[1]})"
        )
    print(
        f"\nanswers from 64 users at once: {rates[0]:.0f}/s (BARE {rates[1]:.0f}/s)"
        f" · web processes, idle: {memory} MB\n"
    )
    result: dict[str, float] = {f"{page.name}_cpu_ratio": round(page.ratio, 2) for page in measured}
    result |= {f"{name}_queries": count for name, count in queries.items()}
    result |= {"answers_per_s": round(rates[0]), "bare_answers_per_s": round(rates[1]), "web_idle_mb": memory}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
