"""Tells a run to OpenTelemetry receivers and push gateways while it goes on: an observer over
`report.telemetry`."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kampyn_perf import load
from kampyn_perf.cli import console
from kampyn_perf.load.hosts import check_host
from kampyn_perf.units import MICROSECONDS

if TYPE_CHECKING:
    from kampyn_perf.recorder.traces import SessionTrace
    from kampyn_perf.report.telemetry.delivery import Delivery
    from kampyn_perf.report.telemetry.snapshot import Sender
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict
    from kampyn_perf.slo.objectives import Slo

_LAST_S = 10.0
"""For so long the end of a run waits for what is still to be told."""


def traced(request: load.LoadRequest) -> load.LoadRequest:
    """The request, with its sessions traced where somebody takes traces."""
    export = request.export
    if not export.otlp or not export.traces.enabled:
        return request
    return replace(request, spec=request.spec.model_copy(update={"traces": export.traces}))


def told_to(request: load.LoadRequest) -> Sequence[Sender]:
    """Who is told of it. Raises KampynError for a host that nobody allowed, and where a library is
    missing."""
    export, spec = request.export, request.spec
    senders: list[Sender] = []
    instance = export.instance or platform.node() or "localhost"
    for url in filter(None, (export.otlp, export.pushGateway)):
        check_host(url, spec.allow_hosts, what="tell it of the run", whose="yours")
    if export.otlp:
        from kampyn_perf.report.telemetry.otlp import Otlp, attributes_of

        attributes = attributes_of(instance=instance, target=spec.target, profile=spec.profile)
        phases = [phase.name for phase in spec.schedule().phases]
        senders.append(Otlp(export.otlp, attributes=attributes, phases=phases))
    if export.pushGateway:
        from kampyn_perf.report.telemetry.push_gateway import PushGateway

        senders.append(PushGateway(export.pushGateway, instance=instance))
    return senders


class Exporting(load.Unobserved):
    """Around a run; without anybody to tell it does nothing."""

    def __init__(self, senders: Sequence[Sender], slo: Slo, *, every_us: int) -> None:
        self._delivery: Delivery | None = None
        if senders:
            from kampyn_perf.report.telemetry.delivery import Delivery

            self._delivery = Delivery(senders)
        self._slo = slo
        self._every_s = every_us / MICROSECONDS
        self._due = 0.0
        self._traces: list[SessionTrace] = []
        self._told = 0
        self._left_out = 0
        self._in_time = True
        self._stock_client_reason = ""

    def close(self) -> None:
        """Nothing more is told, and nothing waited for."""
        if self._delivery:
            self._delivery.close(seconds=0)

    def begin(self, start: load.RunStart) -> None:
        """From now on every so often."""
        self._due = time.monotonic() + self._every_s
        if start.spec.traces:
            self._stock_client_reason = start.stock_client_reason

    def interval(self, progress: load.Progress) -> None:
        """More was measured; told when it is time."""
        if self._delivery is None:
            return
        self._keep(progress.traces)
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._every_s
            self._offer(self._delivery, progress.result(), self._so_far)

    def ended(self, result: LoadResult, verdict: Verdict) -> None:
        """It is over: told once more, with its verdict."""
        if self._delivery:
            self._offer(self._delivery, result, lambda _result: verdict)
            self._in_time = self._delivery.close(seconds=_LAST_S)

    def say(self) -> None:
        """What became of it, in a line for each receiver."""
        for account in self._delivery.accounts if self._delivery else ():
            words = f"Told to {account.name}: {account.taken} of {account.taken + account.failed}"
            style = None
            if account.failed:
                words += f" times; {account.problem}"
                style = "yellow"
            elif not self._in_time:
                words += " times; the last was not taken in time"
                style = "yellow"
            else:
                words += " times"
            console.say(words, style=style)
        if self._delivery and (self._told or self._left_out):
            more = f", {self._left_out} more left out" if self._left_out else ""
            if any(account.failed for account in self._delivery.accounts) or not self._in_time:
                more += "; what was not taken is lost"
            console.say(f"Traces of slow and failed sessions: {self._told}{more}")
        if self._stock_client_reason:
            console.say(
                f"No traces: Locust's stock client was used ({self._stock_client_reason})",
                style="yellow",
            )

    def _keep(self, traces: load.Traces) -> None:
        self._traces += traces.sessions
        self._told += len(traces.sessions)
        self._left_out += traces.left_out

    def _offer(
        self,
        delivery: Delivery,
        result: LoadResult,
        judge: Callable[[LoadResult], Verdict | None],
    ) -> None:
        from kampyn_perf.report.telemetry.snapshot import Snapshot

        delivery.offer(Snapshot(result, judge, tuple(self._traces)))
        self._traces = []

    def _so_far(self, result: LoadResult) -> Verdict:
        from kampyn_perf.slo.judging import judge_so_far

        return judge_so_far(result, self._slo)
