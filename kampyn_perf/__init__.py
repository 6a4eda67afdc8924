"""kampyn-perf: whether a KAMPYN backend meets its performance goals, and why not."""

__version__ = "0.1.0"
