"""What scenarios derive from: a Locust user whose tasks are one flow.

    class AuthenticationFlow(FlowUser):
        flow = "User authentication flow"
        weight = 30

        @task
        def run_flow(self):
            self.call("login")
            self.call("check")

`self.call(name)` sends the operation of that name from the target's file, filled in with the
session's data. `self.client` is there too, with Locust's own methods, and so is everything else
that a Locust user has. Under `kampyn-perf load` each arrival of the schedule runs the flow once;
under stock `locust -f scenarios/locustfile.py` users loop, as Locust's users do.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from gevent import GreenletExit
from locust import User, constant
from locust.exception import RescheduleTask

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario import pauses
from kampyn_perf.load.scenario.apart import ApartSession
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.interpreter import PreparedSteps
from kampyn_perf.load.scenario.own_state import OwnState, cookies_of
from kampyn_perf.load.scenario.prepared import PreparedRequest
from kampyn_perf.load.scenario.sending import exchange
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.together import run_together
from kampyn_perf.load.scenario.tokens import Token
from kampyn_perf.outcomes import ErrorKind


class StepFailedError(RescheduleTask):  # type: ignore[misc]
    """A step of a flow did not succeed; the session ends here, as a person would stop.

    Locust takes its base class for "go on with the next round", without a traceback.
    """


class SignInError(Exception):
    """A sign-in was answered, and not with the token: the target's file has the wrong place."""


class FlowUser(User):  # type: ignore[misc]
    """A virtual user. One object serves many sessions, one after the other."""

    abstract = True
    flow: ClassVar[str] = ""
    """The flow's name in reports; the class's name, if empty."""
    ready = True
    """Whether its `on_start` has run, or there is none: the pool asks."""
    wait_time = constant(1)
    """Between two rounds under stock Locust; the schedule decides under `kampyn-perf load`."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        context = getattr(environment, "kampyn", None)
        if context is None:
            host = self.host or environment.host
            context = environment.kampyn = LoadContext.from_environ(host, os.environ)
        self.kampyn: LoadContext = context
        self.client = context.client(self)
        self._before: PreparedSteps | None
        self._after: PreparedSteps | None
        self._before, self._after = context.around_of(self.flow_name())
        self._between: Session = ApartSession(
            context.looping_session(self.flow_name()), context.apart
        )
        """What stands for a session where there is none, in `on_start` and `on_stop`: their
        requests are counted apart."""
        self.session: Session = self._between
        self._own_state = OwnState()
        # What Locust's loop runs: one round of the flow. The pool of `kampyn-perf load` puts its
        # own loop here, which takes sessions from the schedule.
        self._flow_tasks: list[Any] = self.tasks  # type: ignore[has-type]
        self.tasks = [self._round]

    @property
    def data(self) -> dict[str, Any]:
        """The session's data: `data["user"]["id"]`, `data["item"]["id"]`, ..."""
        return self.session.data

    @property
    def scenario_file(self) -> str:
        """Where the flow is written down; empty where that cannot be told."""
        codes = (getattr(task, "__code__", None) for task in self._flow_tasks)
        return next((code.co_filename for code in codes if code), "")

    def begin(self, serve: Callable[[Any], None], group: Any) -> None:
        """Have Locust run `serve` as the only task, in a greenlet of `group`. Its own `on_start`,
        which Locust would run first, as part of nobody's session, waits for `prepare`."""
        tasks: list[Any] = [serve]
        self.tasks = tasks
        own: Any = self
        kind: Any = type(self)
        self._own_on_start = own.on_start
        self.ready = kind.on_start is User.on_start
        own.on_start = lambda: None
        self.start(group)

    def prepare(self, _session: Session) -> None:
        """Do what `on_start` says, ahead of the first session."""
        self._own_on_start()
        self.ready = True

    def call(self, name: str) -> Any:
        """Send the target's operation `name` and return its response.

        Signs in first where the operation needs somebody's token. Raises StepFailedError, which
        ends the session, where the answer is an error or lacks what the operation expects, and
        LookupError for a name that the target's file does not have.
        """
        return self.send(self.kampyn.operation(name))

    def send(self, request: PreparedRequest, /) -> Any:
        """The same of a request that is ready: an operation, or a step of a flow as data."""
        if request.identity:
            return self._exchange(request, self._token(request.identity).headers)
        response = self._exchange(request, None)
        if request.signs_in:
            self._keep_token(request.signs_in, response)
        return response

    def think(self, seconds: float) -> None:
        """Do nothing for a while, as people do; the time is no part of any response time."""
        self.session.ready_us += round(seconds * 1e6)
        pause = self.session.ready_us - now_us()
        if pause > 0:
            pauses.sleep(pause / 1e6)

    def at_once(self, runs: Sequence[Callable[[Any], None]], limit: int, /) -> None:
        """Run steps at the same time: all are due now, or, of more than the `limit`, when it is
        their turn. Raises what the first that failed raised."""
        session = self.session
        session.together = session.ready_us if len(runs) <= limit else None
        try:
            run_together([partial(run, self) for run in runs], limit)
        finally:
            session.together = None

    def request_done(self, sample: RequestSample, /) -> None:
        """The client's observer: every request counts for the session that is at work."""
        self.session.request_done(sample)
        if sample.error is ErrorKind.CONNECT and self.kampyn.connect_failed:
            self.kampyn.connect_failed()

    def request_cut(self, method: str, name: str, sent_us: int) -> None:
        """The client's observer: the run was ended while an answer was out."""
        self.session.request_cut(method, name, sent_us)

    def run_session(self, session: Session) -> None:
        """Run the flow once, as a person who was never here before."""
        self.session = session
        self._own_state.begin(self.client)
        tasks = self._flow_tasks
        task: Callable[[FlowUser], None] = (
            tasks[0] if len(tasks) == 1 else random.choice(tasks)  # noqa: S311 (as Locust)
        )
        try:
            if self._before:
                self._apart(self._before)
            self._run_task(task)
        finally:
            self.session = self._between

    def sign_in(self, identity: str, data: dict[str, Any]) -> None:
        """Get the token of the `identity` in `data`, a session's, where there is none that serves;
        counted apart. Raises StepFailedError."""
        self.session = _nobody(data)
        try:
            self._token(identity)
        finally:
            self.session = self._between
            cookies_of(self.client).clear()

    def run_once(self, steps: PreparedSteps) -> dict[str, Any]:
        """Steps around the run, counted apart; what they captured. Raises StepFailedError."""
        data = self.kampyn.feed[0]
        given = dict(data)
        self.session = ApartSession(_nobody(data), self.kampyn.apart)
        try:
            steps(self)
        finally:
            self.session = self._between
            cookies_of(self.client).clear()
        return {name: value for name, value in data.items() if given.get(name) != value}

    def _run_task(self, task: Callable[[FlowUser], None]) -> None:
        """The flow, and what is done after it, however it ended; but not at the end of the run."""
        if not self._after:
            task(self)
            return
        session = self.session
        try:
            task(self)
        except GreenletExit:
            raise
        except Exception:
            session.over_us = now_us()
            with suppress(StepFailedError):  # counted; what ended the flow is what is told
                self._apart(self._after)
            raise
        session.over_us = now_us()
        with suppress(StepFailedError):
            self._apart(self._after)

    def _apart(self, action: Callable[[FlowUser], Any]) -> Any:
        """Do what is counted apart. What comes next in the session is due when it is done."""
        session = self.session
        self.session = ApartSession(session, self.kampyn.apart)
        try:
            return action(self)
        finally:
            self.session = session
            session.ready_us = max(session.ready_us, now_us())

    @classmethod
    def flow_name(cls) -> str:
        """What reports call the flow."""
        return cls.flow or cls.__name__

    def _exchange(self, request: PreparedRequest, headers: dict[str, str] | None) -> Any:
        acknowledged = self.kampyn.acknowledged
        response, goes_on = exchange(self.client, request, self.session, headers, acknowledged)
        if not goes_on:
            raise StepFailedError(f"{request.name} did not succeed")
        return response

    def _token(self, identity: str) -> Token:
        """The token of this session's `identity`; signs in where there is none that serves."""
        token = self.kampyn.tokens.of(identity, self.session.data, now_us())
        if token is None:
            request = self.kampyn.operation(self.kampyn.sign_ins[identity].operation)
            response = self._apart(lambda user: user._exchange(request, None))
            token = self._keep_token(identity, response)
            if token is None:
                raise SignInError(f"{request.name} was answered without the token of {identity}")
        return token

    def _keep_token(self, identity: str, response: Any) -> Token | None:
        return self.kampyn.tokens.keep(identity, self.session.data, response, now_us())

    def _round(self, _user: FlowUser) -> None:
        """A session of a looping user, under stock Locust."""
        self.run_session(self.kampyn.looping_session(self.flow_name()))


def _nobody(data: dict[str, Any]) -> Session:
    """What stands for the session of requests that belong to none."""
    return Session(number=0, flow="", phase=0, due_us=now_us(), data=data, buffer=None)
