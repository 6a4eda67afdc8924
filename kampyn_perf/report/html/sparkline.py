"""A small picture of counts over the time of the run. Pure; SVG without styles."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 120, 18


def picture(counts: Sequence[float], *, label: str) -> str:
    """Bars from the start to the end of the run, the highest as high as there is room.

    `label` is safe text for an attribute.
    """
    bars = _bars(counts)
    peak = max(bars, default=0)
    if not peak:
        return ""
    step = WIDTH / len(bars)
    width = max(step - 0.3, 0.7)
    path = "".join(
        f"M{n * step:.1f} {HEIGHT}v{-max(HEIGHT * bar / peak, 1):.1f}h{width:.1f}V{HEIGHT}z"
        for n, bar in enumerate(bars)
        if bar
    )
    return (
        f'<svg class="sparkline" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{label}"><path d="{path}"/></svg>'
    )


def _bars(counts: Sequence[float]) -> list[float]:
    """Not more than there are pixels for."""
    step = -(-len(counts) // (WIDTH // 2)) or 1
    return [sum(counts[at : at + step]) for at in range(0, len(counts), step)]
