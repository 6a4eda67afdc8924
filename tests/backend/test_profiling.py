"""A flame graph of a worker at work, by the real profiler."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from kampyn_perf.backend import profiling
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.errors import ExitCode, KampynError
from tests.backend.conftest import Client
from tests.cli import program
from tests.cli.docs import pages


@contextmanager
def asked(running: RunningBackend, slot: int) -> Iterator[None]:
    """A worker serves requests, so that there is something to see: the others are suspended, or all
    connections might be theirs."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():  # beside other tests a fast worker is at work seldom enough
            client = Client(running.url)
            for _ in range(5):
                client.get("/order/vendor/vendor123/active?limit=100")
            client.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    others = [psutil.Process(one.pid) for one in running.workers if one.slot != slot]
    try:
        for other in others:
            other.suspend()
        for thread in threads:
            thread.start()
        yield
    finally:
        over.set()
        for other in others:
            other.resume()
        for thread in threads:
            thread.join()


def skip_if_forbidden(words: str) -> None:
    if "ermission" in words or "not permitted" in words:
        pytest.skip(f"looking into processes is not allowed here: {words}")


def test_a_profile_shows_what_the_worker_does(backend: RunningBackend, tmp_path: Path) -> None:
    out = tmp_path / "stacks.txt"
    try:
        with asked(backend, 2):
            state = backend.data_file.parent
            done = profiling.record(state_dir=state, out=out, seconds=1, slot=2)
    except KampynError as error:
        skip_if_forbidden(error.message)
        raise
    assert done.worker == backend.workers[1]
    assert "asgi.py" in out.read_text()
    assert list(tmp_path.iterdir()) == [out]


def test_the_command_writes_a_flame_graph(backend: RunningBackend, tmp_path: Path) -> None:
    """The line of docs/backend.md."""
    line = pages.one("docs/backend.md", "profile --for 10s --output")
    with asked(backend, 1):
        state = ("--state", str(backend.data_file.parent))
        done = program.run(tmp_path, *pages.typed(line, {"10s": "1s"}), *state)
    if done.code:
        skip_if_forbidden(done.err)
    assert done.code == 0, done.err
    assert "for 1 s, 100 samples a second, by py-spy: flame.svg" in done.err
    assert "asgi.py" in (tmp_path / "flame.svg").read_text()


def test_what_cannot_be_profiled_is_said(backend: RunningBackend, tmp_path: Path) -> None:
    state = backend.data_file.parent
    with pytest.raises(KampynError, match="no backend runs on") as nowhere:
        profiling.record(state_dir=tmp_path, out=tmp_path / "flame.svg")
    assert nowhere.value.code is ExitCode.UNREACHABLE
    with pytest.raises(KampynError, match="no worker 9; those that run: 1, 2"):
        profiling.record(state_dir=state, out=tmp_path / "flame.svg", slot=9)
    with pytest.raises(KampynError, match=r"ends in \.svg, \.json, \.txt"):
        profiling.record(state_dir=state, out=tmp_path / "flame.png")
    assert list(tmp_path.iterdir()) == []
