"""What an audit is told of a store, and the port through which it asks.

Below the stores, which read the facts; `audit` judges them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


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
    order_ids: Sequence[str] = ()
    """Of those placed since the data was seeded."""
    carts: int = 0
    in_carts: int = 0
    """Units, of all carts."""
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

    def facts(self, since: datetime, *, just_stopped: bool = False) -> Facts:
        """`just_stopped`: marks of orders of the last moment may still be there."""

    def close(self) -> None: ...
