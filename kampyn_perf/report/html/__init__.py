"""Pages to look at: a result as one HTML file that asks the network for nothing."""

from __future__ import annotations

from kampyn_perf.report.html.capacity import capacity_page
from kampyn_perf.report.html.comparison import comparison_page
from kampyn_perf.report.html.load import load_page

__all__ = ["capacity_page", "comparison_page", "load_page"]
