"""script/server's last part: children that are started again, and that never outlive their supervisor."""

import os
import signal
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from lms import supervise

ROOT = Path(__file__).resolve().parent.parent.parent

# Bounds of a wait, not speeds: where all is well nobody waits so long, and a loaded machine takes its time.
PATIENCE = 60.0
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"

# A child that starts a grandchild, waits until that is deaf to SIGTERM, says both process ids and then does nothing.
CHILD = """
import subprocess, sys, time, os
from lms import supervise
supervise.GRACE = 0.5
supervise.end_with_parent()
deaf = "{deaf} import time; print(flush=True); time.sleep(120)"
grandchild = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, text=True)
grandchild.stdout.readline()
{first}
print("pids", os.getpid(), grandchild.pid, flush=True)
{then}
"""
SUPERVISOR = """
import sys
from pathlib import Path
from lms import supervise
class Never:
    def look(self): pass
supervise.GRACE = 2.0
children = [supervise.Child("web", [sys.executable, "-c", sys.argv[1]])]
supervise.Supervisor(children, data_dir=Path(sys.argv[2])).run(Never())
"""


@pytest.fixture
def supervised(tmp_path):
    """Starts a supervisor over one child; ends whatever is left afterwards."""
    started = []

    def start(then: str = "time.sleep(120)", *, first: str = "") -> subprocess.Popen[str]:
        child = CHILD.format(deaf=DEAF, first=first, then=then)
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, child, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def pids_from(process: subprocess.Popen[str]) -> list[int]:
    for line in process.stdout:
        if "pids" in line:
            return [int(word) for word in line.split()[-2:]]
    raise AssertionError("the child never started")


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    """One that has ended and that nobody has asked about yet is not alive."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_children_and_grandchildren(supervised, number):
    process = supervised()
    pids = pids_from(process)
    process.send_signal(number)
    assert process.wait(timeout=PATIENCE) == 0
    assert all_gone(pids)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("", id="a child that ends at once and leaves the grandchild behind"),
        pytest.param(DEAF, id="a child that is deaf to SIGTERM"),
    ],
)
def test_children_and_grandchildren_end_when_the_supervisor_is_killed(supervised, first):
    process = supervised(first=first)
    pids = pids_from(process)
    process.kill()
    assert all_gone(pids)


def test_a_child_that_ends_is_started_again(supervised):
    process = supervised(then="sys.exit(3)")
    first = pids_from(process)
    assert process.stdout.readline().rstrip() == "web    │ ended (exit code 3); starting it again in 1 s"
    second = pids_from(process)
    assert first[0] != second[0]
    assert all_gone([first[1]]), "its own children went with it"


def test_a_second_start_says_that_the_first_one_runs(tmp_path):
    with supervise.running_alone(tmp_path, "http://127.0.0.1:8000"):
        with pytest.raises(SystemExit) as caught, supervise.running_alone(tmp_path, "http://127.0.0.1:8010"):
            pass
        assert str(caught.value) == (
            f"This installation runs already: http://127.0.0.1:8000 (process {os.getpid()})"
        )
    with supervise.running_alone(tmp_path, "http://127.0.0.1:8010"):
        pass


def test_a_taken_port_is_named_with_the_cure():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit) as caught:
            supervise.must_be_free(("127.0.0.1", port))
    assert f"Cannot listen on 127.0.0.1:{port}" in str(caught.value)
    assert f"PORT={port + 10} script/server" in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "environment", "expected"),
    [
        ("http://127.0.0.1:8000", {}, ("127.0.0.1", 8000)),
        ("http://localhost:8010", {}, ("127.0.0.1", 8010)),
        ("https://hoc.example.vn", {}, ("127.0.0.1", 8000)),
        ("https://hoc.example.vn", {"PORT": "8020"}, ("127.0.0.1", 8020)),
        ("http://127.0.0.1:8000", {"BIND": "0.0.0.0:8030"}, ("0.0.0.0", 8030)),
        ("http://127.0.0.1:8000", {"BIND": ":8030"}, ("0.0.0.0", 8030)),
    ],
)
def test_where_it_listens(monkeypatch, base_url, environment, expected):
    for name in ("BIND", "PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert supervise.where_to_listen(base_url) == expected


def test_the_port_alone_moves_the_address(monkeypatch):
    monkeypatch.setenv("PORT", "8010")
    monkeypatch.setenv("BASE_URL", "")
    supervise.apply_port()
    assert os.environ["BASE_URL"] == "http://127.0.0.1:8010"


def test_new_mail_is_told_in_one_line_with_its_code(tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "old.log").write_bytes(letter("Cũ", "111111"))
    folder = supervise.MailFolder(tmp_path / "mail")
    (tmp_path / "mail" / "new.log").write_bytes(letter("Mã đăng nhập", "Mã của bạn:\n\n482913\n\nHết hạn."))
    with (tmp_path / "mail" / "old.log").open("ab") as more:
        more.write(letter("Giấy xác nhận", "Xem tại https://hoc.example.vn/giay-xac-nhan/ nhé"))
    assert sorted(folder.new_lines()) == [
        "lan@phuong.example: Giấy xác nhận → https://hoc.example.vn/giay-xac-nhan/",
        "lan@phuong.example: Mã đăng nhập → 482913",
    ]
    assert list(folder.new_lines()) == []


def letter(subject: str, body: str) -> bytes:
    """As Django's file backend writes it."""
    message = EmailMessage()
    message["Subject"], message["To"] = subject, "lan@phuong.example"
    message.set_content(body)
    return message.as_bytes() + b"\n" + b"-" * 79 + b"\n"


def test_the_table_has_one_line_per_role_and_the_entry_link_below():
    assert supervise.signin_table(
        [
            {"role": "HR", "username": "hr", "password": "abc", "codes": ["1111", "2222"]},
            {"role": "Official, first entry", "link": "http://127.0.0.1:8000/vao/x/"},
        ]
    ) == [
        "  role  username  password  one-time codes (each works once)",
        "  ────  ────────  ────────  ────────────────────────────────",
        "  HR    hr        abc       1111 2222",
        "",
        "  Official, first entry: open this once, on a phone-sized window",
        "  http://127.0.0.1:8000/vao/x/",
    ]
