"""Virtual users of a run: Locust users that serve one session after the other."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import gevent
from greenlet import getcurrent, greenlet
from locust import User
from locust.exception import StopUser

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.flow import FlowUser, StepFailedError
from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.scenario import pauses
from kampyn_perf.load.scenario.fired import RecordingEvent
from kampyn_perf.load.scenario.interpreter import FlowError
from kampyn_perf.load.scenario.session import Session

_ERRORS_KEPT = 20
_KILL_SECONDS = 2
"""How long `on_stop` and the like may hold up the end of a run."""


class Worker:
    """One virtual user at work for the pacer. Locust runs its loop as the user's only task."""

    def __init__(self, user: FlowUser, pool: Pool) -> None:
        self.user = user
        self.flow = user.flow_name()
        self.session: Session | None = None
        self._pool = pool
        self._retired = False
        self._idle: greenlet | None = None
        """This user's greenlet while it waits for a session."""
        user.tasks = [self._serve]
        # Locust would run it before the loop, outside of any session.
        self._on_start = user.on_start
        self._ready = type(user).on_start is User.on_start
        user.on_start = _nothing

    def give(self, session: Session) -> None:
        """Run this session next: at once, if the user is idle."""
        self.session = session
        self._wake()

    def retire(self) -> None:
        """End, once idle."""
        self._retired = True
        self._wake()

    def _prepare(self, session: Session) -> bool:
        """The user's own `on_start`, before its first session, which fails with it."""
        began_us = now_us()
        try:
            self._on_start()
        except (Exception, SystemExit, gevent.Timeout) as error:  # noqa: BLE001 (ends no run)
            self._pool.scenario_error(self.user, error)
            return False
        finally:
            session.prepared(now_us() - began_us)
        self._ready = True
        return True

    def _serve(self, _user: FlowUser) -> None:
        """Session after session. Raises StopUser when this user is not needed any more."""
        pacer = self._pool.pacer
        pauses.belongs_to(self.user)
        while True:
            session = self._next()
            if session is None:
                break
            ready = self._ready or self._prepare(session)
            pacer.began(session)
            success = ready and self._run(session)
            self.session = None
            if not pacer.done(self, session, success=success):
                break
        self._pool.workers.discard(self)
        raise StopUser

    def _next(self) -> Session | None:
        """The session to run, as soon as there is one; None for the end."""
        while self.session is None and not self._retired:
            self._idle = getcurrent()
            gevent.get_hub().switch()
        return self.session

    def _wake(self) -> None:
        """Let an idle user run now, and go on here when it gives way.

        Not by a queue: through one the user would begin only after its giver and everything else
        that is ready, some hundred microseconds late.
        """
        idle, self._idle = self._idle, None
        if idle is None:  # it is busy, or has yet to start; then it looks by itself
            return
        back = gevent.get_hub().loop.run_callback(getcurrent().switch)
        try:
            idle.switch()
        finally:
            back.stop()

    def _run(self, session: Session) -> bool:
        try:
            self.user.run_session(session)
        except StepFailedError:
            return False
        except (Exception, SystemExit, gevent.Timeout) as error:  # noqa: BLE001 (ends no run)
            self._pool.scenario_error(self.user, error)
            return False
        return session.failures == 0


class Pool:
    """All virtual users of a process, by Locust's runner."""

    def __init__(self, environment: Any, classes: dict[str, type[FlowUser]]) -> None:
        RecordingEvent.take_over(environment.events.request, self._outside)
        self._environment = environment
        self._classes = classes
        self.pacer: Pacer
        self.workers: set[Worker] = set()
        self.errors: Counter[str] = Counter()
        """Exceptions of scenarios, by their words: each kind with its number."""

    def spawn(self, flow: str) -> Worker:
        """A new virtual user of `flow`, running."""
        user = self._classes[flow](self._environment)
        worker = Worker(user, self)
        self.workers.add(worker)
        user.start(self._environment.runner.user_greenlets)
        return worker

    def cut(self) -> list[Session]:
        """End everybody at once; the sessions that were at work."""
        self._environment.runner.user_greenlets.kill(block=True, timeout=_KILL_SECONDS)
        # Read only now: ending some of them gives the others time to end by themselves.
        cut = [worker.session for worker in self.workers if worker.session is not None]
        self.workers.clear()
        return cut

    def _outside(self, sample: RequestSample) -> None:
        """Count what was measured by no session: a listener of Locust's events, say."""
        self.pacer.outside(sample)

    def scenario_error(self, user: FlowUser, error: BaseException) -> None:
        """Note an exception that a scenario did not handle; Locust's listeners hear of it too.

        The first of each kind goes to the log, with all that led to it.
        """
        if isinstance(error, FlowError):
            words = str(error)
        else:
            words = f"{type(error).__name__}: {error} ({_place(error, user.scenario_file)})"
        if words not in self.errors:
            if len(self.errors) >= _ERRORS_KEPT:
                words = "(other exceptions)"
            else:
                traceback.print_exception(error, file=sys.stderr)
        self.errors[words] += 1
        self._environment.events.user_error.fire(
            user_instance=user, exception=error, tb=error.__traceback__
        )


def _place(error: BaseException, scenario: str) -> str:
    """Where in the scenario's own file it came from; where it was raised, if not from there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == scenario] or frames
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name}"


def _nothing() -> None:
    """Instead of what has been done elsewhere."""
