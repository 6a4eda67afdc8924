"""The flags of `compare --run`: what is run against each other."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.flags import allow_host_option
from kampyn_perf.compare.settings import MOST_PAIRS

RUN = "With --run"
LOAD = "With --run: the load of each run, as in kampyn-perf load"


class Decider(StrEnum):
    """The figure of the whole that decides when it ends."""

    P50 = "p50"
    P95 = "p95"
    P99 = "p99"


Run = Annotated[
    bool,
    typer.Option(
        "--run",
        help="BASE and NEW are run against each other, pair after pair, until it is decided: "
        "URLs, targets, or the bundled backend where none are named.",
        rich_help_panel=RUN,
    ),
]
Pairs = Annotated[
    int,
    typer.Option(metavar="N", min=1, max=1000, help="So many at most.", rich_help_panel=RUN),
]
PAIRS = MOST_PAIRS
DecideOn = Annotated[
    Decider,
    typer.Option("--decide-on", help="The response time that it waits for.", rich_help_panel=RUN),
]
WithoutControl = Annotated[
    bool,
    typer.Option(
        "--without-control",
        help="Do not run the base against itself beside each pair: a third less time, and "
        "nobody sees whether the machine makes differences of its own.",
        rich_help_panel=RUN,
    ),
]
_SET = "A setting of one side only, as --set has it; may be given again."
BaseSet = Annotated[
    list[str] | None,
    typer.Option("--base-set", metavar="KEY=VALUE", help=_SET, rich_help_panel=RUN),
]
NewSet = Annotated[
    list[str] | None,
    typer.Option("--new-set", metavar="KEY=VALUE", help=_SET, rich_help_panel=RUN),
]
_START = (
    "Starts the server before each run of this side, with {port} for a free port; BASE and NEW are "
    "then paths, or targets."
)
BaseStart = Annotated[
    str,
    typer.Option("--base-start", metavar="COMMAND", help=_START, rich_help_panel=RUN),
]
NewStart = Annotated[
    str,
    typer.Option("--new-start", metavar="COMMAND", help=_START, rich_help_panel=RUN),
]
Health = Annotated[
    str,
    typer.Option(
        metavar="PATH", help="What such a server answers once it is ready.", rich_help_panel=RUN
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        autocompletion=completion.profiles,
        metavar="NAME",
        help="A profile of load.yaml: documented, quick, or your own.",
        rich_help_panel=LOAD,
    ),
]
Rate = Annotated[
    str | None,
    typer.Option(
        metavar="RATE",
        help="Sessions per second, instead of a profile: 50.",
        rich_help_panel=LOAD,
    ),
]
Length = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="DURATION",
        help="How long: 1m, 90s. Default: 30s.",
        rich_help_panel=LOAD,
    ),
]
WarmUp = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="Load at the first phase's rate that comes first, and into no number.",
        rich_help_panel=LOAD,
    ),
]
Flow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Only this flow (any part of its name); may be given again.",
        rich_help_panel=LOAD,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The file of ids and credentials, as `backend seed` writes it.",
        rich_help_panel=LOAD,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A load.yaml of your own. Default: configs/load.yaml.",
        rich_help_panel=LOAD,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="One value of load.yaml (config.maxVusers=500) or of the bundled backend "
        "(backend.workers=2), for both sides; may be given again.",
        rich_help_panel=LOAD,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Decides the order of flows, arrivals, and of the runs.",
        rich_help_panel=LOAD,
    ),
]
AllowHost = Annotated[list[str] | None, allow_host_option(LOAD)]
