"""`kampyn-perf check`: a result and objectives -> verdict -> table, file, exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf import names
from kampyn_perf.cli import completion, flags
from kampyn_perf.cli.selecting import Match, MatchNode, selector_of
from kampyn_perf.cli.thresholds import Tool, show
from kampyn_perf.errors import KampynError
from kampyn_perf.report.verdict import Format, export

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


def check(  # noqa: PLR0913 - one parameter for each flag
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN]...",
            autocompletion=completion.runs,
            help="A run folder, its result.json, or latest-bench; several are judged together. "
            "[default: the newest load]",
            show_default=False,
        ),
    ] = None,
    *,
    slo: flags.Slo = None,
    baseline: flags.Baseline = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="One value, as slo.objectives.cpu.target='< 60 %'; may be given again.",
            rich_help_panel=flags.JUDGED,
        ),
    ] = None,
    strict: flags.Strict = False,
    lenient: flags.Lenient = False,
    allow_partial: Annotated[
        bool,
        typer.Option(
            "--allow-partial",
            help="Let a run that ended early pass.",
            rich_help_panel=flags.JUDGED,
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say more: the reason of every outcome, and what a missed goal coincides with.",
        ),
    ] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Only list what objectives may be about.")
    ] = False,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="NAME",
            autocompletion=completion.metrics,
            help="Only tell about this metric; may be given again.",
        ),
    ] = None,
    thresholds: Annotated[
        Tool | None,
        typer.Option(
            "--thresholds",
            help="Only print the objectives as k6's `thresholds`, Artillery's `ensure`, OpenSLO's "
            "documents or Prometheus's alerting rules.",
        ),
    ] = None,
    match: Match = [],  # noqa: B006 - typer's way to declare a repeatable option
    match_node: MatchNode = [],  # noqa: B006
    json: flags.Json = False,
    form: Annotated[
        Format | None, typer.Option("--format", help="The verdict in this form, on stdout.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Put it into this file, in the form of --format, or else as JSON.",
        ),
    ] = None,
) -> int:
    """Judge a run, or several together, by objectives: exit code 0 passed, 1 failed, 4 no verdict.

    \b
    The newest load by the built-in objectives; one of them stricter, and no doubt allowed:
      kampyn-perf check
      kampyn-perf check latest-load --strict --set 'slo.objectives.cpu.target=< 60 %'
    \b
    The newest benchmark:
      kampyn-perf check latest-bench --slo my-objectives.yaml
    \b
    A load and a capacity search, of which each answers what the other cannot:
      kampyn-perf check latest-load latest-capacity --strict
    \b
    For CI: a JUnit file, a job's summary, annotations at the objectives' lines:
      kampyn-perf check --format junit --output junit.xml
      kampyn-perf check --format markdown >> "$GITHUB_STEP_SUMMARY"
      kampyn-perf check --format github
    \b
    The objectives in the words of another tool (k6, artillery, openslo, prometheus):
      kampyn-perf check --thresholds k6
      kampyn-perf check --thresholds openslo --match job=kampyn --output slo.openslo.yaml
    \b
    What objectives may be about, and one of it:
      kampyn-perf check --metrics
      kampyn-perf check --metric response_time
    """
    if thresholds is not None or match or match_node:
        selector = selector_of(match, match_node)
        return show(thresholds, slo, sets or (), selector=selector, output=output)
    if metrics or metric:
        return _list_metrics(metric or (), json=json)
    from kampyn_perf.cli import alike, console, failures_view, judging, run_view, verdict_view
    from kampyn_perf.config import own_sets
    from kampyn_perf.files import write_whole
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.slo import judge, objectives

    values = own_sets(sets or (), "slo")
    if slo:
        objectives.load(slo, sets=values)  # its mistakes are told before those of a result
    read = [judging.read_judged(run) for run in runs or (None,)]
    (path, first), *others = read
    own = None if slo else judging.own_objectives(path.parent)
    slo = slo or objectives.usual_for(judging.target_name(first))
    goals = objectives.load(slo, sets=values, more=own)
    before = judging.read_run(baseline) if baseline else None
    verdict = judge(
        [result for _where, result in read],
        goals,
        strict=judging.is_strict(strict=strict, lenient=lenient),
        allow_partial=allow_partial,
        baseline=before[1] if before else None,
        apart=alike.apart_of(goals, before, (path, first)),
    )
    asked = form or (Format.JSON if json else None)
    placed = asked in (Format.GITHUB, Format.GITLAB)
    places = judging.objective_places(slo) if placed else {}
    document = export(
        verdict,
        asked or Format.JSON,
        result=None if others or isinstance(first, CapacityResult) else first,
        places=places,
    )
    if output is not None:
        write_whole(output, document)
    if not others:
        _keep(verdict, first, path.parent)
    if asked is not None and output is None:
        console.print_bytes(document)
    else:
        also = " and the script's own limits" if own and own.data else ""
        alone = first if isinstance(first, LoadResult) and not others else None
        with console.answering():
            for where, result in read:
                console.say(f"{run_view.describe(result, where)}, by {slo}{also}")
            verdict_view.show(verdict, full=explain, result=alone)
            for _where, result in read:
                if isinstance(result, LoadResult):
                    failures_view.show(result.failures)
    judging.say_why_strict(verdict, asked=strict)
    return int(verdict.exit_code)


def _keep(
    verdict: Verdict, result: LoadResult | BenchResult | CapacityResult, folder: Path
) -> None:
    """Beside the result it is a courtesy: a folder that cannot be written spoils no verdict. A page
    that is there says the same again."""
    from kampyn_perf.cli import console, judging, pages
    from kampyn_perf.results.load import LoadResult

    try:
        judging.write_verdict(verdict, folder / names.VERDICT_FILE)
    except KampynError as error:
        console.say(f"note: the verdict was not kept: {error.message}", style="yellow")
        return
    if isinstance(result, LoadResult) and (folder / names.REPORT_FILE).exists():
        pages.keep(result, verdict, folder=folder)


def _list_metrics(only: Sequence[str], *, json: bool) -> int:
    from kampyn_perf.cli import console
    from kampyn_perf.slo.metrics import METRICS
    from kampyn_perf.slo.targets import example_of
    from kampyn_perf.suggest import did_you_mean

    for name in only:
        if name not in METRICS:
            hint = did_you_mean(name, METRICS, otherwise="check --metrics lists them.")
            raise KampynError(f"no such metric: {name}", hint=hint)
    chosen = [METRICS[name] for name in only] or list(METRICS.values())
    if json:
        console.print_json(
            [
                {
                    "metric": metric.name,
                    "unit": metric.unit.value,
                    "statistics": list(metric.statistics),
                    "scopes": [kind.value for kind in metric.scopes],
                    "more_is_better": metric.more_is_better,
                    "meaning": metric.meaning,
                }
                for metric in chosen
            ]
        )
        return 0
    with console.answering():
        for metric in chosen:
            example = example_of(metric.unit, more_is_better=metric.more_is_better)
            console.say(f"{metric.name}  {example}", style="bold")
            console.say(f"  {metric.meaning}")
            console.say(f"  statistics: {', '.join(metric.statistics)}", style="dim")
            console.say(f"  scopes: {', '.join(kind.value for kind in metric.scopes)}", style="dim")
    return 0
