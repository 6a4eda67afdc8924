"""What one generator carries on a machine, as `kampyn-perf bench generator` measured it last.

A small file beside the other state of this folder, for those who size a run: `doctor`, and the
validity of a run whose generator was the limit. Rates are requests per second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.machine import ENGINE, Machine
from kampyn_perf.results import io
from kampyn_perf.results.io import Record

FILE = Path(".kampyn") / "generator.json"
MEASURED_BY = "kampyn-perf bench generator"


class Carried(Record):
    """What was measured, when, and where."""

    schema_: Literal["kampyn-perf/generator"] = Field(
        default=names.GENERATOR_SCHEMA, alias="schema"
    )
    version: int = names.GENERATOR_VERSION
    measured_at: str
    """ISO 8601, UTC."""
    machine: Machine
    mix: float
    """Of the documented mix, end to end, by one generator."""
    busy: bool = False
    """Whether others used the machine meanwhile: on a quiet one it is more."""

    def is_of(self, machine: Machine) -> bool:
        """Whether it says something of that machine: the same host and processor, the same Python
        but for its last number, the generator compiled or not (`machine.with_engine`)."""
        return _decides(self.machine) == _decides(machine)

    def age_days(self, now: datetime) -> int:
        """Whole days since then."""
        measured = datetime.fromisoformat(self.measured_at)
        if measured.tzinfo is None:
            measured = measured.replace(tzinfo=UTC)
        return max((now - measured).days, 0)

    def when(self, now: datetime) -> str:
        """`measured on 2026-11-28, 3 days ago, by kampyn-perf bench generator`."""
        days = self.age_days(now)
        ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
        busy = ", on a busy machine" if self.busy else ""
        return f"measured on {self.measured_at[:10]}, {ago}, by {MEASURED_BY}{busy}"


def _decides(machine: Machine) -> tuple[object, ...]:
    python = ".".join(machine.python.split(".")[:2])
    return machine.hostname, machine.cpu, python, machine.versions.get(ENGINE)


def read(machine: Machine, path: Path = FILE) -> Carried | None:
    """What was measured on this machine; None where nothing was, or the file is none of ours."""
    try:
        carried = io.read(path, {names.GENERATOR_SCHEMA: Carried})
        datetime.fromisoformat(carried.measured_at)
    except (KampynError, ValueError):
        return None
    return carried if carried.is_of(machine) else None


def keep(carried: Carried, path: Path = FILE) -> None:
    """For later. Raises KampynError where it cannot be written."""
    io.write(path, carried)
