"""Who runs a command, since when, and under which name in lock and journal."""

from __future__ import annotations

import datetime as dt
import os
import time

from kampyn_perf.indexes.apply.journal import Journaler, who

JOURNAL_ENTRIES = 1_000
"""How far back the journal is read for what earlier runs left."""


def monotonic_us() -> int:
    return time.monotonic_ns() // 1_000


def journaler_of(command: str, plan_hash: str = "") -> Journaler:
    return Journaler(
        command=command, plan_hash=plan_hash, by=who(), now=lambda: dt.datetime.now(dt.UTC)
    )


def owner_of(journaler: Journaler, word: str) -> str:
    """`ada@host, process 4711, run 0123456789ab`: what a lock says of who holds it."""
    return f"{who()}, process {os.getpid()}, {word} {journaler.run}"
