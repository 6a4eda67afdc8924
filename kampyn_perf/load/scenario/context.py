"""What all virtual users of one process share: target, data, connections, tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kampyn_perf import config, datafile
from kampyn_perf.load.client import Client, ConnectionPool, Timeouts, unsupported_reason
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.stock import StockClient
from kampyn_perf.load.settings import Operation, TargetSettings, TimeoutSettings

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
        operations: Mapping[str, Operation],
        token_key: str,
        feed: Feed,
        allowed_hosts: tuple[str, ...] = (),
        timeouts: TimeoutSettings | None = None,
        connect_failed: Callable[[], None] | None = None,
    ) -> None:
        check_target(url, allowed_hosts)
        self.url = url
        self.operations = operations
        self.token_key = token_key
        self.feed = feed
        self.connect_failed = connect_failed
        """Told of every connection that could not be made."""
        self.tokens: dict[tuple[str, str], str] = {}
        """Of users and vendors that signed in, by kind and id."""
        self.sessions_begun = 0
        """Under stock Locust: the number of the next session."""
        limits = timeouts or TimeoutSettings()
        self._timeouts = Timeouts(
            connect_us=limits.connect, read_us=limits.read or limits.total, total_us=limits.total
        )
        self.stock_reason = unsupported_reason(url, os.environ)
        self._allowed_hosts = allowed_hosts
        self._pool = ConnectionPool(allowed_hosts=allowed_hosts)

    def operation(self, name: str) -> Operation:
        """The target's operation of that name. Raises LookupError, with the names there are."""
        operation = self.operations.get(name)
        if operation is None:
            known = ", ".join(sorted(self.operations))
            raise LookupError(f"the target has no operation {name!r}; it has {known}")
        return operation

    def client(self, user: Any) -> Any:
        """A client for one virtual user; the lean one wherever it can serve the target."""
        if self.stock_reason:
            return StockClient(
                user=user,
                base_url=self.url,
                timeouts=self._timeouts,
                allowed_hosts=self._allowed_hosts,
            )
        return Client(
            base_url=self.url,
            pool=self._pool,
            observer=user,
            request_event=user.environment.events.request,
            context=user.context,
            timeouts=self._timeouts,
        )

    @classmethod
    def from_environ(cls, host: str | None, environ: Mapping[str, str]) -> LoadContext:
        """For stock Locust: `--host`, and KAMPYN_TARGET, KAMPYN_DATA, KAMPYN_ALLOW_HOSTS."""
        name = environ.get(ENV_TARGET, "reference")
        source = config.read_yaml(config.find(f"targets/{name}.yaml"))
        target = config.parse(TargetSettings, source)
        data = datafile.read(Path(environ.get(ENV_DATA) or target.data or DEFAULT_DATA))
        allowed = tuple(part for part in environ.get(ENV_ALLOW, "").split(",") if part)
        return cls(
            url=host or target.url or "http://localhost:5001",
            operations=target.operations,
            token_key=target.token,
            feed=Feed.of_file(data),
            allowed_hosts=allowed,
        )
