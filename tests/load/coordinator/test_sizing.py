"""How many generators a run would have needed, by what one was measured to carry."""

from __future__ import annotations

import pytest

from kampyn_perf.load.coordinator.facts import GeneratorFacts, Sizing
from kampyn_perf.load.coordinator.sizing import advice, asked_rate
from tests.load.coordinator.test_validity import SCHEDULE, judge, run

WHEN = "measured on 2026-11-25, 3 days ago, by kampyn-perf bench generator"


def test_the_rate_is_that_of_the_peak_in_requests():
    # Twenty sessions a second, a request each.
    assert asked_rate(run(), SCHEDULE) == pytest.approx(20)
    assert asked_rate(run(sends=False), SCHEDULE) == 0


@pytest.mark.parametrize(
    ("rate", "have", "workers"),
    [
        (30.0, 1, 2),  # it should have carried it: others had the machine
        (10.0, 1, 3),  # 20 / (10 * 0.8) = 2.5
        (10.0, 3, 4),
    ],
)
def test_workers_are_named_where_the_figure_is_known(rate, have, workers):
    names = [f"generator {n}" for n in range(have)]
    facts = GeneratorFacts(names=names, sizing=Sizing(rate=rate, when=WHEN, cores=8))
    assert advice(run(), SCHEDULE, facts) == (
        "this run asked for about 20 requests/s, one generator on this machine carries about "
        f"{rate:.0f} of the documented mix ({WHEN}): use --workers {workers}"
    )


def test_a_generator_that_is_not_compiled_is_told_what_that_costs():
    pure = GeneratorFacts(
        names=["g"], sizing=Sizing(rate=30.0, when=WHEN, cores=8), compiled={0: True, 1: False}
    )
    assert advice(run(), SCHEDULE, pure).endswith(
        "use --workers 2; one that is compiled carries a third more (kampyn-perf doctor)"
    )
    unknown = GeneratorFacts(names=["g"], compiled={0: False})
    assert advice(run(), SCHEDULE, unknown).endswith("a third more (kampyn-perf doctor)")


def test_more_than_there_are_cores_takes_more_machines():
    facts = GeneratorFacts(names=["g"], sizing=Sizing(rate=5.0, when=WHEN, cores=2))
    assert advice(run(), SCHEDULE, facts).endswith(
        "that takes about 5 of them, and there are 2 cores; use more machines (--role master, "
        "--role worker)"
    )


def test_a_run_that_was_late_by_its_own_work_says_it_once():
    sizing = Sizing(rate=10.0, when=WHEN, cores=8)
    late = dict.fromkeys(range(5), 60_000)
    full = judge(run(late=late, cpu_us=990_000, always=True), sizing=sizing)
    assert sum("--workers 3" in reason for reason in full.reasons) == 1
    nearly = judge(run(late=late, cpu_us=900_000, always=True), sizing=sizing)
    assert [reason.endswith("use --workers 3") for reason in nearly.reasons] == [True]
    idle = judge(run(late=late), sizing=sizing)
    assert not any("--workers" in reason for reason in idle.reasons)
