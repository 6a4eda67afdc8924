"""The command line of `kampyn-perf compare`: its help, and each flag with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.compare import options
from kampyn_perf.cli.flags import JUDGED, json_option
from kampyn_perf.compare.settings import MARGIN, RATE_MARGIN, Condition
from kampyn_perf.errors import KampynError
from kampyn_perf.report.comparison import Format
from kampyn_perf.stats.between_runs import BETWEEN_RUNS
from kampyn_perf.units import format_percent

OUTPUT = "What is told and kept"

HELP = """
Compare runs, base against new: improved, no meaningful change, regressed, or inconclusive.

A run is a folder, its result.json, latest-load, or a tag (the newest run that has it); several make
a side stronger: main@5 are the five newest with the tag main, and commas and patterns do as well.
Exit codes: 0 nothing regressed, 1 a regression, 2 usage, 4 the two cannot be compared, or, with
--strict, it is not decided.

\b
The newest load against the newest one tagged main:
  kampyn-perf compare main latest-load
\b
Five runs of each, the run as the unit; a change of 10 % or less does not matter:
  kampyn-perf compare main@5 branch@5 --margin 10%
\b
Run two things against each other, pair after pair in random order, until it is decided:
  kampyn-perf compare --run localhost:8000/items localhost:8001/items --rate 50 --for 20s
  kampyn-perf compare --run --new-set backend.store.indexes=none --profile quick
  kampyn-perf compare --run /items --base-start "node old.js {port}" \\
    --new-start "node new.js {port}"
\b
For CI: a job's summary, annotations, a JUnit file:
  kampyn-perf compare main latest-load --format markdown >> "$GITHUB_STEP_SUMMARY"
  kampyn-perf compare main latest-load --format junit --output junit.xml
\b
A page to look at:
  kampyn-perf compare main latest-load --format html --output comparison.html
"""


def compare(  # noqa: PLR0913 (one parameter for each flag)
    context: typer.Context,
    base: Annotated[
        str | None,
        typer.Argument(
            metavar="[BASE]",
            help="A run, or several.",
            autocompletion=completion.runs,
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]",
            help="What is compared with it. Default: the newest of its kind.",
            autocompletion=completion.runs,
            show_default=False,
        ),
    ] = None,
    *,
    run: options.Run = False,
    pairs: options.Pairs = options.PAIRS,
    decide_on: options.DecideOn = options.Decider.P95,
    without_control: options.WithoutControl = False,
    base_set: options.BaseSet = None,
    new_set: options.NewSet = None,
    base_start: options.BaseStart = "",
    new_start: options.NewStart = "",
    health: options.Health = "/",
    profile: options.Profile = None,
    rate: options.Rate = None,
    length: options.Length = None,
    warm_up: options.WarmUp = None,
    flow: options.Flow = None,
    data: options.Data = None,
    config: options.Config = None,
    sets: options.Sets = None,
    seed: options.Seed = None,
    allow_host: options.AllowHost = None,
    more_base: Annotated[
        list[str] | None,
        typer.Option("--base", metavar="RUN", help="One more run of the base. May be given again."),
    ] = None,
    more_new: Annotated[
        list[str] | None,
        typer.Option(
            "--new", metavar="RUN", help="One more run of the new side. May be given again."
        ),
    ] = None,
    margin: Annotated[
        str,
        typer.Option(
            metavar="PERCENT",
            help="Changes up to this do not matter.",
            rich_help_panel=JUDGED,
        ),
    ] = format_percent(MARGIN),
    rate_margin: Annotated[
        str,
        typer.Option(
            metavar="PERCENT",
            help="The same for shares of failed requests, as a difference.",
            rich_help_panel=JUDGED,
        ),
    ] = format_percent(RATE_MARGIN),
    between_runs: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="By how much two runs of one system are taken to differ, where there is only one "
            "on each side. 0: the answer is about these two runs, not about the system. Default: "
            "as 5 or more stored runs of the same configuration did, or else "
            f"{format_percent(BETWEEN_RUNS)}.",
            rich_help_panel=JUDGED,
            show_default=False,
        ),
    ] = None,
    allow: Annotated[
        list[Condition] | None,
        typer.Option(
            help="What need not be alike, since it is what is compared. May be given again.",
            rich_help_panel=JUDGED,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="What is not decided is no success (4); the default where the variable CI is set.",
            rich_help_panel=JUDGED,
        ),
    ] = False,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Not strict, in CI either.", rich_help_panel=JUDGED)
    ] = False,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every figure, also those that only explain and did not change.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    form: Annotated[
        Format,
        typer.Option("--format", help="The comparison in this form.", rich_help_panel=OUTPUT),
    ] = Format.TABLE,
    json: Annotated[bool, json_option(OUTPUT)] = False,
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Put it into this file. Default: stdout.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> int:
    from kampyn_perf.cli.compare.flags import Judging, Output, percent
    from kampyn_perf.cli.compare.stored import compare_stored

    judging = Judging(
        margin=percent(margin, "--margin"),
        rate_margin=percent(rate_margin, "--rate-margin"),
        between_runs=None if between_runs is None else percent(between_runs, "--between-runs"),
        allowed=tuple(allow or ()),
        strict=strict,
        lenient=lenient,
    )
    output = Output(form=Format.JSON if json else form, out=output_file, everything=everything)
    _check_given(context, run=run)
    if run:
        from kampyn_perf.cli.compare.paired import PairFlags, Side, compare_pairs
        from kampyn_perf.load import DirectSchedule, LoadOptions

        flags = PairFlags(
            base=Side(what=base or "", sets=tuple(base_set or ()), start=base_start),
            new=Side(
                what=(base if new is None else new) or "",
                sets=tuple(new_set or ()),
                start=new_start,
            ),
            options=LoadOptions(
                schedule=DirectSchedule(rate=rate, length=length),
                profile=profile,
                warm_up=warm_up,
                flows=tuple(flow or ()),
                data=data,
                config=config,
                sets=tuple(sets or ()),
                seed=seed,
                allow_hosts=tuple(allow_host or ()),
            ),
            most=pairs,
            decide_on=decide_on.value,
            control=not without_control,
            health=health,
            seed=1 if seed is None else seed,
        )
        return int(compare_pairs(flags, judging, output))
    sides = (
        [*([base] if base else []), *(more_base or [])],
        [*([new] if new else []), *(more_new or [])],
    )
    return int(compare_stored(*sides, judging, output))


def _check_given(context: typer.Context, *, run: bool) -> None:
    """Raises KampynError for flags of the other way to compare."""
    for parameter in context.command.params:
        source = context.get_parameter_source(str(parameter.name))
        if source is None or source.name != "COMMANDLINE" or parameter.name == "run":
            continue
        panel = getattr(parameter, "rich_help_panel", None) or ""
        flag = parameter.opts[0]
        if flag in ("--base", "--new", "--between-runs") and run:
            raise KampynError(f"{flag} is about runs that were made; take it, or --run, out")
        if panel.startswith(options.RUN) and not run:
            raise KampynError(f"{flag} is about runs to be made: add --run")


compare.__doc__ = HELP
