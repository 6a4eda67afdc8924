"""A distribution in one line, from the fastest call to the slowest: `▂▇█▅▂▁▁      ▁`. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII = " .:-=+*#@"


def sparkline(
    times: Sequence[int] | npt.NDArray[np.int64], *, width: int = 24, ascii_only: bool = False
) -> str:
    """`width` columns of equal ratio between the smallest and the largest sample.

    Columns are logarithmic, since latencies are skewed, and heights are square roots, so that the
    few slow calls of a tail stay in sight. A column with any sample is never blank.
    """
    values = np.asarray(times, dtype=np.float64)
    if not len(values) or width < 1:
        return ""
    levels = ASCII if ascii_only else BLOCKS
    values = np.maximum(values, 1.0)
    low, high = math.log(values.min()), math.log(values.max())
    if high <= low:
        return levels[-1] + " " * (width - 1)
    places = np.minimum(((np.log(values) - low) / (high - low) * width).astype(int), width - 1)
    counts = np.bincount(places, minlength=width)
    top = len(levels) - 1
    heights = np.ceil(np.sqrt(counts / counts.max()) * top).astype(int)
    return "".join(levels[height] for height in heights)
