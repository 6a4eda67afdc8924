"""What all figures come to together, and the line that says it.

Tests `compared.py` and `comparison.py` of `kampyn_perf/results` too.
"""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.compare.conclude import concluded
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.compared import Change, Compared, Needed
from kampyn_perf.results.comparison import Comparison, Conclusion, Design, RunName
from kampyn_perf.results.unit import Unit

SAME, BETTER, WORSE, OPEN = (
    Change.NO_CHANGE,
    Change.IMPROVED,
    Change.REGRESSED,
    Change.INCONCLUSIVE,
)


def row(statistic: str, outcome: Change, change: float | None = 0.0, **more: Any) -> Compared:
    """Of the whole, unless it is said."""
    plain: dict[str, Any] = {
        "metric": "response_time",
        "unit": Unit.DURATION,
        "primary": True,
        "base": 1.0,
        "new": 1.0,
        "low": None if change is None else change - 0.1,
        "high": None if change is None else change + 0.1,
    }
    return Compared(
        **{**plain, "statistic": statistic, "outcome": outcome, "change": change, **more}
    )


def part(outcome: Change, name: str = "GET /x", **more: Any) -> Compared:
    return row("p95", outcome, scope=f"endpoint {name}", primary=False, **more)


def comparison_of(
    *rows: Compared, strict: bool = False, reasons: tuple[str, ...] = ()
) -> Comparison:
    plain = Comparison(
        kind="load",
        design=Design.SINGLE,
        margin=0.05,
        rate_margin=0.001,
        between_runs=0.1,
        confidence=0.95,
        strict=strict,
        base=[RunName(name="a", started_at="")],
        new=[RunName(name="b", started_at="")],
        conclusion=Conclusion.INCONCLUSIVE,
        rows=list(rows),
    )
    return concluded(plain, reasons)


P99_OPEN = row("p99", OPEN, None, explanation="base: 40 samples bound no P99: it takes 368")
FEW_FAILED, MORE_FAILED = (
    row("", OPEN, share, metric="error_rate", unit=Unit.SHARE, relative=False)
    for share in (0.001, 0.002)
)
LOOKS_WORSE = row("p95", OPEN, 0.2, explanation="open")


@pytest.mark.parametrize(
    ("rows", "conclusion", "code"),
    [
        # Proven anywhere is proven.
        ((row("p50", SAME), part(WORSE)), Conclusion.REGRESSED, ExitCode.FAILED),
        ((row("p50", BETTER), part(WORSE)), Conclusion.REGRESSED, ExitCode.FAILED),
        ((row("p50", OPEN), part(BETTER)), Conclusion.IMPROVED, ExitCode.OK),
        # What only explains decides nothing.
        ((row("p50", SAME), part(WORSE, gates=False)), Conclusion.NO_CHANGE, ExitCode.OK),
        ((row("p50", SAME), part(BETTER, gates=False)), Conclusion.NO_CHANGE, ExitCode.OK),
        # What cannot be judged stands beside what can.
        ((row("p50", BETTER), P99_OPEN), Conclusion.IMPROVED, ExitCode.OK),
        ((row("p50", SAME), P99_OPEN), Conclusion.NO_CHANGE, ExitCode.OK),
        # No change takes all that can be judged.
        ((row("p50", SAME), row("p95", OPEN)), Conclusion.INCONCLUSIVE, ExitCode.OK),
        ((row("p50", SAME), row("p95", SAME)), Conclusion.NO_CHANGE, ExitCode.OK),
        # Nothing is an improvement, or no change, beside a whole that looks worse.
        ((row("p50", BETTER), LOOKS_WORSE), Conclusion.INCONCLUSIVE, ExitCode.NO_VERDICT),
        ((row("p50", SAME), LOOKS_WORSE), Conclusion.INCONCLUSIVE, ExitCode.NO_VERDICT),
        # One request that failed, of a thousand, is no whole that looks worse; two are.
        ((row("p50", BETTER), FEW_FAILED), Conclusion.IMPROVED, ExitCode.OK),
        ((row("p50", BETTER), MORE_FAILED), Conclusion.INCONCLUSIVE, ExitCode.NO_VERDICT),
        # Nothing of the whole is decided.
        ((P99_OPEN,), Conclusion.INCONCLUSIVE, ExitCode.NO_VERDICT),
        ((), Conclusion.INCONCLUSIVE, ExitCode.NO_VERDICT),
    ],
)
def test_what_is_proven_decides(
    rows: tuple[Compared, ...], conclusion: Conclusion, code: ExitCode
) -> None:
    found = comparison_of(*rows)
    assert (found.conclusion, found.exit_code) == (conclusion, code)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((row("p50", BETTER), P99_OPEN), ExitCode.NO_VERDICT),
        ((row("p50", SAME), P99_OPEN), ExitCode.NO_VERDICT),
        ((row("p50", BETTER), part(OPEN)), ExitCode.OK),
        ((row("p50", WORSE), P99_OPEN), ExitCode.FAILED),
    ],
)
def test_strict_leaves_nothing_of_the_whole_open(
    rows: tuple[Compared, ...], code: ExitCode
) -> None:
    assert comparison_of(*rows, strict=True).exit_code is code


def test_improvements_beside_one_that_cannot_be_judged() -> None:
    parts = [part(BETTER, f"GET /{n}") for n in range(28)]
    open_ = [part(OPEN, f"POST /{n}") for n in range(7)]
    found = comparison_of(row("p50", BETTER, -0.5), *parts, P99_OPEN, *open_)
    assert found.headline == (
        "IMPROVED on 29 of 37 figures; 8 undecided: response time P99, response time P95 "
        "[endpoint POST /0], response time P95 [endpoint POST /1] and 5 more"
    )
    assert found.reasons[0] == "response time P50: -50 % (-60 % to -40 %)"
    assert found.reasons[8] == "and 21 more"
    assert found.reasons[-1].startswith("undecided: response time P99: base: 40 samples bound no")


def test_one_line_for_each_reason_and_what_would_decide_all_of_them() -> None:
    both = "the interval holds both no change and one beyond the margin"

    def open_(statistic: str, needed: Needed | None, why: str = both) -> Compared:
        return row(statistic, OPEN, explanation=why, needed=needed)

    found = comparison_of(
        open_("p50", Needed(count=18, noun="runs a side")),
        open_("p95", Needed(count=32, noun="runs a side")),
        open_("p99", Needed(noun="runs a side")),
        open_("", Needed(count=2_300, noun="requests a side")),
        row("p90", OPEN, explanation="another"),
    )
    assert found.reasons == [
        "undecided: response time P50, response time P95, response time P99, response time: "
        f"{both}; about 32 runs a side and 2,300 requests a side would decide",
        "undecided: response time P90: another",
    ]
    assert found.headline == (
        "INCONCLUSIVE: of 5 figures 5 undecided: response time P50, response time P95, response "
        "time P99 and 2 more"
    )


def test_where_they_cannot_be_compared_no_figure_has_an_outcome() -> None:
    found = comparison_of(row("p50", WORSE), reasons=("another seed",))
    assert found.headline == "NOT COMPARABLE: nothing is judged"
    assert (found.reasons, found.exit_code) == (["another seed"], ExitCode.NO_VERDICT)
    assert found.rows[0].outcome is OPEN


def test_no_change_is_told_with_its_count() -> None:
    found = comparison_of(row("p50", SAME), row("p95", SAME), part(OPEN))
    assert found.headline == (
        "NO MEANINGFUL CHANGE on 2 of 3 figures; 1 undecided: response time P95 [endpoint GET /x]"
    )


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (Needed(count=8, noun="pairs"), "about 8 pairs would decide"),
        (Needed(noun="pairs"), "it lies so near the margin that hardly any number would decide"),
    ],
)
def test_what_would_decide_in_words(needed: Needed, words: str) -> None:
    assert needed.words == words
