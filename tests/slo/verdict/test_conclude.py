"""All objectives to one exit code: the rules, in their order, and what must never happen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import stats
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.verdict import Conclusion, Verdict
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.verdict.conclude import conclude
from tests.slo.runs import Run, steady

FOUND: dict[Outcome, Estimate | Missing] = {
    Outcome.PASS: estimate.maximum(0.1, samples=9, noun="samples"),
    Outcome.FAIL: estimate.maximum(0.9, samples=9, noun="samples"),
    Outcome.NO_DATA: Missing("nobody looked"),
    Outcome.INCONCLUSIVE: Estimate(
        observed=0.4, interval=stats.Interval(0.3, 0.6), samples=9, noun="samples"
    ),
    Outcome.NOT_EXERCISED: Estimate(
        observed=0.9,
        interval=stats.Interval(0.9, 0.9),
        samples=9,
        noun="samples",
        unexercised="not tried",
    ),
}
DOUBTFUL = Estimate(observed=0.55, interval=stats.Interval(0.3, 0.6), samples=9, noun="samples")


@dataclass(frozen=True)
class Result:
    """A result that holds what the test wants."""

    found: dict[str, Estimate | Missing]
    invalid: list[str] = field(default_factory=list)
    partial: str = ""
    empty: bool = False
    all_failed: bool = False
    unreachable: str = ""
    subject: str = "test"
    started_at: str = "2026-11-23T20:00:00Z"

    held_by: str | None = None

    def held(self, objective: Objective) -> str | None:
        return self.held_by

    def names(self, kind: ScopeKind) -> list[str]:
        return list(self.found) if kind is ScopeKind.FLOW else []

    def find(self, objective: Objective) -> Estimate | Missing:
        return self.found[objective.scope.name]


def judged(
    *outcomes: Outcome | Estimate,
    required: bool = True,
    strict: bool = False,
    allow_partial: bool = False,
    invalid: tuple[str, ...] = (),
    partial: str = "",
    empty: bool = False,
    all_failed: bool = False,
    unreachable: str = "",
) -> Verdict:
    names = [f"o{number}" for number in range(len(outcomes))]
    found = [FOUND[each] if isinstance(each, Outcome) else each for each in outcomes]
    slo = Slo.model_validate(
        {
            "objectives": {
                name: {
                    "metric": "error_rate",
                    "scope": {"flow": name},
                    "target": "< 50 %",
                    "required": required,
                }
                for name in names
            }
        }
    )
    result = Result(
        dict(zip(names, found, strict=True)),
        invalid=list(invalid),
        partial=partial,
        empty=empty,
        all_failed=all_failed,
        unreachable=unreachable,
    )
    return conclude(result, slo=slo, strict=strict, allow_partial=allow_partial)


P, F, I, N, X = (  # noqa: E741
    Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NO_DATA, Outcome.NOT_EXERCISED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "code", "strict_code"),
    [
        ((P,), 0, 0),
        ((P, P), 0, 0),
        ((P, I), 0, 4),
        ((P, N), 0, 4),
        ((P, X), 0, 4),
        ((P, DOUBTFUL), 4, 4),
        ((F,), 1, 1),
        ((P, F), 1, 1),
        ((F, N), 1, 1),
        ((F, DOUBTFUL), 1, 1),
        ((N,), 4, 4),
        ((I,), 4, 4),
        ((X,), 4, 4),
        ((N, I, X), 4, 4),
    ],
)
def test_the_table_of_exit_codes(
    outcomes: tuple[Outcome | Estimate, ...], code: int, strict_code: int
) -> None:
    assert judged(*outcomes).exit_code == code
    assert judged(*outcomes, strict=True).exit_code == strict_code


def test_an_invalid_run_has_no_verdict_whatever_it_seems_to_show() -> None:
    for outcomes in ((P, P), (F, F), (P, N)):
        result = judged(*outcomes, invalid=("the generator was late", "it lost samples"))
        assert result.exit_code is ExitCode.NO_VERDICT
        assert {each.outcome for each in result.objectives} == {Outcome.INVALID}
        assert result.reasons == [
            "the run is not valid: the generator was late",
            "the run is not valid: it lost samples",
        ]


def test_a_partial_run_can_fail_but_not_pass() -> None:
    assert judged(P, partial="interrupted").exit_code is ExitCode.NO_VERDICT
    assert judged(F, partial="interrupted").exit_code is ExitCode.FAILED
    asked = judged(P, partial="interrupted", allow_partial=True)
    assert asked.exit_code is ExitCode.OK
    assert asked.partial
    assert asked.reasons == ["the run is partial: interrupted"]


def test_a_result_without_a_sample_is_never_a_success() -> None:
    for outcomes in ((P,), (F,), (N,)):
        result = judged(*outcomes, empty=True, allow_partial=True)
        assert result.exit_code is ExitCode.NO_VERDICT
        assert result.reasons == ["the result holds no sample at all"]


@pytest.mark.parametrize(
    ("outcomes", "strict", "reasons"),
    [
        ((P,), False, []),
        ((P, I, N), False, ["required and not decided (with --strict there is no pass): o1, o2"]),
        ((P, I, N), True, ["required, but not decided: o1, o2"]),
        ((F, P, F), False, ["failed: o0, o2"]),
        ((P, DOUBTFUL), False, ["missed its target, but not for sure: o1"]),
        ((N,), False, ["no required objective passed"]),
    ],
)
def test_the_reasons(
    outcomes: tuple[Outcome | Estimate, ...], strict: bool, reasons: list[str]
) -> None:
    assert judged(*outcomes, strict=strict).reasons == reasons


def test_what_is_not_required_neither_fails_nor_passes_a_run() -> None:
    for outcomes in ((P,), (F,), (N,)):
        result = judged(*outcomes, required=False)
        assert result.exit_code is ExitCode.NO_VERDICT
        assert result.reasons == ["no objective is required"]


@pytest.mark.parametrize(
    ("pattern", "outcomes"),
    [("*", [P, F, P]), ("GET *", [P, F]), ("*/b", [F, P]), ("POST /a", [N]), ("PUT *", [N])],
)
def test_a_pattern_is_judged_for_every_part(pattern: str, outcomes: list[Outcome]) -> None:
    found = {"GET /a": FOUND[P], "GET /b": FOUND[F], "POST /b": FOUND[P]}
    everything = found | {pattern: Missing("no such flow")} | {"POST /a": Missing("none")}
    slo = Slo.model_validate(
        {
            "objectives": {
                "a": {"metric": "error_rate", "scope": {"flow": pattern}, "target": "< 50 %"}
            }
        }
    )

    class Known(Result):
        def find(self, objective: Objective) -> Estimate | Missing:
            return everything[objective.scope.name]

    judgements = conclude(Known(found), slo=slo).objectives
    assert [each.outcome for each in judgements] == outcomes
    assert {each.name for each in judgements} == {"a"}
    if len(judgements) > 1:
        assert all("*" not in each.scope["flow"] for each in judgements)


EVERY = st.lists(st.sampled_from([P, F, I, N, X, DOUBTFUL]), min_size=1, max_size=6)


@given(
    outcomes=EVERY,
    strict=st.booleans(),
    allow_partial=st.booleans(),
    partial=st.sampled_from(["", "interrupted"]),
    invalid=st.sampled_from([(), ("late",)]),
)
def test_what_a_success_takes(
    outcomes: list[Outcome | Estimate],
    strict: bool,
    allow_partial: bool,
    partial: str,
    invalid: tuple[str, ...],
) -> None:
    result = judged(
        *outcomes, strict=strict, allow_partial=allow_partial, partial=partial, invalid=invalid
    )
    assert (result.exit_code is ExitCode.OK) == (result.conclusion is Conclusion.PASS)
    if result.exit_code is not ExitCode.OK:
        assert result.reasons
        return
    assert not invalid
    assert allow_partial or not partial
    assert P in outcomes
    assert F not in outcomes
    assert DOUBTFUL not in outcomes
    assert not strict or set(outcomes) == {P}


@given(outcomes=EVERY, strict=st.booleans())
def test_strict_never_makes_it_easier(outcomes: list[Outcome | Estimate], strict: bool) -> None:
    lenient, hard = judged(*outcomes), judged(*outcomes, strict=True)
    assert hard.exit_code == lenient.exit_code or lenient.exit_code is ExitCode.OK


@given(outcomes=EVERY, at=st.integers(0, 5))
def test_one_more_failure_is_a_failure(outcomes: list[Outcome | Estimate], at: int) -> None:
    assert judged(*outcomes[:at], F, *outcomes[at:]).exit_code is ExitCode.FAILED


@given(outcomes=EVERY)
def test_no_data_never_passes(outcomes: list[Outcome | Estimate]) -> None:
    result = judged(*outcomes)
    for given_outcome, judgement in zip(outcomes, result.objectives, strict=True):
        assert (judgement.outcome is P) == (given_outcome is P)


def test_a_run_without_one_success_never_passes() -> None:
    """Every answer came in time, with a 200, and was wrong."""
    found = judged(Outcome.PASS, Outcome.PASS, all_failed=True)
    assert (found.exit_code, found.conclusion) == (ExitCode.FAILED, Conclusion.FAIL)
    assert found.reasons == ["not one request succeeded"]


def test_a_target_that_never_answered_was_none_whatever_else_holds() -> None:
    words = "TLS: wrong version number"
    found = judged(F, all_failed=True, unreachable=words, invalid=("late",), partial="SIGINT")
    assert found.exit_code == ExitCode.UNREACHABLE
    assert found.conclusion is Conclusion.NO_VERDICT
    assert found.reasons[0] == f"the target never answered: {words}"


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ((P, P), "PASS on 2 of 2 goals"),
        ((P, I, N, N), "PASS on 1 of 4 goals; 1 inconclusive, 2 no data"),
        ((F, P, X), "FAIL on 1 of 3 goals; 1 passed, 1 not exercised"),
        ((N, N), "NO VERDICT; 2 goals: 2 no data"),
        ((P, DOUBTFUL), "NO VERDICT; 2 goals: 1 passed, 1 inconclusive"),
    ],
)
def test_the_headline_says_how_much_was_judged(
    outcomes: tuple[Outcome | Estimate, ...], words: str
) -> None:
    assert judged(*outcomes).headline == words


@pytest.mark.parametrize(
    ("warn", "warned"), [("< 180 ms", False), ("< 20 ms", True), ("< 10 ms", True)]
)
def test_a_pass_near_its_limit_is_warned_of(warn: str, warned: bool) -> None:
    slo = Slo.model_validate(
        {
            "objectives": {
                "p50": {
                    "metric": "response_time",
                    "statistic": "p50",
                    "target": "< 200 ms",
                    "warn": warn,
                }
            }
        }
    )
    found = conclude(LoadEvidence(Run(phases=[("p", steady())]).result()), slo=slo)
    (judgement,) = found.objectives
    assert (judgement.outcome, judgement.warned) == (Outcome.PASS, warned)
    assert found.exit_code is ExitCode.OK
    assert found.reasons == (["near the limit: p50"] if warned else [])


def test_a_warning_after_the_failure_is_none() -> None:
    with pytest.raises(ValueError, match="a warning comes before the target < 200 ms is missed"):
        Objective.model_validate(
            {
                "metric": "response_time",
                "statistic": "p95",
                "target": "< 200 ms",
                "warn": "< 250 ms",
            }
        )
