"""One `kampyn-perf bench`, from flags to exit code."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf import machine, names
from kampyn_perf.bench.export import Format, export
from kampyn_perf.bench.select import parse_params, select
from kampyn_perf.bench.session import Ended, Selected, Session
from kampyn_perf.cli.bench import view
from kampyn_perf.cli.bench.flags import BenchFlags
from kampyn_perf.cli.bench.progress import Progress
from kampyn_perf.cli.bench.suites import find_suites
from kampyn_perf.cli.console import (
    is_terminal,
    print_bytes,
    print_json,
    print_text,
    say,
    show,
    stderr,
)
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.files import write_whole
from kampyn_perf.redact import redact
from kampyn_perf.results import io
from kampyn_perf.results.bench import BenchOptions, BenchResult, CaseStatus
from kampyn_perf.results.folder import REPORTS, claim_run_folder, create_run_folder, point_latest
from kampyn_perf.units import parse_duration

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_WIDTH = 120
"""Columns where there is no terminal to ask."""


def run(flags: BenchFlags) -> ExitCode:
    """Select, measure, show."""
    chosen = _format(flags.form)
    options = _options(flags)
    params = parse_params(flags.params)
    selected = select(find_suites(flags.what, flags.suites), keyword=flags.keyword, params=params)
    if flags.list_only:
        return _list(selected, as_json=chosen is not None)
    folder = _folder(flags.out)
    asked = orjson.loads(orjson.dumps(asdict(flags), default=str))
    write_whole(folder / names.CONFIG_FILE, orjson.dumps(redact(asked), option=_JSON))
    result, code = _measure(_session(options, folder, quiet=chosen is not None), selected)
    _show(result, folder)
    if chosen is not None:
        print_bytes(export(result, chosen))
    return code


def _format(text: str) -> Format | None:
    try:
        return Format(text) if text else None
    except ValueError:
        hint = f"Choose among {', '.join(Format)}."
        raise KampynError(f"--format {text}: not a format", hint=hint) from None


def _options(flags: BenchFlags) -> BenchOptions:
    return BenchOptions(
        iterations=flags.iterations,
        rounds=flags.rounds,
        warmup=flags.warmup,
        max_time_ns=_nanoseconds("--max-time", flags.max_time),
        timeout_ns=_nanoseconds("--timeout", flags.timeout),
        max_failures=flags.max_failures,
        collect_garbage=flags.gc,
    )


def _nanoseconds(flag: str, text: str) -> int:
    try:
        us = parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error
    if us <= 0:
        raise KampynError(f"{flag}: must be more than nothing")
    return us * 1_000


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


def _folder(out: Path | None) -> Path:
    if out is not None:
        return claim_run_folder(out)
    return create_run_folder(REPORTS, label="bench", now=datetime.now(UTC))


def _session(options: BenchOptions, folder: Path, *, quiet: bool) -> Session:
    def save(result: BenchResult) -> None:
        # Before a case its predecessors are worth little more than they were a moment ago, and a
        # wait for the disk would be the next case's noise; at the end it is waited for.
        io.write(folder / names.RESULT_FILE, result, durable=not result.running)
        point_latest(folder)

    return Session(
        options=options,
        clock=time.perf_counter_ns,
        machine=machine.describe(),
        observer=Progress(quiet=quiet),
        save=save,
    )


def _measure(session: Session, selected: Sequence[Selected]) -> tuple[BenchResult, ExitCode]:
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
    if result.cases:
        width = stderr().width if is_terminal() else _WIDTH
        show(view.result_table(result, width=width), width=width)
    for line in view.failure_lines(result):
        say(line, style="red")
    for line in view.warning_lines(result):
        say(f"note: {line}", style="yellow")
    for line in view.context_lines(result):
        say(line)
    if result.reason:
        left = result.planned_cases - len(result.cases)
        say(f"{result.reason}: {left} of {result.planned_cases} cases were not begun.")
    say(f"Result: {folder / names.RESULT_FILE}")
