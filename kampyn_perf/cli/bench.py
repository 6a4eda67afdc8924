"""`kampyn-perf bench`: flags -> selected cases -> a session -> table, formats, run folder."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.bench.session import Selected, Session
    from kampyn_perf.results.bench import BenchOptions, BenchResult, CaseResult

_REDRAW_S = 0.5


def bench(  # noqa: PLR0913 - one parameter for each flag
    what: Annotated[
        list[str] | None,
        typer.Argument(help="Built-in suites (see --list) or Python files. Default: all suites."),
    ] = None,
    *,
    keyword: Annotated[
        str, typer.Option("-k", help="Only cases of this name; takes *, not, and, or.")
    ] = "",
    iterations: Annotated[
        int, typer.Option("--iterations", "-n", min=1, help="Calls of each case.")
    ] = 1000,
    warmup: Annotated[
        int | None,
        typer.Option(min=0, help="Calls before measuring. [default: a tenth, 100 at most]"),
    ] = None,
    max_time: Annotated[
        str, typer.Option(help="No call of a case begins later than this after the first.")
    ] = "30s",
    timeout: Annotated[str, typer.Option(help="A call that takes longer is ended; it failed.")] = (
        "30s"
    ),
    max_failures: Annotated[
        int, typer.Option(min=1, help="A case ends after this many failed calls.")
    ] = 10,
    param: Annotated[
        list[str] | None, typer.Option(help="Values of a parameter: size=10,100. Repeatable.")
    ] = None,
    gc: Annotated[bool, typer.Option("--gc", help="Leave the garbage collector on.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="Only name the cases.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    form: Annotated[
        str,
        typer.Option("--format", help="json, markdown, csv or pytest-benchmark, on stdout."),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Run folder. [default: a new one in reports/]")
    ] = None,
) -> int:
    """Measure named cases: average, P50, P95 and P99, each with its 95 % interval.

    `kampyn-perf bench my_benchmarks.py -k sort --iterations 2000 --param size=10,100`
    """
    from kampyn_perf.bench.select import parse_params, select
    from kampyn_perf.cli.bench_suites import find_suites

    chosen = _format(form, json)
    options = _options(iterations, warmup, max_time, timeout, max_failures, gc)
    suites = find_suites(what or [])
    selected = select(suites, keyword=keyword, params=parse_params(param or []))
    if list_only:
        return _list(selected, chosen)
    folder = _folder(out)
    result, code = _run(_session(options, folder, quiet=chosen is not None), selected)
    _show(result, folder)
    if chosen is not None:
        import sys

        from kampyn_perf.bench.export import export

        sys.stdout.buffer.write(export(result, chosen))
        sys.stdout.buffer.flush()
    return code


def _format(form: str, json: bool) -> Any:
    from kampyn_perf.bench.export import Format

    text = form or ("json" if json else "")
    if not text:
        return None
    try:
        return Format(text)
    except ValueError:
        known = ", ".join(Format)
        raise KampynError(f"--format {text}: not a format", hint=f"Choose among {known}.") from None


def _options(
    iterations: int,
    warmup: int | None,
    max_time: str,
    timeout: str,
    max_failures: int,
    gc: bool,
) -> BenchOptions:
    from kampyn_perf.results.bench import BenchOptions

    return BenchOptions(
        iterations=iterations,
        warmup=warmup,
        max_time_ns=_nanoseconds("--max-time", max_time),
        timeout_ns=_nanoseconds("--timeout", timeout),
        max_failures=max_failures,
        collect_garbage=gc,
    )


def _nanoseconds(flag: str, text: str) -> int:
    from kampyn_perf.units import parse_duration

    try:
        us = parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error
    if us <= 0:
        raise KampynError(f"{flag}: must be more than nothing")
    return us * 1_000


def _list(selected: list[Selected], chosen: Any) -> int:
    from kampyn_perf.cli.console import print_json, print_text

    names = [variant.name for part in selected for variant in part.variants]
    if chosen is None:
        print_text("\n".join(names))
    else:
        print_json(
            [
                {"name": variant.name, "suite": part.suite.name, "params": dict(variant.values)}
                for part in selected
                for variant in part.variants
            ]
        )
    return ExitCode.OK


def _folder(out: Path | None) -> Path:
    from kampyn_perf.results.folder import REPORTS, claim_run_folder, create_run_folder

    if out is not None:
        return claim_run_folder(out)
    return create_run_folder(REPORTS, label="bench", now=datetime.now(UTC))


def _session(options: BenchOptions, folder: Path, *, quiet: bool) -> Session:
    from kampyn_perf import machine, names
    from kampyn_perf.bench.session import Session
    from kampyn_perf.results import io

    def save(result: BenchResult) -> None:
        io.write(folder / names.RESULT_FILE, result, durable=not result.running)

    return Session(
        options=options,
        clock=time.perf_counter_ns,
        machine=machine.describe(),
        observer=_Progress(quiet=quiet),
        save=save,
    )


def _run(session: Session, selected: list[Selected]) -> tuple[BenchResult, ExitCode]:
    from kampyn_perf.bench.session import Ended
    from kampyn_perf.results.bench import CaseStatus

    with _terminable() as signals:
        try:
            result = session.run(selected)
        except Ended as ended:
            terminated = signal.SIGTERM in signals
            return ended.result, ExitCode.TERMINATED if terminated else ExitCode.INTERRUPTED
    statuses = {case.status for case in result.cases}
    if CaseStatus.UNAVAILABLE in statuses:
        return result, ExitCode.UNREACHABLE
    return result, ExitCode.FAILED if CaseStatus.FAILED in statuses else ExitCode.OK


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """Let SIGTERM end the run in the way of Ctrl-C, whoever answers that just now (a loop does it
    by cancelling its task); yields the signals that came.
    """
    seen: list[int] = []

    def end(number: int, _frame: Any) -> None:
        seen.append(number)
        signal.raise_signal(signal.SIGINT)

    previous = signal.signal(signal.SIGTERM, end)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGTERM, previous)


def _show(result: BenchResult, folder: Path) -> None:
    from kampyn_perf.cli import bench_view
    from kampyn_perf.cli.console import is_terminal, say, show, stderr
    from kampyn_perf.results.folder import point_latest

    if result.cases:
        width = stderr().width if is_terminal() else 120
        show(bench_view.result_table(result, width=width), width=width)
    for line in bench_view.failure_lines(result):
        say(line, style="red")
    for line in bench_view.warning_lines(result):
        say(f"note: {line}", style="yellow")
    if result.reason:
        left = result.planned_cases - len(result.cases)
        say(f"{result.reason}: {left} of {result.planned_cases} cases were not begun.")
    point_latest(folder)
    say(f"Result: {folder / 'result.json'}")


class _Progress:
    """One line that says what is measured; without a terminal one line for each case."""

    def __init__(self, *, quiet: bool) -> None:
        from kampyn_perf.cli.console import is_terminal

        self._live = is_terminal()
        self._quiet = quiet
        self._head = ""
        self._drawn = 0.0

    def started(self, name: str, number: int, total: int) -> None:
        self._head = f"[{number}/{total}] {name}"
        self._draw("")

    def progressed(self, done: int, planned: int) -> None:
        if self._live and time.monotonic() - self._drawn > _REDRAW_S:
            self._draw(f" {done}/{planned}")

    def finished(self, result: CaseResult) -> None:
        from kampyn_perf.cli.console import say
        from kampyn_perf.units import format_nanoseconds

        if self._live:
            self._write("\r\x1b[2K")
        elif not self._quiet:
            mean = result.summary.mean.value_ns if result.summary else None
            figure = "" if mean is None else f", average {format_nanoseconds(mean)}"
            say(f"{self._head}: {result.status}{figure}")

    def _draw(self, tail: str) -> None:
        if self._live:
            self._drawn = time.monotonic()
            self._write(f"\r\x1b[2K{self._head}{tail}")

    @staticmethod
    def _write(text: str) -> None:
        import sys

        sys.stderr.write(text)
        sys.stderr.flush()
