"""One Locust user at work: it is started ahead of its first session, runs one flow for each
session, and stays who it is from one to the next, as Locust's users do.

Its `on_start`, and that of sets it stays in, are counted apart: they are what a user needs once,
and not what arrives at a rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent import GreenletExit
from locust import TaskSet, User
from locust.exception import (
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)
from locust.user.task import LOCUST_STATE_RUNNING, DefaultTaskSet

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.locustfiles.tree import Leaf, Way
from kampyn_perf.load.locustfiles.visits import execute, length_of, rounds, visit
from kampyn_perf.load.scenario.apart import ApartSession
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.outcomes import ErrorKind

Failed = Callable[["LocustVisitor", BaseException], None]
"""Told of an exception that happened outside of a session."""


class LocustVisitor:
    """Serves sessions of all flows of one user class, one after the other."""

    def __init__(
        self,
        kind: type[User],
        leaves: dict[str, Leaf],
        environment: Any,
        *,
        scenario_file: str,
        failed: Failed,
    ) -> None:
        self.environment = environment
        self.scenario_file = scenario_file
        self.user: Any = None
        """None before the first session, and after the user has stopped itself."""
        self._kind = kind
        self._leaves = leaves
        self._failed = failed
        self._context: LoadContext = environment.kampyn
        self._sets: dict[tuple[type[TaskSet], ...], TaskSet] = {}
        """Those that the user is in, and stays in, by the way there."""
        self._greenlet: Any = None
        self._group: Any = None
        nothing = Session(number=0, flow="", phase=0, due_us=now_us(), data={}, buffer=None)
        self._between: Session = ApartSession(nothing, self._context.apart)
        """Stands for a session where there is none, in `on_start` and `on_stop`."""
        self.session: Session = self._between

    def begin(self, serve: Callable[[Any], None], group: Any) -> None:
        """Serve sessions, in a greenlet of `group`, until `serve` raises StopUser."""
        self._group = group
        self._greenlet = group.spawn(self._live, serve)

    @property
    def ready(self) -> bool:
        """Whether there is a user that has started."""
        return self.user is not None

    def prepare(self, _session: Session) -> None:
        """Make the user, and have it start. Raises what its code does not handle."""
        kind: Any = self._kind
        user = kind.__new__(kind)
        user.kampyn_visitor = self  # before __init__, which makes the client
        user.__init__(self.environment)
        user._state = LOCUST_STATE_RUNNING
        user._greenlet, user._group = self._greenlet, self._group
        user._taskset_instance = DefaultTaskSet(user)
        user.on_start()
        self.user = user

    def run_session(self, session: Session) -> None:
        """Run the flow of a session once. Raises what the user's code does not handle."""
        leaf = self._leaves[session.flow]
        self.session = session
        try:
            self._play(leaf)
        except (RescheduleTask, RescheduleTaskImmediately):
            pass  # the end of the task, as it is meant
        except (StopUser, StopTest) as error:
            self.session = self._between
            self._leave()
            if isinstance(error, StopTest):
                self.environment.runner.quit()
        finally:
            for taskset in self._sets.values():
                taskset._task_queue.clear()
            self.session = self._between

    def request_done(self, sample: RequestSample, /) -> None:
        """The client's observer: every request counts for the session that is at work."""
        self.session.request_done(sample)
        if sample.error is ErrorKind.CONNECT and self._context.connect_failed:
            self._context.connect_failed()

    def request_cut(self, method: str, name: str, sent_us: int, /) -> None:
        """The client's observer: the run was ended while an answer was out."""
        self.session.request_cut(method, name, sent_us)

    def _live(self, serve: Callable[[Any], None]) -> None:
        try:
            serve(self.user)
        except (StopUser, GreenletExit):
            pass
        finally:
            self._leave()

    def _play(self, leaf: Leaf) -> None:
        holder = self._enter(leaf.sets)
        try:
            if leaf.way is Way.VISIT:
                visit(leaf.task, holder if leaf.sets else self.user, self._pause)
            elif leaf.way is Way.ONCE:
                execute(holder, leaf.task, self._pause)
                rounds(holder, 0, self._pause)
            else:
                rounds(holder, length_of(type(holder)), self._pause)
        except InterruptTaskSet:  # in a way that the text of the set does not show: it is left
            if leaf.sets:
                self._sets.pop(leaf.sets).on_stop()

    def _enter(self, path: tuple[type[TaskSet], ...]) -> TaskSet:
        """The set at the end of `path`, which the user enters where it is not in it yet."""
        if not path:
            holder: TaskSet = self.user._taskset_instance
            return holder
        taskset = self._sets.get(path)
        if taskset is None:
            outer = self._enter(path[:-1])
            taskset = path[-1](outer if len(path) > 1 else self.user)
            with self._apart():
                taskset.on_start()
            self._sets[path] = taskset
        return taskset

    def _pause(self, taskset: TaskSet) -> None:
        """Between two tasks of one session: the user's own wait_time."""
        taskset.wait()

    def _leave(self) -> None:
        """The end of this user; the next session begins with another one."""
        user, self.user = self.user, None
        sets, self._sets = list(self._sets.values()), {}
        if user is None:
            return
        for holder in (*reversed(sets), user):
            try:
                holder.on_stop()
            except GreenletExit:
                raise
            except Exception as error:  # noqa: BLE001 (counted, and ends nothing)
                self._failed(self, error)

    def _apart(self) -> _Apart:
        return _Apart(self, ApartSession(self.session, self._context.apart))


class _Apart:
    """While it lasts, requests are counted apart; what comes next in the session is due after."""

    def __init__(self, visitor: LocustVisitor, session: ApartSession) -> None:
        self._visitor = visitor
        self._session = session

    def __enter__(self) -> None:
        self._before, self._visitor.session = self._visitor.session, self._session

    def __exit__(self, *_: object) -> None:
        self._visitor.session = self._before
        self._before.ready_us = max(self._before.ready_us, now_us())
