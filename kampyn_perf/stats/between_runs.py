"""By how much two runs of one system differ, where nothing measured it: one assumption for all who
judge one run by another (`compare`, objectives against a baseline). Shares."""

BETWEEN_RUNS = 0.10
"""Of response times: two runs of the same system differ by so much at most in 95 of 100 cases, for
reasons that neither of them shows (where memory lies, caches, the machine's neighbours)."""
WATCHED_BETWEEN_RUNS = 0.5
"""The same of what is watched beside a load. The memory of a process is one draw a run: which one
took the busy connections, and what its allocator kept."""
