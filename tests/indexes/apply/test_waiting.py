"""`indexes apply` cut off: by a deadline, by signals, by SIGKILL at each of its commands."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from kampyn_perf.indexes.apply.waiting import BuildWait, BuildWaitEnded, WaitingWriter
from kampyn_perf.indexes.model.ports import BuildOptions, Database
from kampyn_perf.indexes.model.server import Topology
from kampyn_perf.indexes.model.spec import IndexSpec
from tests import forked
from tests.indexes.conftest import Cli, start
from tests.indexes.fake_mongo import FakeMongo
from tests.indexes.wire import Document, HangUpError


@pytest.fixture
def slow_build(fake: FakeMongo) -> Iterator[threading.Event]:
    """The build of orders is listed at once, as servers do, and ends when the event is set, whoever
    still waits for it."""
    released = threading.Event()

    def build(order: Document) -> Document:
        answer = fake.answer(order)
        if order["createIndexes"] == "orders":
            fake.operations = [
                {
                    "ns": "kampyn.orders",
                    "command": order,
                    "msg": "Index Build: scanning collection: 45/100 45%",
                    "progress": {"done": 45, "total": 100},
                }
            ]
            released.wait(120)
            fake.operations = []
        return answer

    fake.always["createIndexes"] = build
    yield released
    released.set()


def test_a_timeout_leaves_the_build_running_and_the_next_run_waits_for_it(
    fake: FakeMongo, cli: Cli, slow_build: threading.Event
) -> None:
    done = cli("apply", "--yes", "--timeout", "1500ms", "--json", "--uri", fake.uri)
    assert done.returncode == 1
    assert "the server goes on building userId_1" in done.stderr
    outcomes = [step["outcome"] for step in json.loads(done.stdout)["steps"]]
    assert outcomes == ["done"] * 3 + ["stopped"] * 5 + ["not-begun"] * 4
    assert fake.records["kampyn_perf_lock"] == []
    stats = json.loads(cli("stats", "--json", "--uri", fake.uri).stdout)["indexes"]
    [row] = [each for each in stats if each["name"] == "userId_1"]
    assert row["building"] == {"progress": 0.45, "phase": "scanning collection"}

    fake.commands.clear()
    again = _start("apply", "--yes", "--json", "--uri", fake.uri)
    _until(lambda: any(c.get("createIndexes") == "orders" for c in list(fake.commands)))
    slow_build.set()
    told, words = again.communicate(timeout=90)
    assert again.returncode == 0, words
    assert "is being built on the server now" in words
    assert json.loads(told)["met"] is True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_gives_the_lock_back_and_says_what_goes_on(
    fake: FakeMongo, slow_build: threading.Event, number: signal.Signals, code: int
) -> None:
    process = _start("apply", "--yes", "--uri", fake.uri)
    _until(lambda: bool(fake.operations))
    process.send_signal(number)
    _, words = process.communicate(timeout=90)
    assert process.returncode == code, words
    assert "the server goes on building" in words
    assert fake.records["kampyn_perf_lock"] == []


class _Database:
    """One whose build is interrupted as soon as it was asked for."""

    server = SimpleNamespace(topology=Topology.STANDALONE)

    def __init__(self) -> None:
        self.released = threading.Event()

    def create_indexes(self, *_: object) -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        self.released.wait(60)


def test_an_interruption_while_the_waiting_begins_says_what_goes_on() -> None:
    database = _Database()
    waiting = BuildWait(clock=lambda: time.monotonic_ns() // 1000)
    writer = WaitingWriter(database=cast("Database", database), waiting=waiting)
    index = IndexSpec(keys=(("userId", 1),))
    try:
        with pytest.raises(BuildWaitEnded, match="goes on building userId_1 on orders"):
            writer.create_indexes("orders", [index], BuildOptions())
    finally:
        database.released.set()


CATALOGUE = """
collections:
  users:
    indexes:
      - {key: {email: 1}, unique: true}
      - {key: {phone: 1}}
  orders:
    indexes:
      - {key: {vendorId: 1, status: 1}}
"""
KILLED = ("-c", "small.yaml", "--yes", "--drop", "--prune", "orders.vendorId_1")


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_killed_at_every_step_the_next_run_converges(
    cli: Cli, tmp_path: Path, number: int, effect: bool
) -> None:
    """SIGKILL at each of the three commands in turn: builds of two collections, and a drop; before
    it took effect, and after."""
    (tmp_path / "small.yaml").write_text(CATALOGUE)
    fake = _small_server()
    try:
        _run_killed_at(fake, number, effect=effect, folder=tmp_path)
        fake.always.clear()
        _expire(fake)
        done = cli("apply", *KILLED, "--uri", fake.uri)
        assert done.returncode == 0, done.stderr
        names = {name: set(each.rules.indexes) for name, each in fake.collections.items()}
        assert names == {
            "users": {"_id_", "email_1", "phone_1"},
            "orders": {"_id_", "vendorId_1_status_1"},
        }
    finally:
        fake.close()


def _small_server() -> FakeMongo:
    fake = FakeMongo()
    fake.add("users")
    fake.add("orders")
    old = {"key": {"vendorId": 1}, "name": "vendorId_1"}
    fake.answer({"createIndexes": "orders", "indexes": [old]})
    return fake


def _run_killed_at(fake: FakeMongo, number: int, *, effect: bool, folder: Path) -> None:
    """Run until the index command `number`, and kill the program there."""
    seen = 0
    killed = threading.Event()
    process: list[forked.Started] = []

    def counted(usual: Callable[[Document], Document]) -> Callable[[Document], Document]:
        def handle(order: Document) -> Document:
            nonlocal seen
            seen += 1
            answer = usual(order) if seen < number or effect else {}
            if seen == number:
                process[0].kill()
                process[0].wait()
                killed.set()
                raise HangUpError
            return answer

        return handle

    fake.always["createIndexes"] = counted(fake.answer)
    fake.always["dropIndexes"] = counted(fake.answer)
    process.append(_start("apply", *KILLED, "--uri", fake.uri, folder=folder))
    assert killed.wait(90)
    for pipe in (process[0].stdout, process[0].stderr):
        assert pipe is not None
        pipe.close()


def _expire(fake: FakeMongo) -> None:
    """Let the lock of a killed run's time pass."""
    for lock in fake.records.get("kampyn_perf_lock", []):
        lock["expiresAt"] = lock["expiresAt"].replace(year=2000)


def _start(*arguments: str, folder: Path | None = None) -> forked.Started:
    return start(folder or Path.cwd(), *arguments)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
