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
from collections.abc import Callable
from typing import Any, ClassVar

import gevent
from locust import User, constant
from locust.exception import RescheduleTask

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.operations import fill_body, fill_path
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.settings import Identity, Operation
from kampyn_perf.outcomes import ErrorKind


class StepFailedError(RescheduleTask):  # type: ignore[misc]
    """A step of a flow did not succeed; the session ends here, as a person would stop.

    Locust takes its base class for "go on with the next round", without a traceback.
    """


_SIGN_IN = {Identity.USER: "login", Identity.VENDOR: "vendor_login"}


class FlowUser(User):  # type: ignore[misc]
    """A virtual user. One object serves many sessions, one after the other."""

    abstract = True
    flow: ClassVar[str] = ""
    """The flow's name in reports; the class's name, if empty."""
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
        self._between = self.session = self._closed_session()
        """What stands for a session where there is none, in `on_start` and `on_stop`: their
        requests are in no number."""
        self._own_headers: dict[str, str] | None = None
        """Headers that the user had before its first session, from `on_start`, say."""
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
        codes = (getattr(each, "__code__", None) for each in self._flow_tasks)
        return next((code.co_filename for code in codes if code), "")

    def call(self, name: str) -> Any:
        """Send the target's operation `name` and return its response.

        Signs in first where the operation needs somebody's token. Raises StepFailedError, which
        ends the session, where the answer is an error or lacks what the operation expects, and
        LookupError for a name that the target's file does not have.
        """
        operation = self.kampyn.operation(name)
        headers = None
        if operation.identity is not Identity.NOBODY:
            headers = {"Authorization": f"Bearer {self._token(operation.identity)}"}
        return self._send(operation, headers)

    def think(self, seconds: float) -> None:
        """Do nothing for a while, as people do; the time is no part of any response time."""
        self.session.ready_us += round(seconds * 1e6)
        pause = self.session.ready_us - now_us()
        if pause > 0:
            gevent.sleep(pause / 1e6)

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
        cookies = getattr(self.client, "cookies", None)
        if cookies is None:
            cookies = self.client.cookiejar
        cookies.clear()
        self._forget_headers()
        task: Callable[[FlowUser], None] = random.choice(self._flow_tasks)  # noqa: S311 (as Locust)
        try:
            task(self)
        finally:
            self.session = self._between

    def _forget_headers(self) -> None:
        """Take off what the session before put on: a token, above all."""
        headers = self.client.headers
        if self._own_headers is None:
            self._own_headers = dict(headers)
        elif headers != self._own_headers:
            self.client.headers = type(headers)(self._own_headers)

    @classmethod
    def flow_name(cls) -> str:
        """What reports call the flow."""
        return cls.flow or cls.__name__

    def _send(self, operation: Operation, headers: dict[str, str] | None) -> Any:
        path = fill_path(operation.path, self.session.data)
        body = None
        if operation.body is not None:
            body = fill_body(operation.body, self.session.data)
        with self.client.request(
            operation.method,
            path,
            name=operation.endpoint,
            json=body,
            headers=headers,
            catch_response=True,
        ) as response:
            if response.error is None and operation.expect:
                missing = _missing(response, operation.expect)
                if missing:
                    response.failure(missing)
        if self.session.failures:
            raise StepFailedError(f"{operation.endpoint} did not succeed")
        return response

    def _token(self, identity: Identity) -> str:
        """The token of this session's user or vendor; signs in once for each of them."""
        who = self.session.data[str(identity)]
        key = (str(identity), str(who["id"]))
        token = self.kampyn.tokens.get(key)
        if token is None:
            answer = self._send(self.kampyn.operation(_SIGN_IN[identity]), None)
            token = str(answer.json()[self.kampyn.token_key])
            self.kampyn.tokens[key] = token
        return token

    def _round(self, _user: FlowUser) -> None:
        """A session of a looping user, under stock Locust."""
        self.run_session(self._closed_session())

    def _closed_session(self) -> Session:
        """The session of a looping user: nothing is due, so it is due now."""
        number = self.kampyn.sessions_begun
        self.kampyn.sessions_begun += 1
        return Session(
            number=number,
            flow=self.flow_name(),
            phase=0,
            due_us=now_us(),
            data=self.kampyn.feed[number],
            buffer=None,
        )


def _missing(response: Any, expected: tuple[str, ...]) -> str:
    """What an answer lacks; empty if nothing."""
    try:
        answer = response.json()
    except ValueError:
        return "the answer is not JSON"
    if not isinstance(answer, dict):
        return "the answer is not a JSON object"
    absent = [key for key in expected if key not in answer]
    return f"the answer has no {', '.join(absent)}" if absent else ""
