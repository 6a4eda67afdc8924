"""Whether a store agreed with itself, and with its clients, after a load."""

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
    """What an audit came to. Items, units and carts are known of the bundled backend alone."""

    model_config = ConfigDict(populate_by_name=True)

    ok: bool
    items: NonNegative | None = None
    orders: NonNegative
    """Placed since the beginning of the run."""
    units_sold: NonNegative | None = Field(default=None, alias="unitsSold")
    carts: NonNegative | None = None
    acknowledged: NonNegative | None = None
    """Different ids that answers told; None in a result of an earlier version."""
    lost: NonNegative | None = None
    """Of those, how many are not stored."""
    doubled: NonNegative | None = None
    """Orders too many: stored more than once, or without any request that may have placed them;
    None where nobody could list them."""
    findings: list[AuditFinding]

    @property
    def looked_at(self) -> str:
        """What it was about, for people."""
        words = [f"{self.orders:,} orders"]
        if self.units_sold is not None:
            words[0] += f" of {self.units_sold:,} units"
        if self.acknowledged is not None:
            words.append(f"{self.acknowledged:,} acknowledged")
        words += [
            f"{count:,} {noun}"
            for count, noun in ((self.items, "items"), (self.carts, "carts"))
            if count is not None
        ]
        return ", ".join(words)
