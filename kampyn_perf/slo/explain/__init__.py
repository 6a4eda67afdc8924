"""What a missed goal coincides with, from the evidence of a stored result alone. Pure.

One rule a file in `rules`; each says what it needs, its test, and its sentence with its numbers.
"""

from kampyn_perf.slo.explain.explanation import NO_CAUSE, UNKNOWN, explain

__all__ = ["NO_CAUSE", "UNKNOWN", "explain"]
