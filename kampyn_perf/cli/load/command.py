"""The command line of `kampyn-perf load`: its help, and each flag with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli import watch_flags as watching
from kampyn_perf.cli.leaving import at_once
from kampyn_perf.cli.load import roles
from kampyn_perf.cli.load.flags import LoadFlags, Role

REQUEST = "What is sent to a URL"
SCHEDULE = "How much, for how long"
TARGET = "What is loaded"
DISTRIBUTED = "Several machines"
OUTPUT = "What is told and kept"

HELP = """
Run the load test against a backend, and judge the result.

With a URL that is loaded, and nothing else is needed. Otherwise the flows of a target are run;
without --target the bundled reference backend is started for the run and stopped after it.
Sessions arrive on a schedule, whatever the backend does (open model), and response times count
from the moment a request was due, so that a backend that stands still cannot hide it.

\b
One address of your own, or several; a request as curl would send it:
  kampyn-perf load localhost:8000/health --rate 50 --for 1m
  kampyn-perf load localhost:8000/items localhost:8000/orders --ramp 10..100
  kampyn-perf load --curl "curl -X POST localhost:8000/orders -d '{}'"

\b
The document's load test, about 7 minutes; or the same rates in one minute:
  kampyn-perf load
  kampyn-perf load --profile quick

\b
A backend of your own; any host but this machine has to be allowed by name:
  kampyn-perf load --target kampyn --url https://staging.example.edu \\
    --allow-host staging.example.edu --data my-users.json

\b
Only one flow, and what would run without running it:
  kampyn-perf load --flow order --dry-run

Ctrl-C ends the run and reports what was measured. Exit codes: 0 objectives met, 1 an objective
failed, 2 usage or configuration, 3 target not reached, 4 no verdict (the run was invalid or
partial), 130 / 143 interrupted.
"""


def load(  # noqa: PLR0913 (one parameter for each flag)
    context: typer.Context,
    urls: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL]...",
            help="What to load, each as often as the others; no other configuration is needed.",
            show_default=False,
        ),
    ] = None,
    *,
    rate: Annotated[
        str | None,
        typer.Option(
            metavar="RATE",
            help="Sessions per second, instead of a profile: 50.",
            rich_help_panel=SCHEDULE,
        ),
    ] = None,
    ramp: Annotated[
        str | None,
        typer.Option(
            metavar="FROM..TO",
            help="A rate that goes from one to another: 10..100.",
            rich_help_panel=SCHEDULE,
        ),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="DURATION",
            help="How long: 1m, 90s. Default: 30s.",
            rich_help_panel=SCHEDULE,
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", "-X", help="Of the URLs.", rich_help_panel=REQUEST)
    ] = "",
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            "-H",
            metavar="'NAME: VALUE'",
            help="May be given again.",
            rich_help_panel=REQUEST,
        ),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(
            "--body",
            "-d",
            metavar="TEXT|@FILE",
            help="Makes it a POST; JSON is sent as JSON. (curl's --data; --data here is "
            "the file of session data.)",
            rich_help_panel=REQUEST,
        ),
    ] = None,
    data_raw: Annotated[str | None, typer.Option("--data-raw", hidden=True)] = None,
    curl: Annotated[
        str,
        typer.Option(
            metavar="COMMAND",
            help='A request as curl has it: "curl -X POST ...".',
            rich_help_panel=REQUEST,
        ),
    ] = "",
    profile: Annotated[
        str | None,
        typer.Option(
            autocompletion=completion.profiles,
            help="A profile of load.yaml: documented, quick, or your own.",
            rich_help_panel=SCHEDULE,
        ),
    ] = None,
    flow: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this flow (any part of its name); may be given again.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            autocompletion=completion.targets,
            help="A file of configs/targets (reference, kampyn), or a URL.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Where the target is, as http://host:port.", rich_help_panel=TARGET),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="The file of ids and credentials, as `backend seed` writes it.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A load.yaml of your own. Default: configs/load.yaml.", rich_help_panel=TARGET
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help='The earlier run that targets such as "<= +10 %" are about.',
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    slo: Annotated[
        str | None,
        typer.Option(
            help="The objectives: a name in configs/, or a file. Default: slo for KAMPYN's API, "
            "slo-api for any other.",
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    alerts: Annotated[
        str,
        typer.Option(
            help="The rules of alerts: a name in configs/, or a file.", rich_help_panel=OUTPUT
        ),
    ] = "alerts",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="One value of load.yaml (config.maxVusers=500), of the bundled backend "
            "(backend.workers=2), of slo.yaml (slo.objectives.throughput.required=false), of "
            "alerts.yaml (alerts.high_error_rate.window=10s), or of the target's watch section "
            "(watch.probe.every=1s).",
            rich_help_panel=TARGET,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Decides the order of flows and arrivals.", rich_help_panel=SCHEDULE),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=256,
            help="Generator processes; one uses one core.",
            rich_help_panel=DISTRIBUTED,
        ),
    ] = None,
    role: Annotated[
        Role,
        typer.Option(
            help="local: load from here. master: lead workers on other machines. "
            "worker: join a master.",
            rich_help_panel=DISTRIBUTED,
        ),
    ] = Role.LOCAL,
    master_host: Annotated[
        str,
        typer.Option(
            help="Where a master listens, and a worker finds it.", rich_help_panel=DISTRIBUTED
        ),
    ] = "127.0.0.1",
    master_port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port of it.", rich_help_panel=DISTRIBUTED)
    ] = 5557,
    expect_workers: Annotated[
        int,
        typer.Option(
            min=1, max=1000, help="Workers that a master waits for.", rich_help_panel=DISTRIBUTED
        ),
    ] = 1,
    warm_up: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Load at the first phase's rate that comes first, and into no number.",
            rich_help_panel=SCHEDULE,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's folder. Default: a new one in ./reports.", rich_help_panel=OUTPUT
        ),
    ] = None,
    state: Annotated[
        Path,
        typer.Option(
            help="Where the bundled backend keeps its data; emptied at the start.",
            rich_help_panel=TARGET,
        ),
    ] = Path(".kampyn/load"),
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A host that load may go to; may be given again.", rich_help_panel=TARGET
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Print what would run, and run nothing.", rich_help_panel=OUTPUT
        ),
    ] = False,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit",
            help="Afterwards check that stock, orders and carts of the bundled backend agree.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit with 4 when a required objective was not decided; the default where the "
            "variable CI is set.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Not strict, in CI either.", rich_help_panel=OUTPUT)
    ] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the result as JSON on stdout, and nothing else.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    watch_pid: watching.WatchPids = None,
    watch_port: watching.WatchPorts = None,
    watch_name: watching.WatchNames = None,
    watch_cgroup: watching.WatchCgroups = None,
    watch_mongo: watching.WatchMongo = None,
    watch_redis: watching.WatchRedis = None,
    scrape: watching.Scrape = None,
    probe: watching.Probe = None,
    no_watch: watching.NoWatch = False,
) -> None:
    roles.check(role, _given(context))
    with at_once():
        from kampyn_perf.cli.load.run import run
        from kampyn_perf.load import DirectRequest, DirectSchedule, LoadOptions, Master

    options = LoadOptions(
        direct=DirectRequest(
            urls=tuple(urls or ()),
            method=method,
            headers=tuple(header or ()),
            body=data_raw if body is None else body,
            curl=curl,
        ),
        schedule=DirectSchedule(rate=rate, ramp=ramp, length=length),
        profile=profile,
        flows=tuple(flow or ()),
        target=target,
        url=url,
        data=data,
        config=config,
        sets=tuple(set_ or ()),
        seed=seed,
        workers=workers,
        warm_up=warm_up,
        state=state,
        allow_hosts=tuple(allow_host or ()),
        need_files=not dry_run,
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
    flags = LoadFlags(
        options=options,
        watch=watch,
        baseline=baseline,
        slo=slo,
        alerts=alerts,
        role=role,
        master=Master(host=master_host, port=master_port, expect_workers=expect_workers),
        out=out,
        dry_run=dry_run,
        audit=audit,
        strict=strict,
        lenient=lenient,
        as_json=json,
    )
    raise typer.Exit(int(run(flags)))


def _given(context: typer.Context) -> list[str]:
    """The flags that the command line has, by their long names."""
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if (source := context.get_parameter_source(str(parameter.name)))
        and source.name == "COMMANDLINE"
    ]


load.__doc__ = HELP
