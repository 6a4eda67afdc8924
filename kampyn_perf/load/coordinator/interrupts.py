"""What ends a run early, as facts and not as the end of the process: SIGINT, SIGTERM, a request."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any


class Interrupts:
    """A context manager: within it both signals are counted, and handled as before after it.

    Python hands signals to a process's main thread alone; on another one only `stop` counts.
    """

    def __init__(self) -> None:
        self.count = 0
        self.signal: signal.Signals | None = None
        """The first one that came."""
        self.reason = ""
        """Why the run ends, in words; empty while nothing asks for it."""
        self._may_drain = False
        self._before: dict[signal.Signals, Any] = {}

    @property
    def may_drain(self) -> bool:
        """A first Ctrl-C, or `stop`, lets sessions in flight finish; a second one, or SIGTERM, does
        not."""
        return self.count == 1 and self._may_drain

    def stop(self, reason: str) -> None:
        """End the run in order. Asked again it changes nothing."""
        if not self.count:
            self._note(f"ended early: {reason}", may_drain=True)

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: Any) -> None:
        received = signal.Signals(number)
        self.signal = self.signal or received
        self._note(f"ended early by {received.name}", may_drain=received is signal.SIGINT)

    def _note(self, reason: str, *, may_drain: bool) -> None:
        if not self.count:
            self.reason, self._may_drain = reason, may_drain
        self.count += 1
