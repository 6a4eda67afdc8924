"""Rows of one group to which nothing is added any more, as the text that the result keeps.

A filled bucket takes some three bytes so, instead of the sixteen of two numbers in arrays; and a
result that is saved every second shares the text, and copies none of it.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from kampyn_perf.results.breakdown import Row, join_rows, rows_of, rows_text, unpack

_ROWS = 60
_LENGTH = 128 * 1024
"""A part with as many rows, or characters, is not made longer: what comes late has to take one
apart. So large a piece of memory goes back to the system as soon as it is freed."""


class _Part(NamedTuple):
    text: bytes
    """Of whole threes of bytes."""
    before: int
    """The number of the last row that began before it."""
    of_before: int
    """How many of its bytes, up to two, still belong to that row."""


class SettledRows:
    """Those of one group, in the order of time."""

    def __init__(self) -> None:
        self.beyond = 0
        """All rows with a smaller number are in it."""
        self._parts: list[_Part] = []
        self._rows = 0
        """In the last part."""
        self._rest = b""
        """Up to two bytes that belong behind the last part: three make four characters."""
        self._last = 0
        """The number of the last row."""

    def append(self, rows: Sequence[tuple[int, bytes]], *, beyond: int) -> None:
        """Packed rows with their numbers, which are below `beyond`."""
        self.beyond = beyond
        if not rows:
            return
        if not self._parts or self._rows >= _ROWS or len(self._parts[-1].text) >= _LENGTH:
            self._parts.append(_Part(b"", self._last, len(self._rest)))
            self._rows = 0
        joined = self._rest + join_rows(rows, before=self._last)
        whole = len(joined) - len(joined) % 3
        part = self._parts[-1]
        self._parts[-1] = part._replace(text=part.text + rows_text(joined[:whole]))
        self._rest, self._last = joined[whole:], rows[-1][0]
        self._rows += len(rows)

    def texts(self, more: Sequence[tuple[int, bytes]] = ()) -> tuple[bytes, ...]:
        """All of it, and `more` rows behind it, for `unpack`."""
        end = rows_text(self._rest + join_rows(more, before=self._last))
        return *(part.text for part in self._parts), end

    def rows(self) -> Iterator[Row]:
        """All of them."""
        return unpack(self.texts())

    def moved_out(self) -> Iterator[Row]:
        """The same, with what has been read let go: this object is done with."""
        parts, self._parts = deque(part.text for part in self._parts), []
        yield from unpack(chain(_taken(parts), [rows_text(self._rest)]))

    def since(self, at: int) -> list[Row]:
        """Those from a number on."""
        return [row for row in self._read(self._part_of(at)) if row.at >= at]

    def take_out(self, at: int) -> list[Row]:
        """The row of that number, where there is one, all that follow, and perhaps some before."""
        if at > self._last or not self._parts:
            self.beyond = min(self.beyond, at)
            return []
        number = self._part_of(at)
        rows = list(self._read(number))
        part = self._parts[number]
        self._rest = base64.b64decode(part.text[:4])[: part.of_before]
        del self._parts[number:]
        self._rows, self._last = _ROWS, part.before
        self.beyond = part.before + 1 if number else 0
        return rows

    def _part_of(self, at: int) -> int:
        """The last part that all rows from `at` on are in or behind."""
        number = max(len(self._parts) - 1, 0)
        while number and self._parts[number].before >= at:
            number -= 1
        return number

    def _read(self, number: int) -> Iterator[Row]:
        """The rows from a part on."""
        parts = self._parts[number:]
        if not parts:
            return iter(())
        first, *others = (base64.b64decode(part.text) for part in parts)
        joined = chain([first[parts[0].of_before :]], others, [self._rest])
        return rows_of(joined, before=parts[0].before)


def _taken(texts: deque[bytes]) -> Iterator[bytes]:
    while texts:
        yield texts.popleft()
