"""A series as a chart of characters, for a terminal and for a log. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_LEVELS = " ▁▂▃▄▅▆▇█"
_ROWS = 6


def chart(values: Sequence[float], marks: Sequence[int] = (), *, width: int) -> Iterator[str]:
    """Lines of blocks, from the least value (one eighth of the lowest line) to the greatest; below
    them a `^` at each of `marks`.

    More values than columns are put together, each column the greatest of its own.
    """
    if not values:
        return
    columns = min(max(width, 1), len(values))
    place = [at * columns // len(values) for at in range(len(values))]
    tops: dict[int, float] = {}
    for at, value in zip(place, values, strict=True):
        tops[at] = max(tops.get(at, value), value)
    low, high = min(tops.values()), max(tops.values())
    span = high - low
    most = _ROWS * 8 - 1
    heights = [1 + round((tops[at] - low) / span * most) if span else 4 for at in range(columns)]
    rows = _ROWS if span else 1
    for row in reversed(range(rows)):
        yield "".join(_LEVELS[min(8, max(0, height - row * 8))] for height in heights).rstrip()
    if marks:
        marked = {place[mark] for mark in marks}
        yield "".join("^" if column in marked else " " for column in range(columns)).rstrip()
