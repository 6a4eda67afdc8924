"""What each test costs: `python -m pytest -n 0 -p tests.running.costs --costs FILE tests/cli`.

Seconds of CPU of the test's process and of all that it started, which tell more on a busy machine
than the seconds that passed. A line a test: CPU, seconds, node id; a shared fixture belongs to the
first test that wants it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

TICK = 1 / os.sysconf("SC_CLK_TCK")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", type=Path, help="where to write what each test costs")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Set-up and tear-down belong to it."""
    cpu, began = cpu_seconds(os.getpid()), time.monotonic()
    try:
        return (yield)
    finally:
        spent, passed = cpu_seconds(os.getpid()) - cpu, time.monotonic() - began
        with item.config.getoption("--costs").open("a") as file:
            file.write(f"{spent:.2f} {passed:.2f} {item.nodeid}\n")


def cpu_seconds(pid: int) -> float:
    """Of a process and its descendants, with those that ended and were waited for."""
    return sum(map(_of_one, _family(pid)))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # it has ended
            continue
        for child in children:
            yield from _family(int(child))


def _of_one(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    user, system, children_user, children_system = text.rpartition(")")[2].split()[11:15]
    return TICK * (int(user) + int(system) + int(children_user) + int(children_system))
