"""The command line of `kampyn-perf capacity`: its help, and each flag with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import watch_flags as watching
from kampyn_perf.cli.flags import Slo
from kampyn_perf.cli.importing import importing
from kampyn_perf.cli.load import options

SEARCH = "The search"

HELP = """
Find the highest rate of sessions at which every objective holds.

It takes what `load` takes, but for a schedule, which is its own: a little load, a ladder of users
to see where throughput stops growing, then rates above and below the limit, and at last the limit
itself, again and again. The answer is a rate with an interval, the objective that breaks first, and
what was exhausted. Every step is saved; the bundled backend is used where no target is named.

\b
The bundled backend, in ten minutes or in three:
  kampyn-perf capacity
  kampyn-perf capacity --budget 3m

\b
One address of your own; and an objective of the bundled backend that is not to limit:
  kampyn-perf capacity localhost:8000/items
  kampyn-perf capacity --set slo.objectives.cpu.required=false

\b
Go on with a search that was ended, or with more time:
  kampyn-perf capacity --resume latest-capacity --budget 20m

\b
How it grows with the workers of the bundled backend:
  kampyn-perf capacity --workers-sweep 1,2,4 --budget 30m

Exit codes: 0 an answer was found, 1 an objective is missed at the lowest rate that was tried, 2
usage, a budget that is too small, 3 the target was not reached or was lost, 4 no answer (the
generator was the limit, or the time was over), 130 / 143 interrupted. `kampyn-perf check LOAD
CAPACITY` judges throughput by it.
"""


def capacity(  # noqa: PLR0913 (one parameter for each flag)
    urls: options.Urls = None,
    *,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="How long the search may take. [default: 10m, or that of the search resumed]",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="A search that was ended, by its folder: its steps count.",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    workers_sweep: Annotated[
        str,
        typer.Option(
            metavar="N,N,...",
            help="Search with so many workers of the bundled backend, one after the other, and fit "
            "the Universal Scalability Law; they share the budget.",
            rich_help_panel=SEARCH,
        ),
    ] = "",
    method: options.Method = "",
    header: options.Header = None,
    body: options.Body = None,
    curl: options.Curl = "",
    profile: options.Profile = None,
    flow: options.Flow = None,
    target: options.Target = None,
    url: options.Url = None,
    data: options.Data = None,
    config: options.Config = None,
    slo: Slo = None,
    set_: options.Sets = None,
    seed: options.Seed = None,
    workers: options.Workers = None,
    state: options.State = Path(".kampyn/capacity"),
    out: options.Out = None,
    allow_host: options.AllowHost = None,
    json: options.Json = False,
    watch_pid: watching.WatchPids = None,
    watch_port: watching.WatchPorts = None,
    watch_name: watching.WatchNames = None,
    watch_cgroup: watching.WatchCgroups = None,
    watch_mongo: watching.WatchMongo = None,
    watch_redis: watching.WatchRedis = None,
    scrape: watching.Scrape = None,
    probe: watching.Probe = None,
    no_watch: watching.NoWatch = False,
) -> int:
    with importing():
        from kampyn_perf.cli.capacity.run import CapacityFlags, run
        from kampyn_perf.load import DirectRequest, LoadOptions

    asked = LoadOptions(
        direct=DirectRequest(
            urls=tuple(urls or ()), method=method, headers=tuple(header or ()), body=body, curl=curl
        ),
        profile=profile,
        flows=tuple(flow or ()),
        target=target,
        url=url,
        data=data,
        config=config,
        sets=tuple(set_ or ()),
        seed=seed,
        workers=workers,
        state=state,
        allow_hosts=tuple(allow_host or ()),
    )
    watch = watching.watch_flags(
        pids=watch_pid,
        ports=watch_port,
        names=watch_name,
        cgroups=watch_cgroup,
        mongo=watch_mongo,
        redis=watch_redis,
        scrape=scrape,
        probe=probe,
        off=no_watch,
    )
    flags = CapacityFlags(
        options=asked,
        watch=watch,
        slo=slo,
        budget=budget,
        resume=resume,
        sweep=workers_sweep,
        out=out,
        as_json=json,
    )
    return int(run(flags))


capacity.__doc__ = HELP
