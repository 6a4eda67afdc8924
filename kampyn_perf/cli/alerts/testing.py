"""`alerts test`: a recorded run, played through the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.alerts.options import Sets
from kampyn_perf.cli.flags import Json, RulesName
from kampyn_perf.errors import ExitCode


def test(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]",
            autocompletion=completion.loads,
            help="A run folder or its result.json. [default: the newest load]",
            show_default=False,
        ),
    ] = None,
    *,
    rules: RulesName = "alerts",
    sets: Sets = [],  # noqa: B006 - typer's way to declare a repeatable option
    fail_on_alert: Annotated[
        bool, typer.Option("--fail-on-alert", help="Exit with 1 if anything would have fired.")
    ] = False,
    json: Json = False,
) -> int:
    """Play a recorded load through the rules: what would have fired, and when.

    Nothing is told to anybody: actions are left out.

    \b
    Examples:
      kampyn-perf alerts test
      kampyn-perf alerts test reports/latest --set 'alerts.high_error_rate.fires=> 1 %'
      kampyn-perf alerts test --alerts my-alerts.yaml --fail-on-alert --json
    """
    from kampyn_perf import names
    from kampyn_perf.alerts import Engine, replay
    from kampyn_perf.cli import console
    from kampyn_perf.cli.alerts import options, view
    from kampyn_perf.errors import KampynError
    from kampyn_perf.results import io
    from kampyn_perf.results.folder import RunKind, find_newest, find_result
    from kampyn_perf.results.load import LoadResult

    engine = Engine(options.chosen(rules, sets))
    path = find_newest(RunKind.LOAD) if run is None else find_result(run)
    result = io.read(path, {names.LOAD_SCHEMA: LoadResult})
    try:
        replay(result, engine)
    except ValueError as error:  # what was written encoded is only read now
        raise KampynError(f"the result cannot be played: {error}", hint=io.DAMAGED) from error
    records = engine.records()
    if json:
        console.print_json([record.model_dump(mode="json") for record in records])
    else:
        with console.answering():
            console.say(f"{path} by {rules}")
            view.show_records(records, unmeasured=result.unmeasured)
    fired = any(record.firings for record in records)
    return ExitCode.FAILED if fired and fail_on_alert else ExitCode.OK
