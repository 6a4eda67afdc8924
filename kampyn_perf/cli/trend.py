"""`kampyn-perf trend`: one figure over the runs that were kept, and where it changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json

if TYPE_CHECKING:
    from kampyn_perf.compare.history import History


def trend(
    metric: Annotated[
        str,
        typer.Argument(
            metavar="[METRIC]",
            help="A figure as `reports show` names it: p95, error_rate, 'POST /order/{userId} "
            "p99'. Any part of a name does, where only one has it.",
        ),
    ] = "p95",
    *,
    like: Annotated[
        Path | None,
        typer.Option(
            "--like",
            metavar="RUN",
            help="The history of this run: same schedule, flows, target and machine. Default: the "
            "newest.",
            show_default=False,
        ),
    ] = None,
    tag: Annotated[
        str | None, typer.Option("--with", metavar="TAG", help="Only runs with this tag.")
    ] = None,
    last: Annotated[
        int, typer.Option("--last", min=2, max=1000, metavar="N", help="So many runs at most.")
    ] = 200,
    store: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder of runs.")] = Path(
        "reports"
    ),
    json: Json = False,
) -> int:
    """Show a figure over the history of runs, with the points at which it changed for good.

    Change points are those of E-divisive with a permutation test at 5 %: a single slow run is none.

    \b
    Examples:
      kampyn-perf trend
      kampyn-perf trend "POST /order/{userId} p99" --with main --json
    """
    from kampyn_perf.cli import console
    from kampyn_perf.compare.history import history
    from kampyn_perf.results import store as kept

    reference = kept.run_of(like) if like else None
    found = history(kept.runs(store), metric, like=reference, tag=tag, last=last)
    if json:
        console.print_json(found.plain())
        return 0
    _show(found)
    return 0


def _show(found: History) -> None:
    from kampyn_perf.cli import console
    from kampyn_perf.cli.reports.view import value_text
    from kampyn_perf.report.spark import chart
    from kampyn_perf.units import counted

    low, high = min(found.values), max(found.values)
    console.say(
        f"{found.metric}: {counted(len(found.values), 'run')}, "
        f"{value_text(found.metric, low)} to {value_text(found.metric, high)}",
        style="bold",
    )
    width = min(console.line_width() or 100, 100)
    for line in chart(found.values, [point.at for point in found.points], width=width):
        console.say(line)
    console.say(f"{found.runs[0].name}  to  {found.runs[-1].name}", style="dim")
    for point in found.points:
        change = f"{(point.after / point.before - 1) * 100:+.3g} %" if point.before else "from 0"
        run = found.runs[point.at]
        commit = f", commit {run.summary.commit}" if run.summary.commit else ""
        note = f" ({run.tags.note})" if run.tags.note else ""
        console.say(
            f"changed at {run.name}{commit}{note}: {value_text(found.metric, point.before)} to "
            f"{value_text(found.metric, point.after)}, {change} (p = {point.p_value:.3g})"
        )
    if not found.points:
        console.say("no change point")
    if found.left_out:
        console.say(f"left out: {'; '.join(found.left_out)}", style="dim")
