"""Flags that mean the same in every command that has them, each declared once.

The vocabulary: `--out` is a folder, `--output` a file, `--db` a database; a DURATION has a unit
(`5s`); `--set` takes the same paths everywhere. What a flag was called before: `old_names`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kampyn_perf.cli import completion

JUDGED = "How it is judged"
OUTPUT = "What is told and kept"


def json_option(group: str | None = None) -> Any:
    """`--json`, in a group of a command's help."""
    return typer.Option("--json", help="Print the machine form on stdout.", rich_help_panel=group)


def allow_host_option(group: str | None = None) -> Any:
    """`--allow-host`, the same."""
    return typer.Option(
        "--allow-host",
        metavar="HOST",
        help="A host other than this machine that may be asked; may be given again.",
        rich_help_panel=group,
    )


def profile_option(group: str) -> Any:
    """`--profile`, of a load."""
    return typer.Option(
        metavar="NAME",
        autocompletion=completion.profiles,
        help="A profile of load.yaml: documented, quick, or your own.",
        rich_help_panel=group,
    )


def rate_option(group: str) -> Any:
    """`--rate`, of a load."""
    return typer.Option(
        metavar="RATE",
        help="Sessions per second, instead of a profile: 50.",
        rich_help_panel=group,
    )


def length_option(group: str) -> Any:
    """`--for`, of a load."""
    return typer.Option(
        "--for",
        metavar="DURATION",
        help="How long: 1m, 90s. Default: 30s.",
        rich_help_panel=group,
    )


def warm_up_option(group: str) -> Any:
    """`--warm-up`, of a load."""
    return typer.Option(
        metavar="DURATION",
        help="Load at the first phase's rate that comes first, and into no number.",
        rich_help_panel=group,
    )


def flow_option(group: str) -> Any:
    """`--flow`, of a load."""
    return typer.Option(
        metavar="NAME",
        help="Only this flow (any part of its name); may be given again.",
        rich_help_panel=group,
    )


def data_option(group: str) -> Any:
    """`--data`, of a load."""
    return typer.Option(
        metavar="FILE",
        help="The file of ids and credentials, as `backend seed` writes it.",
        rich_help_panel=group,
    )


def config_option(group: str) -> Any:
    """`--config`, of a load."""
    return typer.Option(
        metavar="FILE",
        help="A load.yaml of your own. Default: configs/load.yaml.",
        rich_help_panel=group,
    )


def live_report_option(words: str, group: str | None = None) -> Any:
    """`--live-report`, of what goes on for a while."""
    return typer.Option(
        "--live-report", min=0, max=65535, metavar="PORT", help=words, rich_help_panel=group
    )


Json = Annotated[bool, json_option()]
AllowHost = Annotated[list[str] | None, allow_host_option()]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
Slo = Annotated[
    str | None,
    typer.Option(
        "--slo",
        metavar="NAME|FILE",
        help="The objectives: a name in configs/, or a file. Default: slo for KAMPYN's API, "
        "slo-api for any other.",
        show_default=False,
        rich_help_panel=JUDGED,
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="RUN",
        autocompletion=completion.runs,
        help='The earlier run that targets such as "<= +10 %" are about.',
        show_default=False,
        rich_help_panel=JUDGED,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Exit with 4 when a required objective was not decided; the default where the "
        "variable CI is set.",
        rich_help_panel=JUDGED,
    ),
]
Lenient = Annotated[
    bool,
    typer.Option("--lenient", help="Not strict, in CI either.", rich_help_panel=JUDGED),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="A name for the run, usable wherever a run is expected; may be given again.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Note = Annotated[
    str,
    typer.Option(
        "--note",
        metavar="TEXT",
        help="What the run is for, kept beside it.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
RulesName = Annotated[
    str,
    typer.Option(
        "--alerts",
        metavar="NAME|FILE",
        help="The rules of alerts: a name in configs/, or a file.",
        rich_help_panel=JUDGED,
    ),
]
