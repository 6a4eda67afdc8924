"""`indexes advise`: which index is missing, by what a server recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.flags import Force, Json
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.indexes.model.catalogue import Catalogue
    from kampyn_perf.indexes.service.advising import AdviceRequest, Advised
    from kampyn_perf.results.load import LoadResult


def advise(  # noqa: PLR0913, PLR0917 - a flag each
    log: Annotated[
        list[str],
        typer.Argument(
            metavar="[LOG]...",
            help="Logs of mongod (4.4 and newer) or of the reference backend, plain or gzip; "
            "`-` is standard input.",
        ),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable argument
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    profiler: Annotated[
        bool, typer.Option("--profiler", help="Read what the profiler recorded (system.profile).")
    ] = False,
    query_stats: Annotated[
        bool, typer.Option("--query-stats", help="Read $queryStats (Atlas, M10 and larger).")
    ] = False,
    load: Annotated[
        Path | None,
        typer.Option(
            "--load",
            metavar="RUN",
            autocompletion=completion.runs,
            help="Only what was recorded while this load ran, with the flow and step that sent it: "
            "a run folder, or its result.json.",
            show_default=False,
        ),
    ] = None,
    least: Annotated[
        int,
        typer.Option(
            "--min-count",
            min=1,
            metavar="NUMBER",
            help="Advise nothing for fewer operations than this.",
        ),
    ] = 2,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the advised indexes into this file, as a catalogue to plan.",
        ),
    ] = None,
    values: Annotated[
        bool,
        typer.Option(
            "--values",
            help="With -o: the first recorded values as the queries' parameters. They are of real "
            "documents.",
        ),
    ] = False,
    force: Force = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show the shapes with which nothing is wrong, too.")
    ] = False,
    json: Json = False,
) -> int:
    """Say which indexes are missing, by the slow operations that a server recorded.

    Each rests on a query shape and its numbers; a shape that no index helps says why. With --db,
    the indexes that are there count, the size of new ones is estimated, and arrays are seen.

    \b
    Examples:
      kampyn-perf indexes advise mongod.log mongod.log.1.gz
      kampyn-perf indexes advise mongod.log --db mongodb://localhost:27017/kampyn -o advised.yaml
      kampyn-perf indexes advise --profiler --db mongodb://localhost:27017/kampyn
      kampyn-perf indexes advise .kampyn/logs/error.log --db sqlite:///.kampyn/backend.db
      kampyn-perf indexes advise .kampyn/logs/error.log --load reports/latest-load
    """
    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes.service.advising import AdviceRequest
    from kampyn_perf.indexes.text.advise import advice_json, advice_lines

    if not (log or profiler or query_stats):
        raise KampynError("nothing to read", hint="Name a log file, or give --profiler with --db.")
    if output and output.exists() and not force:
        raise KampynError(f"{output} is there already", hint="Give another name, or --force.")
    wanted = options.load_catalogue(catalogue)
    request = AdviceRequest(
        catalogue=wanted,
        logs=tuple(log),
        profiler=profiler,
        query_stats=query_stats,
        least=least,
        load=_result(load) if load else None,
    )
    advised = _advised(request, wanted, uri)
    for source in advised.sources:
        say(source, style="dim")
    if json:
        print_json(advice_json(advised.report, advised.sources))
    else:
        options.print_lines(advice_lines(advised.report, everything=everything))
    for note in advised.notes:
        say(note, style="yellow")
    if not advised.report.operations:
        raise KampynError(
            "no slow operation was found, so nothing is known",
            code=ExitCode.NO_VERDICT,
            hint="mongod logs what takes longer than slowms (100 ms by default); the reference "
            "backend, longer than slow.query.",
        )
    if output:
        _write(output, advised, wanted, values)
    return ExitCode.OK


def _advised(request: AdviceRequest, catalogue: Catalogue, uri: str) -> Advised:
    """The server is asked where it is named, or where it has the records."""
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.advise_view import AdviceView
    from kampyn_perf.indexes.service.advising import advise_indexes

    with AdviceView() as view:
        if not (uri or request.profiler or request.query_stats):
            return advise_indexes(request, None, view)
        with options.databases(catalogue, uri) as databases:
            return advise_indexes(request, databases, view)


def _result(run: Path) -> LoadResult:
    from kampyn_perf.cli.judging import read_run
    from kampyn_perf.results.load import LoadResult

    _folder, result = read_run(run)
    if not isinstance(result, LoadResult):
        raise KampynError(f"{run} is no load")
    return result


def _write(path: Path, advised: Advised, base: Catalogue, values: bool) -> None:
    from kampyn_perf.cli.console import say
    from kampyn_perf.config import parse_yaml
    from kampyn_perf.files import write_whole
    from kampyn_perf.indexes.catalogue.load import load_catalogue
    from kampyn_perf.indexes.catalogue.write import catalogue_yaml
    from kampyn_perf.indexes.text.advised import advised_catalogue

    if not advised.report.advice:
        say(f"{path} is not written: there is nothing to advise")
        return
    catalogue = advised_catalogue(advised.report, base, values=values)
    comment = "Advised, not decided. From:\n" + "\n".join(advised.sources)
    text = catalogue_yaml(catalogue, comment=comment)
    load_catalogue(parse_yaml(text, str(path)))
    write_whole(path, text)
    without = sum(not entry.serves for part in catalogue.collections for entry in part.entries)
    if without:
        more = "" if values else "; --values takes those that were recorded"
        say(f"{without} without a query of its own: there are no values for it{more}")
    say(f"wrote {path}; next: kampyn-perf indexes plan -c {path}")
