"""`load --audit`: after the load, does the bundled backend's store agree with itself and with what
its clients were told?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from kampyn_perf import names
from kampyn_perf.backend.audit import AuditReport, BrokenInvariant, audit
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.files import write_whole

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult

_ORDER_ENDPOINT = "POST /order/{userId}"
_CREATED = "201"


def audit_after(result: LoadResult, settings: BackendSettings, *, state: Path) -> AuditReport:
    """The audit of the store, when its backend has stopped; lost orders are a finding too."""
    url = StateFolder(state.absolute()).store_url(settings.store.url)
    report = audit(url, settings.store)
    confirmed = sum(
        endpoint.requests.statuses.get(_CREATED, 0)
        for endpoint in result.endpoints
        if endpoint.name == _ORDER_ENDPOINT
    )
    # More orders than answers are possible: an answer that was cut off, or not waited for.
    if confirmed > report.orders:
        words = f"{confirmed} orders were confirmed to clients, {report.orders} are in the store"
        lost = BrokenInvariant(
            "a confirmed order is in the store", confirmed - report.orders, (words,)
        )
        report = replace(report, findings=(*report.findings, lost))
    return report


def write_report(report: AuditReport, folder: Path) -> None:
    """Put the audit beside the result."""
    write_whole(
        folder / names.AUDIT_FILE, orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2)
    )
