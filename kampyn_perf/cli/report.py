"""`kampyn-perf report`: a run of any age -> a document."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.compare.settings import Condition

if TYPE_CHECKING:
    from kampyn_perf.report.html import Against
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


class Form(StrEnum):
    """What a load can be shown as."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    HGRM = "hgrm"
    HLOG = "hlog"
    OPENMETRICS = "openmetrics"
    JUNIT = "junit"


def report(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]",
            autocompletion=completion.runs,
            help="A run folder, its result.json, or a comparison kept as JSON. "
            "[default: the newest load]",
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
    against: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="RUN",
            autocompletion=completion.runs,
            help="An earlier load (a folder, a result.json, a tag): the page has the comparison "
            "with it, and its lines in the charts.",
            show_default=False,
        ),
    ] = None,
    allow: Annotated[
        list[Condition] | None,
        typer.Option(help="What need not be alike in the two. May be given again."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser afterwards.")
    ] = False,
) -> int:
    """Make a document of a run, however old: a page to look at, or a file for another tool.

    The verdict in it is the one that the run has; a run without one is judged by the objectives of
    its target. Searches for capacity, and comparisons that were kept as JSON, have a page too.

    \b
    The page of the newest load, opened:
      kampyn-perf report --open
    \b
    The newest load beside an earlier one, in one page:
      kampyn-perf report --baseline main --open
    \b
    That of a search for capacity:
      kampyn-perf report latest-capacity
    \b
    For a pull request, a spreadsheet, HdrHistogram's plotter and log tools, a time-series database:
      kampyn-perf report reports/before --format markdown >> summary.md
      kampyn-perf report --format csv --output load.csv
      kampyn-perf report --format hgrm > response.hgrm
      kampyn-perf report --format hlog > response.hlog
      kampyn-perf report --format openmetrics
    """
    from kampyn_perf.cli import console, judging, pages
    from kampyn_perf.errors import KampynError
    from kampyn_perf.files import write_whole
    from kampyn_perf.results.io import dumps
    from kampyn_perf.results.load import LoadResult

    if show and form is not Form.HTML:
        raise KampynError(f"--open shows a page, and --format {form.value} makes none")
    if against and form is not Form.HTML:
        raise KampynError(
            f"--baseline is for the page, and --format {form.value} makes none",
            hint="kampyn-perf compare makes other documents of a comparison.",
        )
    path, other = pages.read_other(run)
    if other is not None:
        if against:
            raise KampynError(f"--baseline compares loads, and {path} is none")
        if form not in (Form.HTML, Form.JSON):
            raise KampynError(f"{path} is no load: there are only --format html and json of it")
        document = pages.page_of(other, path) if form is Form.HTML else dumps(other)
    else:
        path, result = judging.read_run(run)
        if not isinstance(result, LoadResult):
            raise KampynError(
                f"{path} is a benchmark, of which there is no report",
                hint="kampyn-perf bench --format makes documents of benchmarks.",
            )
        folder = path.parent
        verdict = judging.stored_verdict(folder) or judging.usual_verdict(result, folder)
        compared = None
        if against:
            compared = pages.against(str(against), result, path, allowed=allow or ())
        document = _document(result, verdict, form, path, compared)
    if form is Form.HTML:
        return _put(document, output or pages.place_of(path), show=show)
    if output is None:
        console.print_bytes(document)
    else:
        write_whole(output, document)
    return 0


def _put(document: bytes, place: Path, *, show: bool) -> int:
    from kampyn_perf.cli import console
    from kampyn_perf.files import write_whole

    write_whole(place, document, hint="Name another place with --output FILE.")
    console.say(f"Report: {place}")
    if show:
        typer.launch(place.resolve().as_uri())
    return 0


def _document(
    result: LoadResult, verdict: Verdict, form: Form, path: Path, against: Against | None
) -> bytes:
    from kampyn_perf.cli import pages
    from kampyn_perf.report import load
    from kampyn_perf.report import verdict as of_verdict
    from kampyn_perf.results.io import dumps

    match form:
        case Form.HTML:
            return pages.load_page_of(result, verdict, folder=path.parent, against=against)
        case Form.MARKDOWN | Form.JUNIT:
            return of_verdict.export(verdict, of_verdict.Format(form.value), result=result)
        case Form.JSON:
            return dumps(result)
        case _:
            return load.export(result, load.Format(form.value), verdict=verdict)
