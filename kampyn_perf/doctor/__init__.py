"""Are this machine, and that target, fit for a measurement?

Collectors (`machine`, `target`, `stores`) look and judge nothing; rules (`rules`) judge plain facts
and look at nothing. What could not be seen is None: no rule speaks of it, and `looks` names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

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

__getattr__ = on_first_use(
    __name__,
    {
        ".examining": ("Report", "Request", "examine", "glance"),
        ".facts": (
            "Facts",
            "IndexFacts",
            "MachineFacts",
            "MongoFacts",
            "RedisFacts",
            "TargetFacts",
        ),
        ".findings": ("Finding", "Level"),
        ".looks": ("seen",),
    },
)
