"""The thread that tells a run to its receivers, one snapshot after the other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kampyn_perf.report.telemetry.snapshot import DeliveryError, Sender, Snapshot


@dataclass
class Account:
    """What became of what a receiver was told."""

    name: str
    taken: int = 0
    failed: int = 0
    problem: str = ""
    """Of the first failure."""

    def fail(self, words: str) -> None:
        """It was not taken."""
        self.failed += 1
        self.problem = self.problem or words


class Delivery:
    """A receiver that is slow delays what is told, and nothing else: of snapshots that wait only
    the newest is told, with the traces of all."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = senders
        self._changed = threading.Condition()
        self._waiting: Snapshot | None = None
        self._over = False
        self.accounts = [Account(sender.name) for sender in senders]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def offer(self, snapshot: Snapshot) -> None:
        """Tell this next."""
        with self._changed:
            before = self._waiting
            if before is not None:
                snapshot = replace(snapshot, traces=(*before.traces, *snapshot.traces))
            self._waiting = snapshot
            self._changed.notify()

    def close(self, *, seconds: float) -> bool:
        """No more will come; whether all was told in time."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (snapshot := self._next()) is not None:
            for sender, account in zip(self._senders, self.accounts, strict=True):
                try:
                    sender.send(snapshot)
                except DeliveryError as error:
                    account.fail(str(error))
                except Exception as error:  # noqa: BLE001 (or the thread would end in silence)
                    account.fail(f"{type(error).__name__}: {error}")
                else:
                    account.taken += 1

    def _next(self) -> Snapshot | None:
        """The newest, once there is one; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._waiting is not None)
            snapshot, self._waiting = self._waiting, None
            return snapshot
