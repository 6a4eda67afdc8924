from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.summary import summarise
from kampyn_perf.bench.warnings import Circumstances, case_warnings, outlier_places
from kampyn_perf.results.bench import CaseWarning
from kampyn_perf.results.bench import WarningKind as Kind

QUIET = Circumstances(planned=1000, warmup=100, overhead_ns=50, stop=Stop.ITERATIONS)
CALM = np.random.default_rng(5).integers(95_000, 105_000, 1000)


def warnings_of(times: np.ndarray, about: Circumstances = QUIET) -> dict[Kind, CaseWarning]:
    summary = summarise(times, elapsed_ns=int(times.sum()))
    assert summary is not None
    found = case_warnings(times, summary, about)
    assert all(warning.message and warning.advice for warning in found)
    return {warning.kind: warning for warning in found}


def with_slow(*places: int) -> np.ndarray:
    times = CALM.copy()
    times[list(places)] = 5_000_000
    return times


def test_calm_samples_raise_no_warning() -> None:
    assert warnings_of(CALM) == {}


def test_an_outlier_is_one_only_far_above_the_median() -> None:
    times = CALM.copy()
    times[500] = 100_000 + 14 * int(1.4826 * 2_500)
    assert 500 not in outlier_places(times)
    times[500] = 100_000 + 16 * int(1.4826 * 2_500)
    assert 500 in outlier_places(times)
    times[500] = 1
    assert len(outlier_places(times)) == 0


def test_equal_samples_do_not_make_outliers_of_each_other() -> None:
    assert len(outlier_places(np.full(100, 1_000))) == 0
    assert outlier_places(np.array([1_000] * 99 + [2_000])).tolist() == [99]


@pytest.mark.parametrize("count", [1, 3])
def test_slow_first_calls_ask_for_a_warm_up(count: int) -> None:
    times = with_slow(*range(count))
    warning = warnings_of(times)[Kind.SLOW_START]
    assert "a cold cache, connection or code path" in warning.message
    assert warning.advice == "Warm up for longer: --warm-up 500"
    cold = warnings_of(times, replace(QUIET, warmup=0))[Kind.SLOW_START]
    assert cold.advice == "Warm up before measuring: --warm-up 50"


@pytest.mark.parametrize(
    ("places", "about", "cause"),
    [
        ((200, 500, 800), QUIET, "likely other programs, the disk"),
        ((200, 500, 800), replace(QUIET, preempted=4), "took the processor away 4 times"),
        ((200, 500, 800), replace(QUIET, collections=3), "garbage collector ran 3 times"),
        ((400, 401, 402, 403, 404, 405), QUIET, "they come in bursts"),
    ],
)
def test_outliers_are_named_with_their_likely_cause(
    places: tuple[int, ...], about: Circumstances, cause: str
) -> None:
    warning = warnings_of(with_slow(*places), about)[Kind.OUTLIERS]
    assert warning.message.startswith(f"{len(places)} calls were far slower than the rest")
    assert "(up to 5.00 ms)" in warning.message
    assert cause in warning.message


def test_a_single_outlier_is_spoken_of_in_the_singular() -> None:
    assert warnings_of(with_slow(500))[Kind.OUTLIERS].message.startswith("1 call was far slower")


@pytest.mark.parametrize(("early", "late", "word"), [(1.0, 1.2, "slower"), (1.2, 1.0, "faster")])
def test_halves_that_differ_are_a_drift_and_not_also_dependence(
    early: float, late: float, word: str
) -> None:
    times = (CALM * np.repeat([early, late], 500)).astype(np.int64)
    found = warnings_of(times)
    assert f"the later half is 20 % {word}" in found[Kind.DRIFT].message
    assert Kind.DEPENDENT not in found


def test_a_sure_but_small_difference_between_halves_is_no_drift() -> None:
    assert Kind.DRIFT not in warnings_of((CALM * np.repeat([1.0, 1.03], 500)).astype(np.int64))


def test_dependent_samples_are_said_to_be_so() -> None:
    wave = CALM + (20_000 * np.sin(np.arange(1000) * 4 * np.pi / 1000)).astype(np.int64)
    warning = warnings_of(wave)[Kind.DEPENDENT]
    assert "1000 of them are worth about" in warning.message
    assert "P50" in warning.advice


def test_what_is_too_short_to_be_timed_is_said_to_be() -> None:
    assert "about 240 ns and the empty loop 50 ns" in (
        warnings_of(np.full(1000, 240))[Kind.TOO_SHORT].message
    )
    assert Kind.TOO_SHORT not in warnings_of(np.full(1000, 260))


def test_a_small_sample_says_how_many_are_needed() -> None:
    found = warnings_of(CALM[:100], replace(QUIET, planned=100))[Kind.SMALL_SAMPLE]
    assert found.message == "n too small for the interval of P99: 100 samples, 368 are needed"
    assert found.advice == "Run with --iterations 368"


def test_the_time_limit_is_said_and_more_time_advised() -> None:
    about = replace(QUIET, stop=Stop.TIME_LIMIT, max_time_ns=30 * 10**9)
    found = warnings_of(CALM[:100], about)
    assert "the time limit of 30.0 s ended it after 100 of 1000" in found[Kind.TIME_LIMIT].message
    assert found[Kind.SMALL_SAMPLE].advice == "Run with a longer --max-time"


def test_what_nobody_reads_is_said() -> None:
    found = warnings_of(CALM, replace(QUIET, lazy="Cursor"))[Kind.LAZY]
    assert "returns a Cursor that nobody reads" in found.message
