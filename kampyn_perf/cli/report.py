"""`kampyn-perf report`: a run of any age -> a document."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli import completion

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


class Form(StrEnum):
    """What a load can be shown as."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    HGRM = "hgrm"
    OPENMETRICS = "openmetrics"
    JUNIT = "junit"


def report(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]",
            autocompletion=completion.runs,
            help="A run folder or its result.json. [default: the newest load]",
            show_default=False,
        ),
    ] = None,
    *,
    form: Annotated[
        Form, typer.Option("--format", help="What to make of it.", show_default=True)
    ] = Form.HTML,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write. Default: report.html in the run's folder; anything but HTML "
            "goes to stdout.",
            show_default=False,
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser afterwards.")
    ] = False,
) -> int:
    """Make a document of a run, however old: a page to look at, or a file for another tool.

    The verdict in it is the one that the run has; a run without one is judged by the objectives of
    its target.

    \b
    The page of the newest load, opened:
      kampyn-perf report --open
    \b
    For a pull request, a spreadsheet, HdrHistogram's plotter, a time-series database:
      kampyn-perf report reports/before --format markdown >> summary.md
      kampyn-perf report --format csv --output load.csv
      kampyn-perf report --format hgrm > response.hgrm
      kampyn-perf report --format openmetrics
    """
    from kampyn_perf import names
    from kampyn_perf.cli import console, judging, pages
    from kampyn_perf.errors import KampynError
    from kampyn_perf.files import write_whole
    from kampyn_perf.results.load import LoadResult

    path, result = judging.read_run(run)
    if not isinstance(result, LoadResult):
        raise KampynError(
            f"{path} is a benchmark; only loads have reports",
            hint="kampyn-perf bench --format makes documents of benchmarks.",
        )
    verdict = judging.stored_verdict(path.parent) or judging.usual_verdict(result)
    if form is Form.HTML:
        place = output or path.parent / names.REPORT_FILE
        pages.write(place, result, verdict, folder=path.parent)
        console.say(f"Report: {place}")
        if show:
            typer.launch(place.resolve().as_uri())
        return 0
    if show:
        raise KampynError(f"--open shows a page, and --format {form.value} makes none")
    document = _document(result, verdict, form)
    if output is None:
        console.print_bytes(document)
    else:
        write_whole(output, document)
    return 0


def _document(result: LoadResult, verdict: Verdict, form: Form) -> bytes:
    from kampyn_perf.report import load
    from kampyn_perf.report import verdict as of_verdict
    from kampyn_perf.results.io import dumps

    match form:
        case Form.MARKDOWN | Form.JUNIT:
            return of_verdict.export(verdict, of_verdict.Format(form.value), result=result)
        case Form.JSON:
            return dumps(result)
        case _:
            return load.export(result, load.Format(form.value), verdict=verdict)
