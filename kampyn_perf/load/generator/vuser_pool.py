"""Virtual users of a run: Locust users that serve one session after the other."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import gevent
from greenlet import getcurrent, greenlet
from locust.exception import StopUser

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.flow import StepFailedError
from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.generator.timer import run_now
from kampyn_perf.load.scenario import pauses
from kampyn_perf.load.scenario.fired import RecordingEvent
from kampyn_perf.load.scenario.interpreter import FlowError
from kampyn_perf.load.scenario.session import Session

_ERRORS_KEPT = 20
_KILL_SECONDS = 2
"""How long `on_stop` and the like may hold up the end of a run."""


class Visitor(Protocol):
    """Somebody who runs sessions: a `FlowUser`, or a `LocustVisitor` for Locust's own users."""

    @property
    def scenario_file(self) -> str:
        """Where the flow is written down; empty where that cannot be told."""

    @property
    def ready(self) -> bool:
        """Whether a session can begin at once."""

    session: Any
    """The one at work."""

    def begin(self, serve: Callable[[Any], None], group: Any) -> None:
        """Call `serve` in a greenlet of `group`."""

    def prepare(self, session: Session) -> None:
        """Do what a user does once: `on_start`."""

    def run_session(self, session: Session) -> None:
        """Run the session's flow once."""


Failed = Callable[[Any, BaseException], None]
Make = Callable[[str, Any, Failed], Visitor]
"""A new visitor of a kind, in Locust's environment; who is told of exceptions between sessions."""


def _nothing(_error: BaseException) -> None:
    return None


class Worker:
    """One virtual user at work for the pacer."""

    def __init__(self, user: Visitor, pool: Pool, *, kind: str) -> None:
        self.user = user
        self.kind = kind
        self.session: Session | None = None
        self._pool = pool
        self._retired = False
        self._idle: greenlet | None = None
        """This user's greenlet while it waits for a session."""

    def begin(self, group: Any) -> None:
        """Wait for sessions, in a greenlet of `group`."""
        self.user.begin(self._serve, group)

    def give(self, session: Session) -> None:
        """Run this session next: at once, if the user is idle."""
        self.session = session
        self._wake()

    def retire(self) -> None:
        """End, once idle."""
        self._retired = True
        self._wake()

    def _prepare(self, session: Session) -> bool:
        """What the user does once, before its first session, which fails with it."""
        began_us = now_us()
        try:
            self.user.prepare(session)
        except (Exception, SystemExit, gevent.Timeout) as error:  # noqa: BLE001 (ends no run)
            self._pool.scenario_error(self.user, error)
            return False
        finally:
            session.prepared(now_us() - began_us)
        return True

    def _serve(self, _user: Any) -> None:
        """Session after session. Raises StopUser when this user is not needed any more."""
        pauses.belongs_to(self.user)
        while (session := self._next()) is not None:
            if not self._serve_one(session):
                break
        self._pool.workers.discard(self)
        raise StopUser

    def _serve_one(self, session: Session) -> bool:
        """Whether there is to be another one."""
        pacer = self._pool.pacer
        ready = self.user.ready or self._prepare(session)
        try:
            pacer.began(session)
            success = ready and self._run(session)
            self.session = None
            return pacer.done(self, session, success=success)
        except Exception as error:  # the scenario's own do not come so far
            self._pool.defect(error)
            raise

    def _next(self) -> Session | None:
        """The session to run, as soon as there is one; None for the end."""
        while self.session is None and not self._retired:
            self._idle = getcurrent()
            gevent.get_hub().switch()
        return self.session

    def _wake(self) -> None:
        """Let an idle user run now, and go on here when it gives way."""
        idle, self._idle = self._idle, None
        if idle is not None:  # otherwise it is busy, or has yet to start, and looks by itself
            self._pool.run(idle)

    def _run(self, session: Session) -> bool:
        try:
            self.user.run_session(session)
        except StepFailedError:
            return False
        except (Exception, SystemExit, gevent.Timeout) as error:  # noqa: BLE001 (ends no run)
            self._pool.scenario_error(self.user, error)
            return False
        if not session.requests:
            self._pool.idle_sessions[session.flow] += 1
        return session.failures == 0


class Pool:
    """All virtual users of a process, by Locust's runner."""

    def __init__(
        self,
        environment: Any,
        make: Make,
        *,
        keeps_statistics: bool = False,
        run: Callable[[greenlet], None] = run_now,
        defect: Callable[[BaseException], None] = _nothing,
    ) -> None:
        """`keeps_statistics`: Locust's own, beside ours. `run` switches to an idle user. `defect`
        is told of exceptions that are no scenario's."""
        RecordingEvent.take_over(
            environment.events.request, self._outside, keeps_statistics=keeps_statistics
        )
        self._environment = environment
        self._make = make
        self.run = run
        self.defect = defect
        self.pacer: Pacer
        self.workers: set[Worker] = set()
        self.errors: Counter[str] = Counter()
        """Exceptions of scenarios, by their words: each kind with its number."""
        self.idle_sessions: Counter[str] = Counter()
        """Sessions that came to their end without any request, by flow."""

    def spawn(self, kind: str) -> Worker:
        """A new virtual user of a kind, running."""
        user = self._make(kind, self._environment, self.scenario_error)
        worker = Worker(user, self, kind=kind)
        self.workers.add(worker)
        worker.begin(self._environment.runner.user_greenlets)
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

    def scenario_error(self, user: Visitor, error: BaseException) -> None:
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
            user_instance=getattr(user, "user", user), exception=error, tb=error.__traceback__
        )


def _place(error: BaseException, scenario: str) -> str:
    """Where in the scenario's own file it came from; where it was raised, if not from there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == scenario] or frames
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name}"
