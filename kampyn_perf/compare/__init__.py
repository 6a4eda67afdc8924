"""Base against new: what changed, by how much, and whether that can be told.

    from kampyn_perf import compare

    comparison = compare.judge([base], [new], margin=0.05)

`judge` is pure. Floors, from the top: `judging`, what the figures come to (`decide`), how well a
change is known (`effect`), the figures of a run (`of_load`, `of_bench`). Names are imported on
first use: the command line's flags need the `settings` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

if TYPE_CHECKING:
    from kampyn_perf.compare.judging import judge
    from kampyn_perf.compare.settings import Condition, Settings

__all__ = ["Condition", "Settings", "judge"]

__getattr__ = on_first_use(
    __name__, {".judging": ("judge",), ".settings": ("Condition", "Settings")}
)
