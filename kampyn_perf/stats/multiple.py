"""Which of many tests hold together: Holm's step-down procedure, with weights.

The chance that any true hypothesis is rejected is at most `level`, however the tests hang together
(Holm, Scandinavian Journal of Statistics 6, 1979; the weighted form is in the same paper).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(
    p_values: Sequence[float], level: float, weights: Sequence[float] | None = None
) -> list[bool]:
    """Whether each hypothesis is rejected. A weight is the share of the level that it starts with;
    equal where none are given."""
    p = np.asarray(p_values, dtype=np.float64)
    w = np.ones(p.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != p.shape or (w <= 0).any():
        raise ValueError("every hypothesis needs a weight above 0")
    rejected = np.zeros(p.size, dtype=bool)
    left = float(w.sum())
    for place in np.argsort(p / w, kind="stable"):
        if not p[place] <= level * w[place] / left:
            break
        rejected[place] = True
        left -= float(w[place])
    return [bool(flag) for flag in rejected]
