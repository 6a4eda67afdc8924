"""Which user, item and vendor a session works with: by the session's number, so that it is the
same in every run, and sessions of different generators never meet in one row unless the rows come
round again. Nothing is shared between processes for it. Pure, but for `Feed.of`, which reads files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from zlib import crc32

from kampyn_perf import datafile, row_files
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.load.scenario.templates import Fill, MissingFieldError, look_up
from kampyn_perf.load.spec import FeedSpec, RunSpec
from kampyn_perf.load.target.settings import FeedOrder

Row = Mapping[str, Any]

# Each list of the data file is walked with a stride of its own, a prime that hardly shares a factor
# with its length, so that neighbouring sessions differ in all of them. After each turn through a
# list its walk moves on by a few rows, another number for each list: flows come round every 100
# sessions or so, and of 200 users each would otherwise be met by one flow alone, for ever.
_STRIDES = {"user": 1, "item": 7_919, "vendor": 104_729}
_MORE_STRIDES = (1, 1_299_709, 15_485_863, 179_424_673)
_MASK = (1 << 64) - 1


@dataclass(frozen=True, kw_only=True)
class Source:
    """Rows of one name, and the order in which sessions get them."""

    name: str
    rows: Sequence[Row]
    order: FeedOrder
    seed: int = 1
    stride: int = 1
    shift: int = 0
    """By how many rows the walk moves on after each turn."""
    flat: bool = False
    """Whether each column is there by its own name."""

    def row(self, number: int) -> Row:
        """The row of session `number`. Raises IndexError where each is used once and none is left.

        Random rows are drawn by number, not one after the other: the same in every generator.
        """
        return self.rows[self.index(number)]

    def index(self, number: int) -> int:
        """Its place among the rows; beyond them where each is used once and none is left."""
        return self.walk()(number)

    def walk(self) -> Callable[[int], int]:
        """`index`, worked out once for a session after the other."""
        length, seed, stride, shift = len(self.rows), self.seed, self.stride, self.shift
        match self.order:
            case FeedOrder.UNIQUE:
                return lambda number: number
            case FeedOrder.RANDOM:
                return lambda number: _scatter(number, seed) % length
            case FeedOrder.SPREAD:
                return lambda number: (number + number // length * shift) * stride % length
            case FeedOrder.SEQUENTIAL:
                return lambda number: number % length


class Feed:
    """Session data by number; endless but for rows that are used only once."""

    def __init__(self, sources: Sequence[Source], *, constants: Row | None = None) -> None:
        self._sources = tuple(sources)
        self._walks = [
            (source.name, source.flat, source.rows, source.walk()) for source in self._sources
        ]
        self._constants = dict(constants or {})

    def __getitem__(self, number: int) -> dict[str, Any]:
        """The data of session `number`: {"uniId", "user", "item", "vendor"}, and what else."""
        data = self._constants.copy()
        for name, flat, rows, place_of in self._walks:
            row = rows[place_of(number)]
            if flat:
                data.update(row)
            else:
                data[name] = row
        return data

    def add(self, constants: Row) -> None:
        """Further values that are the same for every session."""
        self._constants.update(constants)

    @classmethod
    def of_file(cls, path: Path | None, *, variables: Row | None = None) -> Feed:
        """A data file alone, in its own order; None for no data."""
        data = datafile.read(path) if path else datafile.Data()
        return cls(_of_file(data, {}, seed=1), constants={**(variables or {}), **data.constants})

    @classmethod
    def of(cls, spec: RunSpec) -> Feed:
        """What a run asks for. Raises KampynError or ConfigError for files that do not serve."""
        data = datafile.read(spec.data) if spec.data is not None else datafile.Data()
        sources = _of_file(data, spec.feeds, seed=spec.seed)
        lists: dict[str, Any] = {}
        for name, feed in spec.feeds.items():
            rows = _own_rows(feed)
            if rows and feed.whole:
                lists[name] = list(rows)
            elif rows:
                sources.append(
                    Source(
                        name=name,
                        rows=rows,
                        order=feed.order,
                        # Values of one session's variables are drawn each by itself.
                        seed=spec.seed + (crc32(name.encode()) if feed.flat else 0),
                        flat=feed.flat,
                    )
                )
        known = {source.name for source in sources} | set(lists)
        problems = [
            Problem(f"config.data.{name}", "needs a file: the data file has no list of that name")
            for name in spec.feeds
            if name not in known
        ]
        planned = spec.schedule().planned
        problems += [
            Problem(
                f"config.data.{source.name}",
                f"each row is used once, and {planned:,} sessions need more than its "
                f"{len(source.rows):,} rows",
            )
            for source in sources
            if source.order is FeedOrder.UNIQUE and planned > len(source.rows)
        ]
        if problems:
            raise ConfigError(problems, hint="docs/data.md tells how sessions get their data.")
        return cls(sources, constants={**spec.api.variables, **data.constants, **lists})

    def lacks(self, path: str) -> str:
        """What is wrong with a name, as `user.email`: no session has it, or some have not. Empty
        for nothing."""
        find = look_up(path)
        root = path.partition(".")[0].partition("[")[0]
        source = next((source for source in self._sources if _has(source, root)), None)
        if source is None:
            return _error_of(find, self._constants)
        rows = source.rows if source.flat else [{root: row} for row in source.rows]
        wrong = [n for n, row in enumerate(rows) if _error_of(find, row)]
        if not wrong:
            return ""
        message = _error_of(find, rows[wrong[0]])
        if len(wrong) == len(source.rows):
            return message
        return (
            f"{message} of row {wrong[0] + 1} of {root} ({len(wrong)} of {len(source.rows)} rows)"
        )

    def sources(self) -> tuple[Source, ...]:
        """The lists that sessions get rows of."""
        return self._sources


def _own_rows(feed: FeedSpec) -> Sequence[Row]:
    """Those that stand in the settings, or in a file of the feed's own."""
    if not feed.file:
        return feed.rows
    return row_files.read_rows(
        feed.file,
        delimiter=feed.delimiter,
        fields=feed.fields,
        skip_header=feed.skip_header,
        numbers=feed.numbers,
    )


def _has(source: Source, root: str) -> bool:
    return root in source.rows[0] if source.flat else source.name == root


def _error_of(find: Fill, data: Row) -> str:
    try:
        find(data)
    except MissingFieldError as error:
        return str(error)
    return ""


def _of_file(data: datafile.Data, feeds: Mapping[str, FeedSpec], *, seed: int) -> list[Source]:
    """The data file's lists, but for those that have a file of their own."""
    more = cycle(_MORE_STRIDES)
    return [
        Source(
            name=name,
            rows=rows,
            order=feeds[name].order if name in feeds else FeedOrder.SPREAD,
            seed=seed,
            stride=_STRIDES.get(name) or next(more),
            shift=place,
        )
        for place, (name, rows) in enumerate(data.lists.items(), start=1)
        if name not in feeds or not (feeds[name].file or feeds[name].rows)
    ]


def _scatter(number: int, seed: int) -> int:
    """A number that looks like chance: splitmix64 of Steele, Lea and Flood (2014)."""
    value = (number + 1 + seed * 0x9E3779B97F4A7C15) & _MASK
    value = (value * 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
