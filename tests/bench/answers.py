"""A quiz from start to submission against BARE, in pairs within one run: processor time per request.

Sixteen, then sixty-four learners at once. Each round asks both servers, ours first in one round and BARE first in
the next; a ratio is the median over the rounds. ``start`` draws and stores a paper and is held against BARE's
page; ``answer`` keeps one answer, ``submit`` sends the whole form of an attempt and has it graded: both are held
against BARE's answer. ``p95_ms`` and ``answers_per_s`` are of sixty-four learners answering.
"""

import itertools
import json
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg

from tests.bench import machine
from tests.bench.pages import Connections, answers, bare_answers, get, load, post
from tests.bench.sittings import LEVELS, ROUNDS

FORM = "application/x-www-form-urlencoded"
SECONDS = 120  # enough rounds by then, on a machine that is busy otherwise


@dataclass
class Side:
    """One server's side of an act, and what each round of it cost."""

    server: machine.Server
    expected: int
    cpu: list[float] = field(default_factory=list)  # milliseconds per request
    rate: list[float] = field(default_factory=list)  # requests per second
    p95: list[float] = field(default_factory=list)  # milliseconds
    errors: int = 0

    def run(self, connections: Connections) -> None:
        count = sum(len(requests) for requests in connections)
        before = self.server.processor_time()
        result = load(self.server.port, connections)
        spent = machine.spent_between(before, self.server.processor_time())
        self.cpu.append(1000 * spent / count)
        self.rate.append(count / result["seconds"])
        self.p95.append(result["milliseconds"][1])
        self.errors += count - result["statuses"].get(str(self.expected), 0)


@dataclass
class Act:
    name: str
    learners: int
    ours: Side
    bare: Side

    def run(self, number: int, mine: Connections, plain: Connections) -> None:
        """One round; round 0 warms up and does not count."""
        pairs = [(self.ours, mine), (self.bare, plain)]
        for side, connections in pairs if number % 2 else reversed(pairs):
            side.run(connections)
        if number == 0:
            for side in (self.ours, self.bare):
                side.cpu, side.rate, side.p95 = [], [], []

    @property
    def ratio(self) -> float:
        return statistics.median(o / b for o, b in zip(self.ours.cpu, self.bare.cpu, strict=True))


def open_papers(database: str) -> dict[str, tuple[str, list[tuple[int, str, list[str]]]]]:
    """What the last starts drew, by username and module: the address, and order, kind and keys of each question."""
    with psycopg.connect(database, autocommit=True) as connection:
        rows = connection.execute(
            """SELECT account.username, attempt.key, item.order, version.kind, item.option_order
            FROM quizzes_attempt attempt JOIN people_official official ON official.id = attempt.official_id
            JOIN people_user account ON account.id = official.user_id
            JOIN quizzes_attemptitem item ON item.attempt_id = attempt.id
            JOIN quizzes_questionversion version ON version.id = item.question_version_id
            WHERE attempt.state = 'in-progress' ORDER BY attempt.id, item.order"""
        ).fetchall()
    papers: dict[str, tuple[str, list[tuple[int, str, list[str]]]]] = {}
    for username, key, order, kind, keys in rows:
        papers.setdefault(f"{username} {key}", (f"/luot/{key}/", []))[1].append((order, kind, keys))
    return papers


def filled(questions: list[tuple[int, str, list[str]]]) -> str:
    """The form as a browser sends it, with the first choice of every question that has choices."""
    fields = {"confirmed": "1"}
    for order, kind, keys in questions:
        fields[f"known{order}"] = ""
        if kind in {"single", "multiple", "true-false"} and keys:
            fields[f"q{order}"] = keys[0]
    return urlencode(fields)


def in_turns(requests: list[dict[str, Any]], learners: int) -> Connections:
    return [requests[place::learners] for place in range(learners)]


def main() -> None:
    machine.need_postgresql()
    folder = tempfile.mkdtemp(prefix="lms-bench-")
    try:
        with machine.database("ours") as our_database, machine.database("bare") as bare_database:
            run(our_database, bare_database, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(our_database: str, bare_database: str, folder: str) -> None:
    our_env = {"DATABASE_URL": our_database, "DATA_DIR": folder, "CACHE_URL": "", "CELERY_BROKER_URL": ""}
    our_env |= {"BASE_URL": "", "DEMO": "", "DEBUG": "", "STATIC_FILES": "", "LOG_LEVEL": "WARNING"}
    bare_env = {"BARE_DATABASE_URL": bare_database}
    print("Filling two databases …", flush=True)
    sessions = machine.run_python("tests.bench.bare.seed", env=bare_env)
    seeded = machine.run_python("tests.bench.sittings", env=our_env)
    with (
        machine.server("lms.wsgi", our_database, our_env) as ours,
        machine.server("tests.bench.bare.wsgi", bare_database, bare_env) as bare,
    ):
        print(f"Measuring {ROUNDS} rounds …", flush=True)
        acts = [
            Act(name, learners, Side(ours, expected), Side(bare, 200))
            for learners in LEVELS
            for name, expected in (("start", 302), ("answer", 200), ("submit", 302))
        ]
        play(acts, our_database, seeded, sessions)
    report(acts)


def play(acts: list[Act], database: str, seeded: dict[str, Any], sessions: list[str]) -> None:
    readers = iter(enumerate(seeded["readers"]))
    by_name = {f"bench-{number}": session for number, session in enumerate(seeded["readers"])}
    enough = time.monotonic() + SECONDS
    for number in range(ROUNDS + 1):
        if number > 2 and time.monotonic() > enough:
            break
        for start, answer, submit in itertools.batched(acts, 3):
            learners, each = start.learners, LEVELS[start.learners]
            before = set(open_papers(database))
            starting = [
                post(session, path, "", FORM)
                for _number, session in itertools.islice(readers, learners * each // 2)
                for path in seeded["starts"]
            ]
            pages = [
                [get(session, f"/page/{1 + place % 20}/") for place in range(each)]
                for session in sessions[:learners]
            ]
            start.run(number, in_turns(starting, learners), pages)
            count = 160 // learners * 4
            answer.run(
                number, answers(seeded["sitters"][:learners], count), bare_answers(sessions[:learners], count)
            )
            drawn = {name: paper for name, paper in open_papers(database).items() if name not in before}
            sending = [
                post(by_name[name.split()[0]], path, filled(questions), FORM)
                for name, (path, questions) in drawn.items()
            ]
            submit.run(number, in_turns(sending, learners), bare_answers(sessions[:learners], each))


def report(acts: list[Act]) -> None:
    print("\nProcessor time of web and database per request, medians; 2 workers\n")
    print(
        f"{'act':<10}{'learners':>9}{'ours ms':>9}{'BARE ms':>9}{'ratio':>7}{'ours /s':>9}{'BARE /s':>9}{'p95 ms':>8}"
    )
    for act in acts:
        mine, plain = act.ours, act.bare
        print(
            f"{act.name:<10}{act.learners:>9}{statistics.median(mine.cpu):>9.2f}{statistics.median(plain.cpu):>9.2f}"
            f"{act.ratio:>7.2f}{statistics.median(mine.rate):>9.0f}{statistics.median(plain.rate):>9.0f}"
            f"{statistics.median(mine.p95):>8.0f}"
        )
    least, most = min(LEVELS), max(LEVELS)
    ratios = {f"{act.name}_cpu_ratio": round(act.ratio, 2) for act in acts if act.learners == least}
    busy = next(act for act in acts if act.name == "answer" and act.learners == most)
    print(
        json.dumps(
            ratios
            | {
                "answers_per_s": round(statistics.median(busy.ours.rate)),
                "bare_answers_per_s": round(statistics.median(busy.bare.rate)),
                "p95_ms": round(statistics.median(busy.ours.p95), 1),
                "errors": sum(act.ours.errors + act.bare.errors for act in acts),
            }
        )
    )


if __name__ == "__main__":
    main()
