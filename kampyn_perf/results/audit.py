"""Whether the bundled backend's store agreed with itself, and with its clients, after a load."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative


class AuditFinding(Record):
    """One broken invariant."""

    invariant: str
    count: NonNegative
    examples: list[str]


class StoreAudit(Record):
    """What an audit came to."""

    model_config = ConfigDict(populate_by_name=True)

    ok: bool
    items: NonNegative
    orders: NonNegative
    units_sold: NonNegative = Field(alias="unitsSold")
    carts: NonNegative
    findings: list[AuditFinding]
