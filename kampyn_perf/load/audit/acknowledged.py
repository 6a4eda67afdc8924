"""The ids that generators have told, in a file: a long run needs no more memory for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson


class AcknowledgedIds:
    """One JSON text a line, in the order of their coming."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.trouble = ""
        """Why some of them could not be kept; empty for nothing."""

    def keep(self, ids: Sequence[str]) -> None:
        """Those of one second of one generator. A full disk ends no run: it is told afterwards."""
        if not ids:
            return
        lines = b"".join(
            orjson.dumps(order_id, option=orjson.OPT_APPEND_NEWLINE) for order_id in ids
        )
        try:
            with self._path.open("ab") as file:
                file.write(lines)
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def __iter__(self) -> Iterator[str]:
        """All that were kept."""
        try:
            with self._path.open("rb") as file:
                for line in file:
                    yield orjson.loads(line)
        except FileNotFoundError:
            return
