"""The highest rate of sessions at which every objective holds.

`decide` is the search itself: it is told the steps so far and says what to try next, or that it
is over. It knows no clock, no file and no generator; `run` carries out what it asks for, by
`load.run`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

if TYPE_CHECKING:
    from kampyn_perf.capacity.asks import Ask, Stop
    from kampyn_perf.capacity.plan import Plan, shape
    from kampyn_perf.capacity.request import CapacityRequest
    from kampyn_perf.capacity.runner import read_search, run
    from kampyn_perf.capacity.search import decide
    from kampyn_perf.capacity.usl import fit_usl

__all__ = [
    "Ask",
    "CapacityRequest",
    "Plan",
    "Stop",
    "decide",
    "fit_usl",
    "read_search",
    "run",
    "shape",
]

__getattr__ = on_first_use(
    __name__,
    {
        ".plan": ("Plan", "shape"),
        ".request": ("CapacityRequest",),
        ".runner": ("read_search", "run"),
        ".asks": ("Ask", "Stop"),
        ".search": ("decide",),
        ".usl": ("fit_usl",),
    },
)
