"""`python -m kampyn_perf.load.generator`: on pipes, as the lead's child. With `--describe FILE` it
only tells which flows a locustfile has."""

from __future__ import annotations

import sys
from pathlib import Path

from locust import events
from locust.env import Environment

from kampyn_perf.errors import KampynError
from kampyn_perf.load.generator.link import Link
from kampyn_perf.load.generator.locustfile import declared, load_flows
from kampyn_perf.load.generator.run import send_error, serve
from kampyn_perf.load.messages import Report


def main() -> None:
    """Entry point of the process."""
    link = Link()
    if sys.argv[1:2] == ["--describe"]:
        try:
            link.send(Report.FLOWS, weights=declared(load_flows(Path(sys.argv[2]))))
        except KampynError as error:
            send_error(link, error)
        return
    environment = Environment(events=events)
    environment.create_local_runner()
    serve(link, environment)


if __name__ == "__main__":
    main()
