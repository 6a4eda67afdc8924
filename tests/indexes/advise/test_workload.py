"""The labelled workload: every defect found with the right answer, nothing advised on what is
healthy.

Tests `kampyn_perf/indexes/advise/advice.py`, `kampyn_perf/indexes/advise/operation.py`,
`kampyn_perf/indexes/advise/shape.py`, `kampyn_perf/indexes/advise/tally.py` and
`kampyn_perf/indexes/advise/candidate.py`.
"""

from __future__ import annotations

import json

import pytest

from kampyn_perf.indexes.advise.advice import advise
from kampyn_perf.indexes.advise.judge import Verdict
from kampyn_perf.indexes.advise.known import Known, KnownIndex, Source
from kampyn_perf.indexes.advise.log import LogReader
from kampyn_perf.indexes.advise.operation import operation_of
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.model.normalise import normal_of
from kampyn_perf.indexes.model.spec import IndexSpec, default_name, describe_keys
from tests.indexes.advise.workload import DEFECTS, FORMS, HEALTHY, LIVE, line, profiled

RUNS = 4


def known_of(namespace: str) -> Known:
    collection = namespace.partition(".")[2]
    keys = [({"_id": 1}), *LIVE.get(collection, ())]
    specs = [IndexSpec(keys=tuple(key.items())) for key in keys]
    return Known(
        indexes=tuple(
            KnownIndex(name=default_name(s.keys), normal=normal_of(s), source=Source.LIVE)
            for s in specs
        ),
        live=True,
    )


def nothing_known(namespace: str) -> Known:
    return Known()


def tallied(recorded, *, form: str) -> Tallies:
    tallies = Tallies()
    for one in recorded:
        if form == "profiler":
            tallies.add_all(filter(None, (operation_of(profiled(one)) for _ in range(RUNS))))
        else:
            lines = [line(one, form=form, second=second) for second in range(RUNS)]
            tallies.add_all(LogReader().read(lines))
    return tallies


def advised(report):
    return {(one.collection, describe_keys(one.spec.keys)) for one in report.advice}


@pytest.mark.parametrize("form", [*FORMS, "profiler"])
@pytest.mark.parametrize("known", [known_of, nothing_known])
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.name)
def test_a_planted_defect_is_found(defect, known, form):
    report = advise(tallied([defect], form=form), known)
    assert advised(report) == set(defect.wanted)
    (judged,) = report.judged
    assert judged.tally.count == RUNS
    if defect.wanted:
        assert judged.verdict is Verdict.WANTED
    else:
        assert judged.verdict is Verdict.NO_HELP
        assert defect.reason in judged.reason


@pytest.mark.parametrize("form", [*FORMS, "profiler"])
@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda one: one.name)
def test_nothing_is_advised_on_a_healthy_shape(healthy, form):
    report = advise(tallied([healthy], form=form), known_of)
    assert report.advice == ()
    (judged,) = report.judged
    assert judged.verdict in (Verdict.HEALTHY, Verdict.NO_HELP)
    assert judged.tally.total_us == RUNS * 180_000


def test_all_of_it_at_once():
    """Together the advice is the same: no merging across what does not belong together."""
    report = advise(tallied([*DEFECTS, *HEALTHY], form="8.0"), known_of)
    assert advised(report) == {pair for defect in DEFECTS for pair in defect.wanted}
    assert len(report.judged) == len(DEFECTS) + len(HEALTHY)
    superseded = {name for one in report.advice for name in one.supersedes}
    assert superseded == {"userId_1"}


def test_the_workload_is_what_it_says():
    assert len(DEFECTS) == 10
    assert len(HEALTHY) == 20
    assert json.loads(line(DEFECTS[0]))["attr"]["durationMillis"] == 180
