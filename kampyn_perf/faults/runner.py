"""Keeps to the timeline: begins each fault, and undoes it whatever happens. A thread for each, so
that a slow command delays no other."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.port import Action
from kampyn_perf.faults.actions.victim import Victim
from kampyn_perf.faults.plan import Fault
from kampyn_perf.faults.records import Leftover, Records
from kampyn_perf.results.faults import FaultRecord

_FAILURES = (OSError, psutil.Error, sqlite3.Error, subprocess.SubprocessError, KampynError)
Make = Callable[[Fault], Action]
Remark = Callable[[str, bool], None]
"""Told words for people, and whether something went wrong."""


class FaultRunner:
    """The faults of one run."""

    def __init__(
        self,
        faults: Sequence[Fault],
        *,
        make: Make,
        now_us: Callable[[], int],
        folder: Path,
        remark: Remark = lambda _words, _wrong: None,
    ) -> None:
        """`make` finds what a fault is done to, when it begins: processes come and go. It raises
        what an action does, or KampynError. `now_us` is on the run's axis."""
        self._faults = faults
        self._make = make
        self._now_us = now_us
        self._records = Records(folder)
        self._remark = remark
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._told: dict[int, FaultRecord] = {}
        self._threads = [
            threading.Thread(target=self._carry_out, args=(number,), name=f"fault-{number}")
            for number in range(len(faults))
        ]

    def start(self) -> None:
        """Returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Undo what goes on, and begin no more; returns when all is undone."""
        self._over.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def records(self) -> list[FaultRecord]:
        """What was done until now."""
        with self._lock:
            return [self._told[number] for number in sorted(self._told)]

    def _carry_out(self, number: int) -> None:
        fault = self._faults[number]
        if self._wait_until(fault.start_us):
            return
        record = FaultRecord(
            name=fault.name,
            kind=fault.kind,
            start_us=max(self._now_us(), 0),
            settle_us=fault.settle_us,
        )
        try:
            action = self._make(fault)
            path = self._records.write(self._leftover(fault, action))
        except _FAILURES as error:
            self._tell(number, record, began=False, error=_words(error))
            return
        begun, undone = "", ""
        try:
            record = record.model_copy(update={"start_us": max(self._now_us(), 0)})
            self._tell(number, record)
            action.begin()
            self._wait_until(fault.end_us)
        except _FAILURES as error:
            begun = _words(error)
        finally:
            undone = self._undo(action, path)
        lasts = fault.end_us > fault.start_us
        self._tell(
            number,
            record,
            began=not begun,
            end_us=max(self._now_us(), record.start_us) if lasts else record.start_us,
            error="; ".join(filter(None, (begun, undone and f"not undone: {undone}"))),
        )

    def _undo(self, action: Action, path: Path) -> str:
        try:
            action.end()
        except _FAILURES as error:
            return _words(error)
        path.unlink(missing_ok=True)
        return ""

    def _leftover(self, fault: Fault, action: Action) -> Leftover:
        return Leftover(
            name=fault.name,
            kind=fault.kind,
            run=Victim.of(os.getpid()),
            traces=action.traces,
            stop=fault.stop,
            cwd=str(Path.cwd()),
        )

    def _tell(self, number: int, record: FaultRecord, **changes: object) -> None:
        told = record.model_copy(update=changes)
        if not told.began and told.end_us is None:
            told = told.model_copy(update={"end_us": told.start_us})
        with self._lock:
            self._told[number] = told
        going_on = "begins" if told.end_us is None else "is over"
        words = f": {told.error}" if told.error else f" {going_on}"
        self._remark(f"Fault {told.name}{words}", bool(told.error))

    def _wait_until(self, at_us: int) -> bool:
        """Whether the run came to its end before."""
        while (left := at_us - self._now_us()) > 0:
            if self._over.wait(left / 1e6):
                return True
        return self._over.is_set()


def _words(error: Exception) -> str:
    return error.message if isinstance(error, KampynError) else str(error) or type(error).__name__
