"""Keys that are pressed while a run goes on.

The terminal gives keys as they come, without showing them, for as long as the context lasts; Ctrl-C
stays a signal. Without a terminal, or in the background of one, there are none.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from types import TracebackType
from typing import Any


class Keys:
    """A context manager around a run."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._before: list[Any] = []

    @property
    def there(self) -> bool:
        """Whether keys can be pressed."""
        return self._handle is not None

    def __enter__(self) -> Keys:
        with contextlib.suppress(OSError, ValueError, ImportError):
            handle = sys.stdin.fileno()
            if os.isatty(handle) and os.tcgetpgrp(handle) == os.getpgrp():
                import termios
                import tty

                with contextlib.suppress(termios.error):
                    self._before = termios.tcgetattr(handle)
                    tty.setcbreak(handle, termios.TCSADRAIN)
                    self._handle = handle
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            import termios

            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(self._handle, termios.TCSADRAIN, self._before)
            self._handle = None

    def pressed(self) -> str:
        """What was pressed since the last call; empty for nothing."""
        if self._handle is None:
            return ""
        with contextlib.suppress(OSError):
            if select.select([self._handle], [], [], 0)[0]:
                return os.read(self._handle, 64).decode(errors="ignore")
        return ""
