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
