"""A flame graph of a worker at work, by the real profiler."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kampyn_perf.backend import profiling
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.errors import ExitCode, KampynError
from tests.backend.conftest import Client


def recorded(running: RunningBackend, out: Path) -> str:
    """While requests are served, so that there is something to see."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            # Another connection again and again: all that are kept may go to the other worker.
            client = Client(running.url)
            for _ in range(20):
                client.get("/order/vendor/vendor123/active?limit=100")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        state = running.data_file.parent
        done = profiling.record(state_dir=state, out=out, seconds=2, slot=2)
    except KampynError as error:
        if "ermission" in error.message or "not permitted" in error.message:
            pytest.skip(f"looking into processes is not allowed here: {error.message}")
        raise
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert done.worker == running.workers[1]
    return out.read_text()


@pytest.mark.parametrize("name", ["flame.svg", "stacks.txt"])
def test_a_profile_shows_what_the_worker_does(
    backend: RunningBackend, tmp_path: Path, name: str
) -> None:
    text = recorded(backend, tmp_path / name)
    assert "asgi.py" in text
    assert [path.name for path in tmp_path.iterdir()] == [name]


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
