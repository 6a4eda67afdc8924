"""An objective as a picture: its interval against its threshold. Pure; SVG without styles.

The scale is how much of what the goal allows is used: 0 at the left end, the threshold at two
thirds, and one and a half times it at the right end, where all that is worse stands too. So every
objective reads alike: left is good, right of the line is missed.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from kampyn_perf.results.judgement import Judgement
from kampyn_perf.results.unit import Unit

WIDTH, HEIGHT = 180, 18
_MOST = 1.5
"""As much as there is room for on the scale."""
_RADIUS = 3.5


def picture(judgement: Judgement) -> str:
    """The SVG; empty where nothing was observed, or the threshold gives no scale."""
    low, observed, high = (_used(judgement, value) for value in _ends(judgement))
    if low is None or observed is None or high is None:
        return ""
    start, end = sorted((_x(low), _x(high)))
    line, middle = _x(1.0), HEIGHT / 2
    shapes = [
        f'<rect class="track" x="0" y="{middle - 2}" width="{WIDTH}" height="4" rx="2"/>',
        f'<rect class="allowed" x="0" y="{middle - 2}" width="{line:.1f}" height="4" rx="2"/>',
        f'<rect class="range" x="{start:.1f}" y="{middle - 4}" '
        f'width="{max(end - start, 1):.1f}" height="8" rx="2"/>',
        f'<line class="goal" x1="{line:.1f}" x2="{line:.1f}" y1="1" y2="{HEIGHT - 1}"/>',
    ]
    if max(low, high, observed) > _MOST:
        shapes.append(f'<path class="beyond" d="M{WIDTH - 6} {middle - 5}l6 5l-6 5z"/>')
    if observed <= _MOST:
        place = min(max(_x(observed), _RADIUS), WIDTH - _RADIUS)
        shapes.append(f'<circle class="observed" cx="{place:.1f}" cy="{middle}" r="{_RADIUS}"/>')
    interval = judgement.interval_text or "no interval"
    words = escape(
        f"{judgement.observed_text}, {interval}, goal {judgement.target_text}", {'"': "&quot;"}
    )
    return (
        f'<svg class="interval {judgement.outcome.value}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{words}">{"".join(shapes)}</svg>'
    )


def _ends(judgement: Judgement) -> tuple[float | None, float | None, float | None]:
    """The interval's low end, what was observed, and its high end."""
    interval = judgement.interval
    observed = judgement.observed
    if judgement.unanswered:
        observed = float("inf")
    if interval is None:
        return observed, observed, observed
    more_is_better = judgement.comparison.startswith(">")
    unbounded_low = 0.0 if not more_is_better else float("-inf")
    low = interval.low if interval.low is not None else unbounded_low
    high = interval.high if interval.high is not None else float("inf")
    return low, observed, high


def _used(judgement: Judgement, value: float | None) -> float | None:
    """How much of what the goal allows; None where that cannot be said."""
    target = judgement.target
    if value is None:
        return None
    if judgement.comparison.startswith("<"):
        return value / target if target > 0 else None
    if judgement.unit is Unit.SHARE and target > 0.5:
        return (1 - value) / (1 - target) if target < 1 else None
    if value <= 0:
        return float("inf")
    return target / value if target > 0 else None


def _x(used: float) -> float:
    return WIDTH * min(max(used, 0.0), _MOST) / _MOST
