"""Steps of one session that are run at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gevent
import gevent.lock


def run_together(runs: Sequence[Callable[[], None]], limit: int) -> None:
    """Run all, at most `limit` at the same time. Raises what the first that failed raised."""
    turns = gevent.lock.BoundedSemaphore(limit)

    def run_in_turn(run: Callable[[], None]) -> None:
        with turns:
            run()

    running = [gevent.spawn(run_in_turn, run) for run in runs]
    try:
        gevent.joinall(running)
    finally:
        gevent.killall(running, block=False)
    for greenlet in running:
        if greenlet.exception is not None:
            raise greenlet.exception
