"""One `kampyn-perf bench`: flags -> request -> one call -> what is shown of the result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kampyn_perf import bench, names
from kampyn_perf.bench.suite import Selected
from kampyn_perf.cli import naming
from kampyn_perf.cli.bench import generator_view, view
from kampyn_perf.cli.bench.flags import BenchFlags
from kampyn_perf.cli.bench.progress import Progress
from kampyn_perf.cli.bench.saver import make_folder
from kampyn_perf.cli.console import (
    answering,
    line_width,
    print_bytes,
    print_json,
    print_text,
    say,
    show,
)
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.report import bench as exports
from kampyn_perf.results.bench import BenchResult

_WIDTH = 120
"""Columns where there is no terminal to ask."""


def run(flags: BenchFlags) -> ExitCode:
    """Select, measure, show."""
    form = _format(flags.form)
    tags = naming.asked(flags.tags, flags.note)
    request = flags.request()
    selected = bench.cases(request)
    if flags.list_only:
        return _list(selected, as_json=form is not None)
    folder = make_folder(flags)
    result = bench.run(request, Progress(folder, quiet=form is not None), selected=selected)
    naming.keep(folder, tags)
    with answering(aside=form is not None):
        _show(result, folder)
    if form is not None:
        print_bytes(exports.export(result, form))
    return result.exit_code


def _format(text: str) -> exports.Format | None:
    try:
        return exports.Format(text) if text else None
    except ValueError:
        hint = f"Choose among {', '.join(exports.Format)}."
        raise KampynError(f"--format {text}: not a format", hint=hint) from None


def _list(selected: Sequence[Selected], *, as_json: bool) -> ExitCode:
    if as_json:
        print_json(
            [
                {"name": variant.name, "suite": part.suite.name, "params": dict(variant.values)}
                for part in selected
                for variant in part.variants
            ]
        )
    else:
        print_text("\n".join(v.name for part in selected for v in part.variants))
    return ExitCode.OK


def _show(result: BenchResult, folder: Path) -> None:
    for line in generator_view.headline(result):
        say(line)
    if result.cases:
        width = line_width() or _WIDTH
        show(view.result_table(result, width=width), columns=width)
    for line in view.failure_lines(result):
        say(line, style="red")
    for line in view.warning_lines(result):
        say(f"note: {line}", style="yellow")
    for line in generator_view.cautions(result):
        say(f"note: {line}", style="yellow")
    for line in view.context_lines(result):
        say(line)
    if result.reason:
        left = result.planned_cases - len(result.cases)
        say(f"{result.reason}: {left} of {result.planned_cases} cases were not begun.")
    say(f"Result: {folder / names.RESULT_FILE}")
