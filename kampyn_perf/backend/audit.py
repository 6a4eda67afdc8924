"""Whether stock, orders and carts agree: what must be true after any load, crash or not.

Pure judging of facts that a store's auditor reads. For a store in use the facts of SQLite are one
snapshot; those of MongoDB are not, so audit it when it is quiet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from kampyn_perf.backend.seeding.generate import NOW as SEEDED_UNTIL
from kampyn_perf.backend.settings import StoreSettings

_EXAMPLES = 5


@dataclass(frozen=True)
class StockFact:
    """One item: what is there, and all that was ever put there."""

    item_id: str
    quantity: int
    stocked: int | None
    """None: the item comes from elsewhere and keeps no account."""


@dataclass
class Facts:
    """What an auditor has read. Lists hold ids of what is wrong."""

    stocks: Sequence[StockFact] = ()
    sold: Mapping[str, int] = field(default_factory=dict)
    """Units by item, of all orders placed since the data was seeded."""
    orders: int = 0
    """Orders that stand, placed since the data was seeded (or since the moment asked for)."""
    carts: int = 0
    wrong_totals: Sequence[str] = ()
    without_owner: Sequence[str] = ()
    """Orders whose user or vendor is not there."""
    unfinished: Sequence[str] = ()
    """Orders begun and neither committed nor undone, past their lease."""
    stray_marks: Sequence[str] = ()
    """Items or carts with marks of orders that are decided."""
    bad_carts: Sequence[str] = ()
    """Carts with a quantity below one, or with items that are not there."""
    stray_keys: Sequence[str] = ()
    """Idempotency keys whose order is not there."""


class Auditor(Protocol):
    """A store as an audit sees it: read only."""

    def facts(self, since: datetime) -> Facts: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Finding:
    """One broken invariant."""

    invariant: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class AuditReport:
    """What an audit came to."""

    items: int
    orders: int
    """Orders placed since `since`."""
    units_sold: int
    carts: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """Plain data for the machine form."""
        return {
            "ok": self.ok,
            "items": self.items,
            "orders": self.orders,
            "unitsSold": self.units_sold,
            "carts": self.carts,
            "findings": [
                {"invariant": one.invariant, "count": one.count, "examples": list(one.examples)}
                for one in self.findings
            ],
        }


def audit(url: str, settings: StoreSettings, *, since: datetime = SEEDED_UNTIL) -> AuditReport:
    """Read the store at `url` and judge it. `since` only narrows which orders are counted.

    Raises UnreachableError when the store is not there.
    """
    from kampyn_perf.backend.stores.opening import open_auditor

    auditor = open_auditor(url, settings)
    try:
        return judge(auditor.facts(since))
    finally:
        auditor.close()


def judge(facts: Facts) -> AuditReport:
    """The findings of these facts."""
    negative = [one.item_id for one in facts.stocks if one.quantity < 0]
    unbalanced = [
        f"{one.item_id}: {one.stocked} stocked, {facts.sold.get(one.item_id, 0)} sold,"
        f" {one.quantity} left"
        for one in facts.stocks
        if one.stocked is not None and one.stocked - facts.sold.get(one.item_id, 0) != one.quantity
    ]
    unknown = sorted(set(facts.sold) - {one.item_id for one in facts.stocks})
    broken: list[tuple[str, Sequence[str]]] = [
        ("stock is never below zero", negative),
        ("what was stocked is sold or still there", unbalanced),
        ("what was sold is an item", unknown),
        ("an order's total is that of its lines", facts.wrong_totals),
        ("an order has its user and its vendor", facts.without_owner),
        ("an order is placed or it never was", facts.unfinished),
        ("no mark outlives its order's placing", facts.stray_marks),
        ("a cart holds items, one or more of each", facts.bad_carts),
        ("an idempotency key has its order", facts.stray_keys),
    ]
    return AuditReport(
        items=len(facts.stocks),
        orders=facts.orders,
        units_sold=sum(facts.sold.values()),
        carts=facts.carts,
        findings=tuple(
            Finding(invariant, len(wrong), tuple(wrong[:_EXAMPLES]))
            for invariant, wrong in broken
            if wrong
        ),
    )
