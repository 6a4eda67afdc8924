"""`kampyn-perf demo`: the whole story on the embedded backend, by commands of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[
        Path,
        typer.Option("--out", metavar="FOLDER", help="Where it works; a new or empty folder."),
    ] = Path("kampyn-demo"),
    orders: Annotated[
        int, typer.Option("--orders", min=1_000, metavar="N", help="Orders in the store.")
    ] = 500_000,
    length: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long each of the two loads takes.")
    ] = "30s",
    rate: Annotated[
        str, typer.Option("--rate", metavar="RATE", help="Sessions per second of the loads.")
    ] = "20",
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the report in the browser.")
    ] = False,
) -> int:
    """Show the whole story in about two minutes: a missed goal, why, the remedy, the proof.

    The embedded backend is served without its indexes over a large store and loaded; the missing
    index is found in its log, built, and the second load is compared with the first. Everything is
    really run and measured, and every command is printed as it can be typed.

    \b
    Examples:
      kampyn-perf demo
      kampyn-perf demo --orders 50000 --for 10s --no-open
    """
    from kampyn_perf.cli import console
    from kampyn_perf.cli.demo_steps import Demo

    story = Demo(folder, orders=orders, length=length, rate=rate)
    story.tell()
    console.say(story.summary())
    if not no_open and console.is_terminal():
        typer.launch(story.page.resolve().as_uri())
    return 0
