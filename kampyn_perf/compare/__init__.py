"""Base against new: what changed, by how much, and whether that can be told.

    from kampyn_perf import compare

    comparison = compare.judge([base], [new], margin=0.05)

`judge` is pure. Floors, from the top: `judging`, what the figures come to (`decide`), how well a
change is known (`effect`), the figures of a run (`of_load`, `of_bench`). Names are imported on
first use: the command line's flags need the `settings` alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.compare.judging import judge
    from kampyn_perf.compare.settings import Condition, Settings

__all__ = ["Condition", "Settings", "judge"]

_MODULE_OF = {
    "judge": "kampyn_perf.compare.judging",
    "Condition": "kampyn_perf.compare.settings",
    "Settings": "kampyn_perf.compare.settings",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value
