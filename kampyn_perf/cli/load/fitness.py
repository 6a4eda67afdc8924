"""What the doctor sees of this machine at a glance, before a run."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf import doctor


def unfitness() -> Iterator[str]:
    """Why this machine is not fit for a measurement, a line each; costs a millisecond."""
    for finding in doctor.glance():
        if finding.level is not doctor.Level.NOTE:
            yield f"This machine: {finding.what}; {finding.consequence} (kampyn-perf doctor)"
