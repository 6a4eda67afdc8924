"""The flags of `kampyn-perf load`, each with its words and its group in the help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.flags import (
    allow_host_option,
    config_option,
    data_option,
    flow_option,
    json_option,
    length_option,
    live_report_option,
    profile_option,
    rate_option,
    warm_up_option,
)
from kampyn_perf.cli.load.flags import Role

REQUEST = "What is sent to a URL"
SCHEDULE = "How much, for how long"
TARGET = "What is loaded"
DISTRIBUTED = "Several machines"
OUTPUT = "What is told and kept"

Urls = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[URL]...|LOCUSTFILE|SCRIPT",
        help="What to load, each URL as often as the others; or a locustfile of your own; or a "
        "script of Artillery (.yml, .json).",
        show_default=False,
    ),
]
Rate = Annotated[str | None, rate_option(SCHEDULE)]
Ramp = Annotated[
    str | None,
    typer.Option(
        metavar="FROM..TO",
        help="A rate that goes from one to another: 10..100.",
        rich_help_panel=SCHEDULE,
    ),
]
Length = Annotated[str | None, length_option(SCHEDULE)]
Method = Annotated[
    str,
    typer.Option("--method", "-X", metavar="METHOD", help="Of the URLs.", rich_help_panel=REQUEST),
]
Header = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        "-H",
        metavar="'NAME: VALUE'",
        help="May be given again.",
        rich_help_panel=REQUEST,
    ),
]
Body = Annotated[
    str | None,
    typer.Option(
        "--body",
        "-d",
        metavar="TEXT|@FILE",
        help="Makes it a POST; JSON is sent as JSON. It is curl's --data, which here is "
        "the file of session data.",
        rich_help_panel=REQUEST,
    ),
]
DataRaw = Annotated[str | None, typer.Option("--data-raw", hidden=True)]
Curl = Annotated[
    str,
    typer.Option(
        metavar="COMMAND",
        help='A request as curl has it: "curl -X POST ...".',
        rich_help_panel=REQUEST,
    ),
]
Profile = Annotated[str | None, profile_option(SCHEDULE)]
Flow = Annotated[list[str] | None, flow_option(TARGET)]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE|URL",
        autocompletion=completion.targets,
        help="A file of configs/targets (reference, kampyn), or a URL.",
        rich_help_panel=TARGET,
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        "--host",
        metavar="URL",
        help="Where the target is, as http://host:port.",
        rich_help_panel=TARGET,
    ),
]
Environment = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="Of the Artillery script's config.environments.",
        rich_help_panel=TARGET,
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TAG",
        help="Only tasks of the locustfile that have this tag; may be given again.",
        rich_help_panel=TARGET,
    ),
]
ExcludeTags = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TAG",
        help="No tasks of the locustfile that have this tag; may be given again.",
        rich_help_panel=TARGET,
    ),
]
Data = Annotated[Path | None, data_option(TARGET)]
Config = Annotated[Path | None, config_option(TARGET)]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="One value of load.yaml (config.maxVusers=500), of the bundled backend "
        "(backend.workers=2), of slo.yaml (slo.objectives.throughput.required=false), of "
        "alerts.yaml (alerts.high_error_rate.window=10s), or of the target's watch section "
        "(watch.probe.every=1s); may be given again.",
        rich_help_panel=TARGET,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Decides the order of flows and arrivals.", rich_help_panel=SCHEDULE
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        metavar="N",
        help="Generator processes; one uses one core.",
        rich_help_panel=DISTRIBUTED,
    ),
]
RoleName = Annotated[
    Role,
    typer.Option(
        help="local: load from here. master: lead workers on other machines. "
        "worker: join a master.",
        rich_help_panel=DISTRIBUTED,
    ),
]
MasterHost = Annotated[
    str,
    typer.Option(
        metavar="HOST",
        help="Where a master listens, and a worker finds it.",
        rich_help_panel=DISTRIBUTED,
    ),
]
MasterPort = Annotated[
    int,
    typer.Option(
        min=1, max=65535, metavar="PORT", help="The port of it.", rich_help_panel=DISTRIBUTED
    ),
]
ExpectWorkers = Annotated[
    int,
    typer.Option(
        min=1,
        max=1000,
        metavar="N",
        help="Workers that a master waits for.",
        rich_help_panel=DISTRIBUTED,
    ),
]
WarmUp = Annotated[str | None, warm_up_option(SCHEDULE)]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The run's folder. Default: a new one in ./reports.",
        rich_help_panel=OUTPUT,
    ),
]
State = Annotated[
    Path,
    typer.Option(
        metavar="FOLDER",
        help="Where the bundled backend keeps its data; emptied at the start.",
        rich_help_panel=TARGET,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Print what would run, and run nothing.", rich_help_panel=OUTPUT
    ),
]
Audit = Annotated[
    bool,
    typer.Option(
        "--audit",
        help="Afterwards check that what was acknowledged is stored, once: in the bundled backend, "
        "or as the target's file says.",
        rich_help_panel=OUTPUT,
    ),
]
FlameGraph = Annotated[
    str | None,
    typer.Option(
        "--flame-graph",
        metavar="DURATION",
        help="Record a flame graph of a worker of the bundled backend for so long, in the middle "
        "of the run, for its report (needs kampyn-perf[profile]).",
        rich_help_panel=OUTPUT,
    ),
]
LiveReport = Annotated[
    int | None,
    live_report_option(
        "Serve the report on this port of loopback while the run goes on, and /metrics for "
        "Prometheus; 0 takes any free port.",
        OUTPUT,
    ),
]
Otlp = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Send metrics, and traces of slow and failed sessions, to this OpenTelemetry receiver "
        "while the run goes on, as http://localhost:4318; needs kampyn-perf[otel].",
        rich_help_panel=OUTPUT,
    ),
]
PushGateway = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Push metrics to this Prometheus push gateway while the run goes on.",
        rich_help_panel=OUTPUT,
    ),
]
AllowHost = Annotated[list[str] | None, allow_host_option(TARGET)]
Json = Annotated[bool, json_option(OUTPUT)]
