"""A run's folder: what was asked for, and the result before every case and at the end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.cli.bench.flags import BenchFlags
from kampyn_perf.files import write_whole
from kampyn_perf.redact import redact
from kampyn_perf.results import io
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.folder import (
    REPORTS,
    RunKind,
    claim_run_folder,
    create_run_folder,
    point_latest,
)

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def make_folder(flags: BenchFlags) -> Path:
    """A folder for this run, with what was asked for in it."""
    if flags.out is not None:
        folder = claim_run_folder(flags.out)
    else:
        folder = create_run_folder(REPORTS, label="bench", now=datetime.now(UTC))
    asked = orjson.loads(orjson.dumps(asdict(flags), default=str))
    write_whole(folder / names.CONFIG_FILE, orjson.dumps(redact(asked), option=_JSON))
    return folder


def save(result: BenchResult, folder: Path) -> None:
    """Put what is known into `folder`, which is the newest run from now on."""
    # Before a case its predecessors are worth little more than they were a moment ago, and a
    # wait for the disk would be the next case's noise; at the end it is waited for.
    io.write(folder / names.RESULT_FILE, result, durable=not result.running)
    point_latest(folder, kind=RunKind.BENCH)
