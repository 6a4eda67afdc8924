"""A Redis server, by its INFO: hit ratio, evictions, memory; and whether it is set up as the
document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import redis

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.redact import redact_text, redact_url
from kampyn_perf.units import MICROSECONDS, format_size

_TIMEOUT_SECONDS = 5.0

Info = dict[str, Any]


class RedisWatcher:
    """The server at `url`."""

    waits = True
    every_slot = False
    provides = ()

    def __init__(
        self,
        url: str,
        *,
        policy: str,
        max_memory: int,
        interval_us: int = 2 * MICROSECONDS,
    ) -> None:
        """`policy` and `max_memory` are what is expected; anything else is remarked. Raises
        KampynError for a URL that is none."""
        self.interval_us = interval_us
        shown = redact_url(url)
        self.name = "Redis" if url.startswith("unix:") else f"Redis {shown.partition('://')[2]}"
        self._url = url
        self._policy = policy
        self._max_memory = max_memory
        try:
            self._client: Any = redis.Redis.from_url(
                url,
                socket_timeout=_TIMEOUT_SECONDS,
                socket_connect_timeout=_TIMEOUT_SECONDS,
                client_name="kampyn-perf",
            )
        except ValueError as error:
            raise KampynError(
                f"not the URL of a Redis: {shown} ({redact_text(str(error))})",
                hint="Write for example redis://localhost:6379/0.",
            ) from error
        self._before: Info | None = None
        self._at_us = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        info = self._ask()
        before, self._before = self._before, info
        elapsed_us, self._at_us = at_us - self._at_us, at_us
        used, limit = info["used_memory"], info.get("maxmemory", 0)
        yield Sample(self._quantity(names.CACHE_MEMORY, "bytes"), used)
        if limit:
            yield Sample(self._quantity(names.CACHE_MEMORY_SHARE, "share"), used / limit)
        if before is None:
            yield from self._differences(info)
        elif before["run_id"] != info["run_id"]:
            yield Remark("the server was restarted during the run")
        else:
            yield from self._changes(before, info, elapsed_us / MICROSECONDS)

    def close(self) -> None:
        self._client.close()

    def _ask(self) -> Info:
        try:
            return dict(self._client.info())
        except (redis.RedisError, OSError) as error:
            words = redact_text(str(error))
            raise NotSeen(
                f"{redact_url(self._url)}: {words}", remedy="check the URL of --watch-redis"
            ) from error

    def _differences(self, info: Info) -> Iterator[Remark]:
        policy, limit = info.get("maxmemory_policy", ""), info.get("maxmemory", 0)
        if policy and policy != self._policy:
            yield Remark(f"its maxmemory-policy is {policy}, where {self._policy} is expected")
        if limit != self._max_memory:
            yield Remark(
                f"its maxmemory is {format_size(limit) if limit else 'not limited'}, where "
                f"{format_size(self._max_memory)} is expected"
            )

    def _changes(self, before: Info, info: Info, seconds: float) -> Iterator[Sample]:
        hits = info["keyspace_hits"] - before["keyspace_hits"]
        looks = hits + info["keyspace_misses"] - before["keyspace_misses"]
        if looks > 0:
            ratio = self._quantity(names.CACHE_HIT_RATIO, "share")
            yield Sample(ratio, hits / looks, weight=looks)
        if seconds > 0:
            evicted = info["evicted_keys"] - before["evicted_keys"]
            yield Sample(self._quantity(names.CACHE_EVICTIONS, "per_s"), evicted / seconds)

    def _quantity(self, metric: str, unit: str) -> Quantity:
        return Quantity(metric, "redis", "INFO", unit)
