"""The flags of `compare --run`: what is run against each other."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli.flags import (
    allow_host_option,
    config_option,
    data_option,
    flow_option,
    length_option,
    profile_option,
    rate_option,
    warm_up_option,
)
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
Profile = Annotated[str | None, profile_option(LOAD)]
Rate = Annotated[str | None, rate_option(LOAD)]
Length = Annotated[str | None, length_option(LOAD)]
WarmUp = Annotated[str | None, warm_up_option(LOAD)]
Flow = Annotated[list[str] | None, flow_option(LOAD)]
Data = Annotated[Path | None, data_option(LOAD)]
Config = Annotated[Path | None, config_option(LOAD)]
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
