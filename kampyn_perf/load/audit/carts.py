"""What was put into carts of the bundled backend is still there, or was ordered. Pure.

A count of units, not of ids: an addition has none. An order without lines orders what its cart has,
and nothing else takes from one, so that units in carts and units sold come to what was added: at
least to what was acknowledged, and, where nothing else adds any, at most to what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.load.audit.judging import Asked
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.load.target.settings import Operation
from kampyn_perf.results.audit import AuditFinding
from kampyn_perf.results.load import LoadResult

LOST = "what is put into a cart stays there until it is ordered"
MORE = "nothing is in a cart that nobody put there"
_ADDS = "/cart/add/"
_ORDERS = "/order/"


def findings(result: LoadResult, spec: RunSpec, *, units: int) -> list[AuditFinding]:
    """`units` are in carts, or sold since the data was seeded. None where the target's file does
    not say how many each request adds."""
    adds = list(_operations(spec, _ADDS))
    quantities = [_quantity(add) for add in adds]
    if not adds or None in quantities or result.breakdown is None:
        return []
    least = most = 0
    for operation, quantity in zip(adds, quantities, strict=True):
        added = Asked.of(result, operation.endpoint)
        least += (quantity or 0) * added.confirmed
        most += (quantity or 0) * (added.confirmed + added.unanswered)
    words = f"{least:,} units were added for sure, {most:,} at most; in carts or sold are {units:,}"
    short = max(least - units, 0)
    over = max(units - most, 0) if _only_these(result, spec, adds) else 0
    return [
        AuditFinding(invariant=invariant, count=count, examples=[words])
        for invariant, count in ((LOST, short), (MORE, over))
        if count
    ]


def _only_these(result: LoadResult, spec: RunSpec, adds: list[Operation]) -> bool:
    """Whether nothing else can have put anything into a cart, or into an order."""
    orders = list(_operations(spec, _ORDERS))
    known = {sent.endpoint for sent in (*adds, *orders)}
    apart = [endpoint.name for endpoint in result.apart]
    named = [*(endpoint.name for endpoint in result.endpoints), *apart]
    others = [
        name for name in named if (_ADDS in name or f"POST {_ORDERS}" in name) and name not in known
    ]
    return (
        not others
        and not known.intersection(apart)
        and not result.warm_up
        and all(map(_of_cart, orders))
    )


def _operations(spec: RunSpec, path: str) -> Iterator[Operation]:
    for operation in spec.api.operations.values():
        if operation.method == "POST" and operation.path.startswith(path):
            yield operation


def _quantity(operation: Operation) -> int | None:
    body = operation.json_body
    number = body.get("quantity", 1) if isinstance(body, dict) else None
    return number if type(number) is int else None


def _of_cart(operation: Operation) -> bool:
    body = operation.json_body
    return isinstance(body, dict) and not body.get("items")
