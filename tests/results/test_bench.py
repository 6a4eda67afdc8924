from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import names
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected, Suite
from kampyn_perf.errors import ExitCode
from kampyn_perf.results import io
from kampyn_perf.results.bench import BenchResult, CaseStatus, Samples
from tests.bench.conftest import MACHINE, VirtualClock, options, timed_case


@given(st.lists(st.integers(0, 2**62), max_size=50))
def test_samples_come_back_without_loss(times: list[int]) -> None:
    packed = Samples.of(times)
    assert packed.decode().tolist() == times
    assert packed.count == len(times)


@pytest.mark.parametrize("change", [{"count": 4}, {"data": "AAAA"}, {"data": "no base64!"}])
def test_damaged_samples_are_noticed(change: dict[str, object]) -> None:
    packed = Samples.of([1, 2, 3]).model_copy(update=change)
    with pytest.raises(ValueError, match=r"damaged|base64"):
        packed.decode()


def test_a_result_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    clock = VirtualClock()
    case = timed_case(clock, list(range(1, 501)))
    session = Session(options=options(iterations=500), clock=clock, machine=MACHINE)
    result = session.run([Selected(Suite(name="s", cases=[case]), list(case.variants()))])
    path = tmp_path / names.RESULT_FILE

    io.write(path, result)

    assert io.read(path, {names.BENCH_SCHEMA: BenchResult}) == result
    document = io.read_document(path)
    assert (document["schema"], document["version"]) == ("kampyn-perf/bench", 1)


def test_a_benchmark_from_before_there_were_signals_in_it_is_read() -> None:
    stored = Path(__file__).parent / "stored" / "bench-1.json"
    result = io.read(stored, {names.BENCH_SCHEMA: BenchResult})
    (case,) = result.cases
    assert (case.name, len(case.decode())) == ("auth.token_check", 40)
    assert (result.interrupted, result.exit_code) == ("", ExitCode.OK)


@pytest.mark.parametrize(
    ("interrupted", "statuses", "code"),
    [
        ("", [CaseStatus.OK], ExitCode.OK),
        ("", [CaseStatus.OK, CaseStatus.FAILED], ExitCode.FAILED),
        ("", [CaseStatus.FAILED, CaseStatus.UNAVAILABLE], ExitCode.UNREACHABLE),
        ("SIGINT", [CaseStatus.FAILED], ExitCode.INTERRUPTED),
        ("SIGTERM", [CaseStatus.OK], ExitCode.TERMINATED),
    ],
)
def test_the_exit_code_of_a_run(
    interrupted: str, statuses: list[CaseStatus], code: ExitCode
) -> None:
    stored = Path(__file__).parent / "stored" / "bench-1.json"
    result = io.read(stored, {names.BENCH_SCHEMA: BenchResult})
    cases = [result.cases[0].model_copy(update={"status": status}) for status in statuses]
    changed = result.model_copy(update={"interrupted": interrupted, "cases": cases})
    assert changed.exit_code is code
