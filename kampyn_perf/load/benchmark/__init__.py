"""What one core can generate, measured: `compare(Plan())`.

`kampyn-perf bench generator` shows it. Nothing here imports Locust: its generators are children.
"""

from kampyn_perf.load.benchmark.compare import FLAT, PACED, Comparison, Goal, Plan, compare
from kampyn_perf.load.benchmark.jobs import Client, Figures

__all__ = ["FLAT", "PACED", "Client", "Comparison", "Figures", "Goal", "Plan", "compare"]
