"""One generator under measurement, in a process of its own: the lean client or stock Locust.

Both run as Locust users in Locust's own runner, its statistics listening to the `request` event;
flat out they go round Locust's task loop, in the open loop a schedule gives them their turns. They
differ in the client alone, but that the lean one feeds the real recorder besides. Reads a `Job` as
JSON from the command line and prints a `Figures` as JSON.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import orjson

from kampyn_perf.compiled import use as use_compiled
from kampyn_perf.load.benchmark.jobs import Client, Figures, Job


def run(job: Job) -> Figures:
    """Generate load as `job` says. Only in a process of its own: Locust patches the world."""
    from kampyn_perf.load.benchmark import users

    return users.run(job)


def main() -> None:
    """Entry point of the child process, which runs compiled what generators of a run do."""
    use_compiled()
    raw: dict[str, Any] = orjson.loads(sys.argv[1])
    figures = run(Job(**{**raw, "client": Client(raw["client"])}))
    sys.stdout.write(orjson.dumps(asdict(figures)).decode() + "\n")


if __name__ == "__main__":
    main()
