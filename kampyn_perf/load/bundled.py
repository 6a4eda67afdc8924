"""The bundled backend of a run: started for it, and audited after it.

The one place of `load` that knows the feature `backend`; it runs in processes of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kampyn_perf import backend
from kampyn_perf.load.coordinator.ports import BundledProcesses
from kampyn_perf.load.request import Bundled
from kampyn_perf.redact import redact
from kampyn_perf.results.audit import AuditFinding, StoreAudit
from kampyn_perf.results.load import LoadResult

_ORDER_ENDPOINT = "POST /order/{userId}"
_CREATED = "201"


def settings(sets: Sequence[str] = ()) -> backend.BackendSettings:
    """Those of its file, the environment, and `sets`. Raises KampynError or ConfigError."""
    return backend.load_settings(sets=sets)


def start(bundled: Bundled, *, log_path: Path) -> backend.RunningBackend:
    """A fresh backend, ready for load. Raises KampynError."""
    backend.StateFolder(bundled.state).clear()
    return backend.start(bundled.settings, state_dir=bundled.state, log_path=log_path)


def processes(running: backend.RunningBackend) -> BundledProcesses:
    """Its processes, for those who watch them."""
    return BundledProcesses(
        supervisor=running.supervisor_pid,
        workers=lambda: running.pids,
        redis=lambda: running.redis_pid,
        redis_socket=running.redis_socket,
    )


def context(of: backend.BackendSettings) -> dict[str, Any]:
    """What of the backend decides the numbers: its password cost above all."""
    plain = of.model_dump(mode="json", include={"auth", "passwords", "store", "cache"})
    return {"backend": redact({"workers": of.worker_count(), **plain})}


def audit_after(result: LoadResult, bundled: Bundled) -> StoreAudit:
    """Does the store agree with itself, and with what its clients were told?

    Asked when the backend has stopped; orders that were confirmed and are not there are a finding.
    """
    report = backend.audit_store(bundled.settings, state_dir=bundled.state)
    findings = [
        AuditFinding(invariant=one.invariant, count=one.count, examples=list(one.examples))
        for one in report.findings
    ]
    confirmed = sum(
        endpoint.requests.statuses.get(_CREATED, 0)
        for endpoint in result.endpoints
        if endpoint.name == _ORDER_ENDPOINT
    )
    # More orders than answers are possible: an answer that was cut off, or not waited for.
    if confirmed > report.orders:
        words = f"{confirmed} orders were confirmed to clients, {report.orders} are in the store"
        findings.append(
            AuditFinding(
                invariant="a confirmed order is in the store",
                count=confirmed - report.orders,
                examples=[words],
            )
        )
    asked = _orders_asked_for(result)
    if asked is not None and report.orders > asked:
        words = f"{asked} orders were asked for at most, {report.orders} are in the store"
        findings.append(
            AuditFinding(
                invariant="an order is placed once",
                count=report.orders - asked,
                examples=[words],
            )
        )
    return StoreAudit(
        ok=not findings,
        items=report.items,
        orders=report.orders,
        units_sold=report.units_sold,
        carts=report.carts,
        findings=findings,
    )


def _orders_asked_for(result: LoadResult) -> int | None:
    """At most, whatever came of them; None where nobody knows. A warm-up does not say which of its
    requests were orders, nor does what was cut before it was sent."""
    if result.breakdown is None:
        return None
    ended = sum(one.requests.count for one in result.endpoints if one.name == _ORDER_ENDPOINT)
    apart = sum(one.count for one in result.apart if one.name == _ORDER_ENDPOINT)
    cut = sum(
        row.total
        for group in result.breakdown.cut_requests
        if group.endpoint in (_ORDER_ENDPOINT, "")
        for row in group.rows()
    )
    return ended + apart + cut + (result.warm_up.requests.count if result.warm_up else 0)
