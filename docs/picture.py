"""Draws docs/load.svg, the picture in the README, from a run: `python docs/picture.py [RUN]`."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from kampyn_perf import names
from kampyn_perf.cli import console, failures_view, verdict_view
from kampyn_perf.cli.load import tables
from kampyn_perf.results import io
from kampyn_perf.results.folder import find_result
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo import judge, objectives


def main() -> None:
    run = Path(sys.argv[1] if len(sys.argv) > 1 else "latest-load")
    result = io.read(find_result(run), {names.LOAD_SCHEMA: LoadResult})
    paper = Console(record=True, width=118, file=StringIO(), force_terminal=True, highlight=False)
    console.stderr = lambda: paper  # type: ignore[assignment]
    paper.print("$ kampyn-perf load --profile quick", style="bold")
    verdict_view.show(judge(result, objectives.load()))
    failures_view.show(result.failures)
    tables.show(result)
    paper.save_svg(str(Path(__file__).parent / "load.svg"), title="kampyn-perf")


if __name__ == "__main__":
    main()
