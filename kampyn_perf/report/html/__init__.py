"""Pages to look at: a result as one HTML file that asks the network for nothing."""

from __future__ import annotations

from kampyn_perf.report.html.load import load_page

__all__ = ["load_page"]
