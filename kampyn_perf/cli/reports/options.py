"""Flags that the commands of `reports` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion

RunName = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="A run folder, latest-load, or a tag.",
        autocompletion=completion.runs,
        show_default=False,
    ),
]
Store = Annotated[
    Path,
    typer.Option(metavar="FOLDER", help="The folder of runs."),
]
