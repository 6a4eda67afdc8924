"""Who of a load sent recorded operations: the flow and the step behind the route that a comment
names. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kampyn_perf.indexes.advise.operation import Operation

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult

_PLACEHOLDER = re.compile(r"\{[^}/]*\}|:[A-Za-z_]\w*")
SLACK = dt.timedelta(seconds=5)
"""A query that was under way when the load ended is recorded after it."""


@dataclass
class Senders:
    """The requests of one load, and when it was."""

    began: dt.datetime
    ended: dt.datetime
    flows: dict[str, list[str]] = field(default_factory=dict)
    """By the request's form (method and path, placeholders without names)."""
    outside: int = 0
    """Operations that were recorded at another time, and left out."""

    def named(self, operations: Iterable[Operation]) -> Iterator[Operation]:
        """Those recorded while the load ran, each with its flow in front of the route that sent
        it."""
        for operation in operations:
            moment = _moment(operation.at)
            if moment is not None and not self.began <= moment <= self.ended + SLACK:
                self.outside += operation.count
                continue
            flows = self.flows.get(form_of(operation.sender))
            yield (
                operation
                if not flows
                else replace(operation, sender=f"{' and '.join(flows)}: {operation.sender}")
            )


def senders_of(result: LoadResult) -> Senders:
    """From a load's result, by its breakdown."""
    began = _moment(result.started_at)
    if began is None:
        raise ValueError(f"a load that began at {result.started_at!r}")
    senders = Senders(began, began + dt.timedelta(microseconds=result.elapsed_us))
    for group in result.breakdown.requests if result.breakdown else ():
        flows = senders.flows.setdefault(form_of(group.endpoint), [])
        if group.endpoint and group.flow not in flows:
            flows.append(group.flow)
    senders.flows.pop("", None)
    return senders


def form_of(endpoint: str) -> str:
    """`GET /order/{}/active` of `GET /order/{vendorId}/active` and of `GET /order/:id/active`."""
    return _PLACEHOLDER.sub("{}", endpoint.partition("?")[0])


def _moment(at: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
