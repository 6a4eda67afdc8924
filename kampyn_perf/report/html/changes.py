"""A change as a picture: its interval against what does not matter. Pure; SVG without styles.

The scale is that of ratios, from a half to twice: no change stands in the middle, the margin is a
band around it, worse is to the right.
"""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from kampyn_perf.results.compared import Compared

WIDTH, HEIGHT = 180, 18
_REACH = math.log(2)


def picture(row: Compared, margin: float) -> str:
    """The SVG; empty where there is no ratio."""
    if not row.relative or row.change is None:
        return ""
    ends = [
        row.low if row.low is not None else -1.0,
        row.high if row.high is not None else math.inf,
    ]
    start, end = sorted(_x(row, end) for end in ends)
    band_start, band_end = _place(-math.log1p(margin)), _place(math.log1p(margin))
    middle = HEIGHT / 2
    words = escape(f"{row.change_text}, {row.interval_text or 'no interval'}", {'"': "&quot;"})
    return (
        f'<svg class="interval change {row.outcome.value}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{words}">'
        f'<rect class="track" x="0" y="{middle - 2}" width="{WIDTH}" height="4" rx="2"/>'
        f'<rect class="allowed" x="{band_start:.1f}" y="0" width="{band_end - band_start:.1f}" '
        f'height="{HEIGHT}"/>'
        f'<rect class="range" x="{start:.1f}" y="{middle - 4}" '
        f'width="{max(end - start, 1):.1f}" height="8" rx="2"/>'
        f'<circle class="observed" cx="{min(max(_x(row, row.change), 3.5), WIDTH - 3.5):.1f}" '
        f'cy="{middle}" r="3.5"/></svg>'
    )


def _x(row: Compared, change: float) -> float:
    """Where a change stands: to the right what is worse."""
    if change <= -1:
        ratio = -math.inf
    elif math.isinf(change):
        ratio = math.inf
    else:
        ratio = math.log1p(change)
    return _place(-ratio if row.more_is_better else ratio)


def _place(log_ratio: float) -> float:
    return WIDTH / 2 * (1 + min(max(log_ratio / _REACH, -1.0), 1.0))
