"""Alerts: rules over sliding windows, evaluated live or over a recorded run, and what they do.

The face: `settings.load` reads the rules, `Engine` judges samples by them, `replay` a recorded run,
`export` gives them to Prometheus; `docs/alerts.md` tells the rest. All of these are pure; threads,
sockets and processes live in `actions`.
"""

from kampyn_perf.alerts.engine import Engine
from kampyn_perf.alerts.prometheus import export
from kampyn_perf.alerts.recorded import replay

__all__ = ["Engine", "export", "replay"]
