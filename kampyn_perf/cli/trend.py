"""`kampyn-perf trend`: one figure over the runs that were kept, and where it changed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kampyn_perf.compare.history import History


class Form(StrEnum):
    """What a trend can be written as."""

    TABLE = "table"
    """A plot of characters, for the terminal."""
    JSON = "json"
    HTML = "html"
    """A page with the plot."""


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
    form: Annotated[Form, typer.Option("--format", help="The trend in this form.")] = Form.TABLE,
    json: Json = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Put it into this file. Default: stdout.",
        ),
    ] = None,
) -> int:
    """Show a figure over the history of runs, with the points at which it changed for good.

    Change points are those of E-divisive with a permutation test at 5 %: a single slow run is none.

    \b
    Examples:
      kampyn-perf trend
      kampyn-perf trend "POST /order/{userId} p99" --with main --json
      kampyn-perf trend p99 --format html --output trend.html
    """
    from kampyn_perf.cli import console
    from kampyn_perf.compare.history import history
    from kampyn_perf.files import write_whole
    from kampyn_perf.results import store as kept

    reference = kept.run_of(like) if like else None
    past = history(kept.runs(store), metric, like=reference, tag=tag, last=last)
    form = Form.JSON if json else form
    if form is Form.TABLE and output is None:
        with console.answering():
            lines = _lines(past, width=min(console.line_width() or 100, 100))
            for number, line in enumerate(lines):
                console.say(line, style=None if number else "bold")
        return 0
    document = _document(past, form)
    if output is None:
        console.print_bytes(document)
    else:
        write_whole(output, document)
    return 0


def _document(past: History, form: Form) -> bytes:
    import orjson

    match form:
        case Form.JSON:
            return orjson.dumps(past.plain(), option=orjson.OPT_INDENT_2) + b"\n"
        case Form.HTML:
            from kampyn_perf.cli.reports.trend import page_of

            return page_of(past)
        case Form.TABLE:
            return ("\n".join(_lines(past, width=100)) + "\n").encode()


def _lines(past: History, *, width: int) -> Iterator[str]:
    from kampyn_perf.cli.reports.trend import sentence
    from kampyn_perf.cli.reports.view import value_text
    from kampyn_perf.report.spark import chart
    from kampyn_perf.units import counted

    low, high = min(past.values), max(past.values)
    yield (
        f"{past.metric}: {counted(len(past.values), 'run')}, "
        f"{value_text(past.metric, low)} to {value_text(past.metric, high)}"
    )
    yield from chart(past.values, [point.at for point in past.points], width=width)
    yield f"{past.runs[0].name}  to  {past.runs[-1].name}"
    yield from (sentence(past, point) for point in past.points)
    if not past.points:
        yield "no change point"
    if past.left_out:
        yield f"left out: {'; '.join(past.left_out)}"
