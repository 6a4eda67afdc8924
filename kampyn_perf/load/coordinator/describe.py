"""Which flows of a locustfile would run, asked of a generator: Locust is never imported here."""

from __future__ import annotations

import selectors
import tempfile
import time
from pathlib import Path

from kampyn_perf.errors import KampynError
from kampyn_perf.load.coordinator.child import GENERATOR, Child
from kampyn_perf.load.messages import Describe, Flows, Refused, from_wire, to_wire

_SECONDS = 60


def describe(command: Describe) -> Flows:
    """Flows and weights, and what is to be said of them, by a generator that is started for it.
    Raises KampynError."""
    with tempfile.TemporaryDirectory(prefix="kampyn-perf-") as folder:
        log_path = Path(folder, "generator.log")
        with log_path.open("ab") as log:
            child = Child(GENERATOR, log=log, log_path=log_path)
            try:
                child.send(to_wire(command))
                return flows_from(child, command)
            finally:
                child.close()


def flows_from(child: Child, command: Describe) -> Flows:
    """The answer of a generator that was given `command`. Raises KampynError."""
    deadline = time.monotonic() + _SECONDS
    names = ", ".join(command.scenarios)
    with selectors.DefaultSelector() as selector:
        selector.register(child, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            messages = child.receive()
            if messages is None:
                how = child.how_it_ended()
                raise KampynError(f"{names} cannot be imported: the generator {how}")
            for report in map(from_wire, messages):
                match report:
                    case Flows():
                        return report
                    case Refused():
                        raise report.error()
    raise KampynError(
        f"{names} was not imported within {_SECONDS} s",
        hint="It is run when it is imported: what takes long belongs into its flows.",
    )
