"""Pages to look at: a result as one HTML file that asks the network for nothing."""

from __future__ import annotations

from kampyn_perf.report.html.capacity import capacity_page
from kampyn_perf.report.html.comparison import comparison_page
from kampyn_perf.report.html.load import Against, load_page
from kampyn_perf.report.html.watch import WatchedBackend, WatchedRule, watch_page

__all__ = [
    "Against",
    "WatchedBackend",
    "WatchedRule",
    "capacity_page",
    "comparison_page",
    "load_page",
    "watch_page",
]
