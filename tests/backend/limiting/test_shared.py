"""Counts in a mapped file: exact over processes, bounded, forgotten when their window ends.

Tests `kampyn_perf/backend/reserved_files.py` too.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kampyn_perf.backend.limiting import shared
from kampyn_perf.backend.limiting.shared import SharedCounters
from tests.forked_function import Function


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def count(path: Path) -> None:
    counters = shared.SharedCounters(path=path)

    async def many() -> None:
        for _ in range(3_000):
            await counters.incr("who", 900)

    asyncio.run(many())


def test_processes_count_together_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "counts"
    processes = [Function(count, path) for _ in range(3)]
    assert [process.communicate(60) for process in processes] == [("", "")] * 3
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert asyncio.run(SharedCounters(path=path).get("who")) == 9_000


def test_a_window_ends_and_the_next_begins(tmp_path: Path) -> None:
    clock = Clock()
    counters = SharedCounters(path=tmp_path / "counts", clock=clock)

    async def check() -> None:
        assert [await counters.incr("a", 60) for _ in range(3)] == [1, 2, 3]
        assert await counters.incr("b", 60) == 1
        clock.now += 59
        assert await counters.incr("a", 60) == 4
        assert await counters.get_expiry("a") == 1_000_060
        clock.now += 1
        assert await counters.get("a") == 0
        assert await counters.incr("a", 60) == 1
        assert await counters.get_expiry("a") == clock.now + 60
        await counters.clear("a")
        assert await counters.get("a") == 0

    asyncio.run(check())


def test_a_flood_of_keys_takes_no_more_room_and_spares_those_that_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_SLOTS", 1 << 10)
    clock = Clock()
    path = tmp_path / "counts"
    counters = SharedCounters(path=path, clock=clock)

    async def check() -> int:
        size = path.stat().st_size
        for _ in range(7):
            await counters.incr("someone", 900)
        for number in range(20_000):
            await counters.incr(f"flood {number}", 60)
        assert path.stat().st_size == size
        return await counters.get("someone")

    assert asyncio.run(check()) == 7
