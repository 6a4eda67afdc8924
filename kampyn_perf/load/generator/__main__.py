"""`python -m kampyn_perf.load.generator`: on pipes, as the coordinator's child."""

from __future__ import annotations

from kampyn_perf.compiled import use as use_compiled
from kampyn_perf.load.generator.starting import cheap_imports

use_compiled()

with cheap_imports():
    from locust import events
    from locust.env import Environment

    from kampyn_perf.load.generator.link import ParentPipes
    from kampyn_perf.load.generator.run import serve


def main() -> None:
    """Entry point of the process."""
    pipes = ParentPipes()
    environment = Environment(events=events)
    environment.create_local_runner()
    serve(pipes, environment)


if __name__ == "__main__":
    main()
