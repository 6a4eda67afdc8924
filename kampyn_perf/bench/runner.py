"""The face of the package: a request -> the cases that it selects, or their result."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kampyn_perf import machine
from kampyn_perf.bench.find import find_suites
from kampyn_perf.bench.observer import Observer, Unobserved
from kampyn_perf.bench.request import BenchRequest
from kampyn_perf.bench.select import select
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected
from kampyn_perf.results.bench import BenchResult


def cases(request: BenchRequest) -> list[Selected]:
    """What the request selects; starts nothing. Raises KampynError for what cannot be run."""
    suites = find_suites(request.what, request.suites)
    return select(suites, keyword=request.keyword, params=request.params)


def run(
    request: BenchRequest,
    observer: Observer | None = None,
    *,
    selected: Sequence[Selected] | None = None,
) -> BenchResult:
    """Measure what the request selects (or what of it was `selected` before).

    SIGINT and SIGTERM end the run early: the result is partial then, and says which it was. Raises
    KampynError for a request that cannot be run, before anything is started.
    """
    parts = cases(request) if selected is None else selected
    with _terminable() as received:
        session = Session(
            options=request.options,
            clock=time.perf_counter_ns,
            machine=machine.describe(),
            observer=observer or Unobserved(),
            signal_name=lambda: (received or [signal.SIGINT])[0].name,
        )
        return session.run(parts)


@contextmanager
def _terminable() -> Iterator[list[signal.Signals]]:
    """Let SIGTERM end the run in the way of Ctrl-C, whoever answers that just now (a loop does it
    by cancelling its task); yields what came. Signals are for the main thread alone.
    """
    received: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def end(number: int, _frame: Any) -> None:
        received.append(signal.Signals(number))
        signal.raise_signal(signal.SIGINT)

    previous = signal.signal(signal.SIGTERM, end)
    try:
        yield received
    finally:
        signal.signal(signal.SIGTERM, previous)
