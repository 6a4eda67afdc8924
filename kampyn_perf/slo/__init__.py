"""Objectives (a pure grammar) and the verdict (pure: results and objectives to outcomes).

The face is `judge`; `objectives.load` reads what to judge by.
"""

from kampyn_perf.slo.judging import judge

__all__ = ["judge"]
