"""Whether stock, orders and carts agree: what must be true after any load, crash or not.

Pure judging of facts that a store's auditor reads. For a store in use the facts of SQLite are one
snapshot; those of MongoDB are not, so audit it when it is quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kampyn_perf.backend.audit_facts import Facts
from kampyn_perf.backend.domain import SEEDED_UNTIL
from kampyn_perf.backend.store_settings import StoreSettings
from kampyn_perf.backend.stores.factory import open_auditor

_EXAMPLES = 5


@dataclass(frozen=True)
class BrokenInvariant:
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
    findings: tuple[BrokenInvariant, ...]
    order_ids: Sequence[str] = ()
    """Of all orders placed since the data was seeded."""
    units_in_carts: int = 0

    @property
    def looked_at(self) -> str:
        """What it was about, for people."""
        return (
            f"{self.orders:,} orders of {self.units_sold:,} units, {self.items:,} items, "
            f"{self.carts:,} carts"
        )

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
                {
                    "invariant": finding.invariant,
                    "count": finding.count,
                    "examples": list(finding.examples),
                }
                for finding in self.findings
            ],
        }


def audit(
    url: str,
    settings: StoreSettings,
    *,
    since: datetime = SEEDED_UNTIL,
    just_stopped: bool = False,
) -> AuditReport:
    """Read the store at `url` and judge it. `since` only narrows which orders are counted. Of one
    whose backend has `just_stopped`, what its next recovery would tidy is no finding.

    Raises UnreachableError when the store is not there.
    """
    auditor = open_auditor(url, settings)
    try:
        return judge(auditor.facts(since, just_stopped=just_stopped))
    finally:
        auditor.close()


def judge(facts: Facts) -> AuditReport:
    """The findings of these facts."""
    negative = [fact.item_id for fact in facts.stocks if fact.quantity < 0]
    unbalanced = [
        f"{fact.item_id}: {fact.stocked} stocked, {facts.sold.get(fact.item_id, 0)} sold,"
        f" {fact.quantity} left"
        for fact in facts.stocks
        if fact.stocked is not None
        and fact.stocked - facts.sold.get(fact.item_id, 0) != fact.quantity
    ]
    unknown = sorted(set(facts.sold) - {fact.item_id for fact in facts.stocks})
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
        order_ids=facts.order_ids,
        units_in_carts=facts.in_carts,
        findings=tuple(
            BrokenInvariant(invariant, len(wrong), tuple(wrong[:_EXAMPLES]))
            for invariant, wrong in broken
            if wrong
        ),
    )
