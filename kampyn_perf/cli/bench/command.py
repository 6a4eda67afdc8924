"""The flags of `kampyn-perf bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.bench import defaults
from kampyn_perf.cli import completion
from kampyn_perf.cli import flags as common
from kampyn_perf.cli.importing import importing

HELP = """
Measure named cases: average, P50, P95 and P99, each with its 95 % interval.

Cases are functions under `@bench.case` in Python files, or the built-in suites: `http` (each
endpoint of the target), `db` (each hot query), `cache`, `auth`, and `generator` (what a run with
one generator carries on this machine, beside Locust, k6 and others). Without a name the first four
run, on the bundled backend and the embedded store and cache. Percentiles are the document's,
`sorted[floor(n * p)]`.

Your own cases, some of them, with parameters:

\b
  kampyn-perf bench my_benchmarks.py -k encode --param lines=10,100

The queries on a MongoDB; reads only, unless --allow-writes is given:

\b
  kampyn-perf bench db --db mongodb://127.0.0.1:27017/kampyn

A backend of your own, with one and with eight clients:

\b
  kampyn-perf bench http --target http://127.0.0.1:5001 --param clients=1,8

Exit codes: 0 all cases measured, 1 a case failed, 2 usage, 3 what a case measures cannot be
reached, 130 / 143 interrupted (the result is kept).
"""


def bench(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SUITE|FILE]...",
            autocompletion=completion.suites,
            help="Built-in suites or Python files. Default: http db cache auth.",
            show_default=False,
        ),
    ] = None,
    keyword: Annotated[
        str,
        typer.Option("-k", metavar="WORDS", help="Only cases of this name; takes *, not, and, or."),
    ] = "",
    iterations: Annotated[
        int, typer.Option("--iterations", "-n", min=1, metavar="N", help="Calls of each case.")
    ] = defaults.ITERATIONS,
    rounds: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="The cases take turns so often, so that each meets all moods of the machine; "
            "set-ups are made anew for each round.",
        ),
    ] = defaults.ROUNDS,
    warm_up: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="CALLS",
            help="Calls before each round, in no number. [default: a tenth of its "
            "calls, 100 at most]",
            show_default=False,
        ),
    ] = None,
    max_time: Annotated[
        str,
        typer.Option(
            metavar="DURATION", help="No call of a case begins later than this after its first."
        ),
    ] = defaults.MAX_TIME,
    timeout: Annotated[
        str,
        typer.Option(metavar="DURATION", help="A call that takes longer is ended, and failed."),
    ] = defaults.TIMEOUT,
    max_failures: Annotated[
        int, typer.Option(min=1, metavar="N", help="A case ends after this many failed calls.")
    ] = defaults.MAX_FAILURES,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Values of a parameter, as size=10,100; may be given again.",
        ),
    ] = None,
    gc: Annotated[bool, typer.Option("--gc", help="Leave Python's garbage collector on.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="Name the cases, run none.")] = False,
    json: common.Json = False,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="[json|markdown|csv|pytest-benchmark]",
            help="The result in this form, on stdout.",
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The run's folder. Default: a new one in ./reports."),
    ] = None,
    tag: common.Tags = None,
    note: common.Note = "",
    target: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE|URL",
            autocompletion=completion.targets,
            help="http: a URL, or a file of configs/targets. Default: the bundled backend.",
        ),
    ] = "",
    url: Annotated[str, typer.Option(metavar="URL", help="http: where a named target is.")] = "",
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="http: ids and credentials, as `backend seed` writes them.",
        ),
    ] = None,
    allow_host: common.AllowHost = None,
    db: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="db: `mongodb://host/database` or `sqlite:///path`. Default: a seeded SQLite.",
        ),
    ] = "",
    allow_writes: Annotated[
        bool,
        typer.Option(
            "--allow-writes",
            help="db: also bulk updates and inserts on the database of --db.",
        ),
    ] = False,
    redis: Annotated[
        str,
        typer.Option(metavar="URL", help="cache: `redis://host`. Default: an embedded server."),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="One value of the bundled backend, as backend.passwords.iterations=3; may be "
            "given again.",
        ),
    ] = None,
) -> int:
    with importing():
        from kampyn_perf.bench.request import SuiteSettings
        from kampyn_perf.cli.bench.flags import BenchFlags
        from kampyn_perf.cli.bench.run import run
        from kampyn_perf.config import own_sets

    flags = BenchFlags(
        what=tuple(what or ()),
        keyword=keyword,
        iterations=iterations,
        rounds=rounds,
        warmup=warm_up,
        max_time=max_time,
        timeout=timeout,
        max_failures=max_failures,
        params=tuple(param or ()),
        gc=gc,
        list_only=list_only,
        form=form or ("json" if json else ""),
        out=out,
        tags=tuple(tag or ()),
        note=note,
        suites=SuiteSettings(
            target=target,
            url=url,
            data=data,
            allow_hosts=tuple(allow_host or ()),
            db=db,
            allow_writes=allow_writes,
            redis=redis,
            sets=tuple(own_sets(set_ or (), "backend")),
        ),
    )
    return int(run(flags))


bench.__doc__ = HELP
