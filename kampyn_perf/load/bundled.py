"""The bundled backend of a run: started for it, and audited after it.

The one place of `load` that knows the feature `backend`; it runs in processes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kampyn_perf import backend, datafile
from kampyn_perf.load.audit import carts, lists
from kampyn_perf.load.audit.judging import Asked, compare
from kampyn_perf.load.coordinator.ports import BundledProcesses
from kampyn_perf.load.request import Bundled
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.load.target.audit import AuditSettings
from kampyn_perf.redact import redact
from kampyn_perf.results.audit import AuditFinding, StoreAudit
from kampyn_perf.results.load import LoadResult


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


def stale_lists(running: backend.RunningBackend) -> list[AuditFinding]:
    """Of the university that its data is about; asked while it is up and nobody writes."""
    uni = datafile.read(running.data_file).constants.get("uniId")
    return lists.stale_lists(running.url, [str(uni)] if uni else [])


@dataclass(frozen=True)
class StoredBefore:
    """What a store had already, that is not made anew for the run."""

    orders: frozenset[str] = frozenset()
    sold: int = 0
    """Units."""
    in_carts: int = 0


def stored_before(of: Bundled) -> StoredBefore:
    """Asked when the backend is up and nobody has ordered. Only the store in the state folder is
    emptied at the start; another, of a URL, may have the orders of earlier runs."""
    if not of.settings.store.url:
        return StoredBefore()
    report = backend.audit_store(of.settings, state_dir=of.state, just_stopped=True)
    return StoredBefore(frozenset(report.order_ids), report.units_sold, report.units_in_carts)


def audit_after(
    result: LoadResult,
    of: Bundled,
    settings: AuditSettings | None,
    acknowledged: Iterable[str],
    spec: RunSpec,
    *,
    before: StoredBefore = StoredBefore(),
    more: Sequence[AuditFinding] = (),
) -> StoreAudit:
    """Does the store agree with itself, and with what its clients were told?

    Asked when the backend has stopped. `settings` says which answers told ids, `acknowledged` has
    them; `before` is what was there already, `more` what was found while it ran.
    """
    report = backend.audit_store(of.settings, state_dir=of.state, just_stopped=True)
    findings = [
        AuditFinding(
            invariant=finding.invariant, count=finding.count, examples=list(finding.examples)
        )
        for finding in report.findings
    ]
    compared = None
    if settings is not None:
        endpoint = spec.api.operations[settings.operation].endpoint
        # Its 200 is the answer to somebody whose cart another has ordered: nothing was placed.
        asked = Asked.of(result, endpoint, success="201")
        compared = compare(acknowledged, report.order_ids, asked, before=before.orders)
        findings += compared.findings
    findings += more
    sold = max(report.units_sold - before.sold, 0)
    in_carts = report.units_in_carts - before.in_carts
    findings += carts.findings(result, spec, units=sold + in_carts)
    return StoreAudit(
        ok=not findings,
        items=report.items,
        orders=max(report.orders - len(before.orders), 0),
        units_sold=sold,
        carts=report.carts,
        acknowledged=compared.acknowledged if compared else None,
        lost=compared.lost if compared else None,
        doubled=compared.doubled if compared else None,
        findings=findings,
    )
