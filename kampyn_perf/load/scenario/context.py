"""What all virtual users of one process share: target, data, connections, tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from kampyn_perf import config
from kampyn_perf.errors import ConfigError
from kampyn_perf.load.client import Client, ConnectionPool, Timeouts, unsupported_reason
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.scenario.acknowledged import Acknowledged
from kampyn_perf.load.scenario.apart import ApartCounts
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.fired import listeners_of
from kampyn_perf.load.scenario.interpreter import PreparedFlow, PreparedSteps, Preparing
from kampyn_perf.load.scenario.prepared import PreparedRequest
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.stock import StockClient
from kampyn_perf.load.scenario.tokens import Tokens
from kampyn_perf.load.scenario.tracing import Traced, Tracer
from kampyn_perf.load.settings import TimeoutSettings
from kampyn_perf.load.target.check import reference_problems
from kampyn_perf.load.target.settings import TargetSettings

ENV_TARGET = "KAMPYN_TARGET"
ENV_DATA = "KAMPYN_DATA"
ENV_ALLOW = "KAMPYN_ALLOW_HOSTS"
DEFAULT_DATA = ".kampyn/data.json"


class LoadContext:
    """One per process."""

    def __init__(
        self,
        *,
        url: str,
        api: TargetSettings,
        feed: Feed,
        allowed_hosts: tuple[str, ...] = (),
        timeouts: TimeoutSettings | None = None,
        connect_failed: Callable[[], None] | None = None,
        audited: bool = False,
        tracer: Tracer | None = None,
    ) -> None:
        check_target(url, allowed_hosts)
        self.url = url
        self.feed = feed
        self.sign_ins = api.sign_ins()
        self._preparing = Preparing(api)
        self._operations: dict[str, PreparedRequest] = {}
        self.flows = {flow.name: PreparedFlow(flow, self._preparing) for flow in api.flows}
        """Flows as data, by name."""
        self.around = {
            name: (
                self._preparing.steps(steps.before, f"{name}: before"),
                self._preparing.steps(steps.after, f"{name}: after"),
            )
            for name, steps in api.around.items()
        } | {name: (flow.before, flow.after) for name, flow in self.flows.items()}
        """Steps before and after a flow, by its name."""
        once = self._preparing.reading(artillery=api.once.artillery)
        self.once = (
            once.steps(api.once.before, "once.before"),
            once.steps(api.once.after, "once.after"),
        )
        """Steps ahead of all sessions, and after them."""
        self.apart = ApartCounts()
        self.connect_failed = connect_failed
        """Told of every connection that could not be made."""
        self.acknowledged: Acknowledged | None = None
        """What answers promised, where somebody will look whether it was kept."""
        if audited and api.audit:
            endpoint = api.operations[api.audit.operation].endpoint
            self.acknowledged = Acknowledged(api.audit, endpoint)
        self.tracer = tracer
        """None: no request carries a trace."""
        self.tokens = Tokens(self.sign_ins)
        self._looping = count()
        """Under stock Locust: the numbers of the sessions to come."""
        limits = timeouts or TimeoutSettings()
        self.timeouts = Timeouts(
            connect_us=limits.connect, read_us=limits.read or limits.total, total_us=limits.total
        )
        self.stock_reason = unsupported_reason(url, os.environ)
        self.allowed_hosts = allowed_hosts
        self.verify = api.verify
        self.pool = ConnectionPool(allowed_hosts=allowed_hosts, verify=api.verify)

    def operation(self, name: str) -> PreparedRequest:
        """The target's operation of that name. Raises LookupError, with the names there are."""
        request = self._operations.get(name)
        if request is None:
            request = self._operations[name] = self._preparing.operation(name)
        return request

    def prepare_operations(self) -> None:
        """Make all operations ready ahead of the sessions that call them by name: the first of each
        would be late by it."""
        for name in self._preparing.operation_names:
            self.operation(name)

    def around_of(self, flow: str) -> tuple[PreparedSteps | None, PreparedSteps | None]:
        """Steps before and after a flow; None, or none, where there are no such."""
        return self.around.get(flow, (None, None))

    def looping_session(self, flow: str) -> Session:
        """The next session of a user that loops, under stock Locust: nothing is due, so it is due
        now."""
        number = next(self._looping)
        return Session(
            number=number,
            flow=flow,
            phase=0,
            due_us=now_us(),
            data=self.feed[number],
            buffer=None,
        )

    def client(self, user: Any) -> Any:
        """A client for one virtual user; the lean one wherever it can serve the target."""
        if self.stock_reason:
            client = StockClient(
                user=user,
                base_url=self.url,
                timeouts=self.timeouts,
                allowed_hosts=self.allowed_hosts,
            )
            client.verify = self.verify
            return client
        options = {
            "base_url": self.url,
            "pool": self.pool,
            "observer": user,
            "request_event": listeners_of(user.environment.events.request),
            "context": user.context,
            "timeouts": self.timeouts,
        }
        return Traced(tracer=self.tracer, **options) if self.tracer else Client(**options)

    @classmethod
    def from_environ(cls, host: str | None, environ: Mapping[str, str]) -> LoadContext:
        """For stock Locust: `--host`, and KAMPYN_TARGET, KAMPYN_DATA, KAMPYN_ALLOW_HOSTS."""
        target = target_of(environ)
        named = environ.get(ENV_DATA) or target.data
        path = Path(named) if named else Path(DEFAULT_DATA)
        allowed = tuple(part for part in environ.get(ENV_ALLOW, "").split(",") if part)
        return cls(
            url=host or target.url or "http://localhost:5001",
            api=target,
            feed=Feed.of_file(
                path if named or path.is_file() else None, variables=target.variables
            ),
            allowed_hosts=allowed,
        )


def target_of(environ: Mapping[str, str]) -> TargetSettings:
    """Under stock Locust: the file of configs/targets that KAMPYN_TARGET names. Raises KampynError
    or ConfigError."""
    source = config.read_yaml(config.find(f"targets/{environ.get(ENV_TARGET, 'reference')}.yaml"))
    target = config.parse(TargetSettings, source)
    if problems := reference_problems(target, source):
        raise ConfigError(problems)
    return target
