"""Are this machine, and that target, fit for a measurement?

Collectors (`machine`, `target`, `stores`) look and judge nothing; rules (`rules`) judge plain facts
and look at nothing. What could not be seen is None: no rule speaks of it, and `looks` names it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.doctor.examining import Report, Request, examine, glance
    from kampyn_perf.doctor.facts import (
        Facts,
        IndexFacts,
        MachineFacts,
        MongoFacts,
        RedisFacts,
        TargetFacts,
    )
    from kampyn_perf.doctor.findings import Finding, Level
    from kampyn_perf.doctor.looks import seen

__all__ = [
    "Facts",
    "Finding",
    "IndexFacts",
    "Level",
    "MachineFacts",
    "MongoFacts",
    "RedisFacts",
    "Report",
    "Request",
    "TargetFacts",
    "examine",
    "glance",
    "seen",
]
_PLACES = {
    "examining": ("Report", "Request", "examine", "glance"),
    "facts": ("Facts", "IndexFacts", "MachineFacts", "MongoFacts", "RedisFacts", "TargetFacts"),
    "findings": ("Finding", "Level"),
    "looks": ("seen",),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value
