"""The face of the package: a request -> cases, or their result. Real signals, this process.

Tests `__init__.py`, `request.py` and `find.py` of `kampyn_perf/bench` too.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kampyn_perf import bench
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results.bench import CaseResult
from kampyn_perf.results.load import RunStatus
from tests.bench.conftest import options
from tests.forked_function import Function

Write = Callable[..., Path]
CASES = """
@bench.case(params={"size": (10, 1000)}, setup=lambda size: list(range(size)))
def sort(numbers, size): numbers.sort()
"""


def request(path: Path, **changed: object) -> bench.BenchRequest:
    return bench.BenchRequest(what=(str(path),), options=options(iterations=30), **changed)  # type: ignore[arg-type]


class Everything(bench.Unobserved):
    """Notes every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.saved: list[bench.BenchResult] = []

    def started(self, name: str, number: int, total: int) -> None:
        self.calls.append(f"started {name} {number}/{total}")

    def round_begun(self, suite: str, number: int, total: int) -> None:
        self.calls.append(f"round {number}/{total} of {suite}")

    def measured(self, result: CaseResult) -> None:
        self.calls.append(f"measured {result.name} {result.completed}")

    def save(self, result: bench.BenchResult) -> None:
        self.saved.append(result)


def test_a_program_can_run_what_a_request_selects(bench_file: Write) -> None:
    path = bench_file(CASES, "sorting")
    seen = Everything()

    result = bench.run(request(path, keyword="sort", params={"size": ["5"]}), seen)

    assert (result.status, result.exit_code) == (RunStatus.COMPLETE, ExitCode.OK)
    assert [(case.name, case.completed) for case in result.cases] == [("sorting.sort[size=5]", 30)]
    assert seen.calls == [
        "round 1/1 of sorting",
        "started sorting.sort[size=5] 1/1",
        "measured sorting.sort[size=5] 30",
    ]
    assert [one.running for one in seen.saved] == ["sorting.sort[size=5]", ""]
    assert seen.saved[-1] == result


def test_cases_are_named_and_nothing_runs(bench_file: Write) -> None:
    (part,) = bench.cases(request(bench_file(CASES, "named")))
    assert [v.name for v in part.variants] == ["named.sort[size=10]", "named.sort[size=1000]"]


def test_what_cannot_be_run_is_refused() -> None:
    with pytest.raises(KampynError, match="neither a built-in suite nor a Python file"):
        bench.run(bench.BenchRequest(what=("htpp",)))


def test_another_thread_can_run_one(bench_file: Write) -> None:
    path = bench_file(CASES, "threaded")
    results: list[bench.BenchResult] = []
    thread = threading.Thread(target=lambda: results.append(bench.run(request(path))))
    thread.start()
    thread.join()
    assert [one.status for one in results] == [RunStatus.COMPLETE]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)],
)
def test_a_signal_ends_it_with_a_partial_result_and_handlers_are_as_before(
    number: signal.Signals, code: ExitCode, bench_file: Write
) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    path = bench_file(CASES, f"ended_{number.name}")

    class Ending(Everything):
        def started(self, name: str, number_: int, total: int) -> None:
            if number_ == 2:
                os.kill(os.getpid(), number)

    seen = Ending()
    result = bench.run(request(path), seen)

    assert (result.status, result.interrupted) == (RunStatus.PARTIAL, number.name)
    assert result.exit_code is code
    assert seen.saved[-1] == result
    assert result.cases[0].completed == 30
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def run_in(folder: Path, program: str) -> None:
    """As `python -c` does."""
    os.chdir(folder)
    exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})


def test_the_documented_program_works() -> None:
    """What `docs/bench.md` shows, as it stands there, but for the number of iterations."""
    root = Path(__file__).parent.parent.parent
    document = (root / "docs/bench.md").read_text(encoding="utf-8")
    _, _, rest = document.partition("## From a program\n\n```python\n")
    program, end, _ = rest.partition("```\n")
    assert end
    few = 'options=bench.default_options().model_copy(update={"iterations": 8})'
    program = program.replace('keyword="encode")', f'keyword="encode", {few})')
    assert few in program
    ended = Function(run_in, root, program)
    said, wrong = ended.communicate(timeout=100)
    assert ended.returncode == 0, wrong
    first, second = said.splitlines()
    assert first.startswith("my_benchmarks ['my_benchmarks.encode[lines=1]'")
    assert float(second) > 0
