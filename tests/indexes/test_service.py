"""The face that a program calls: plan, apply, verify, effect and the rest, without a command line.

Tests `changes.py`, `measurements.py` and `reading.py` of `kampyn_perf/indexes/service`, and
`kampyn_perf/indexes/databases.py` and `kampyn_perf/indexes/engines/opening.py` too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes import service
from kampyn_perf.indexes.explain.verify import Verdict
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.observe.usage import Use
from kampyn_perf.indexes.plan.actions import IndexPlan, Prune, PruneStage
from tests.indexes.engines.sqlite.conftest import store

__all__ = ["store"]

TEXT = """\
collections:
  orders:
    queries:
      of-vendor: {filter: {vendorId: vendor1}, expect: {access: index}}
    indexes:
      - key: {vendorId: 1}
        serves: [of-vendor]
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    path = tmp_path / "catalogue.yaml"
    path.write_text(TEXT)
    return service.read_catalogue(str(path))[0]


class Watch(service.ApplyObserver):
    def __init__(self, *, refuses: bool = False) -> None:
        self.told: list[str] = []
        self._refuses = refuses

    def planned(self, plan: IndexPlan) -> None:
        self.told.append(f"planned {len(plan.steps)}")

    def confirm(self) -> None:
        self.told.append("asked")
        if self._refuses:
            raise KampynError("not confirmed; nothing was done")

    def event(self, event: object, took_us: int | None) -> None:
        self.told.append(f"{event.kind.value} {took_us is None}")  # type: ignore[attr-defined]


def test_plan_apply_verify_stats_and_journal(store: Path, catalogue: Catalogue) -> None:
    watch = Watch()
    with service.Databases(catalogue=catalogue, uri=f"sqlite:///{store}") as databases:
        assert [step.name for step in service.plan(catalogue, databases).steps] == ["vendorId_1"]
        query = catalogue.queries
        assert service.verify(query, databases)[0].verdict is Verdict.FAIL
        result = service.apply(service.ApplyRequest(catalogue=catalogue), databases, watch)
        assert result.code is ExitCode.OK
        assert result.after is not None
        assert result.after.empty
        assert watch.told == ["planned 1", "asked", "started True", "done False"]
        assert service.verify(query, databases)[0].verdict is Verdict.PASS
        again = service.apply(service.ApplyRequest(catalogue=catalogue), databases, watch)
        assert (again.code, again.report.results) == (ExitCode.OK, ())
        assert watch.told[4:] == ["planned 0"]
        (entry,) = [e for e in service.journal(databases) if e["event"] == "done"]
        assert (entry["command"], entry["indexes"]) == ("apply", ["vendorId_1"])
        uses = {stats.index.name: stats.use for stats in service.stats(databases)}
        assert uses["vendorId_1"] is Use.UNKNOWN  # SQLite keeps no figures
        prune = Prune(collection="orders", name="vendorId_1", stage=PruneStage.DROP)
        kept = service.apply(service.ApplyRequest(catalogue=catalogue, prunes=[prune]), databases)
        assert "the catalogue wants it" in kept.report.plan.collections[0].notes[0]


def test_an_observer_that_does_not_confirm_stops_it(store: Path, catalogue: Catalogue) -> None:
    with service.Databases(catalogue=catalogue, uri=f"sqlite:///{store}") as databases:
        request = service.ApplyRequest(catalogue=catalogue)
        with pytest.raises(KampynError, match="nothing was done"):
            service.apply(request, databases, Watch(refuses=True))
        assert service.plan(catalogue, databases).steps


def test_effect_and_timings(store: Path, catalogue: Catalogue) -> None:
    with service.Databases(catalogue=catalogue, uri=f"sqlite:///{store}") as databases:
        request = service.EffectRequest(
            catalogue=catalogue, queries=catalogue.queries, runs=20, writes=0
        )
        (effect,) = service.effect(request, databases)
        assert (effect.index, effect.queries[0].query.name) == ("vendorId_1", "of-vendor")
        assert service.plan(catalogue, databases).steps  # measured on a copy
        now = service.time_queries(catalogue.queries, databases, runs=20)
        assert now.timings["orders.of-vendor"].runs == 20
        (same,) = service.compare(catalogue.queries, now.timings, now.timings)
        assert {change.value for change in same.changes.values()} == {"not shown"}
        assert service.restore(databases) == []


def test_a_catalogue_of_what_is_there_needs_its_variables(store: Path) -> None:
    imported, labels = service.catalogue_of_databases(
        {"shop": "SHOP"}, {"SHOP": f"sqlite:///{store}"}
    )
    assert (imported.collections, labels) == ((), (f"sqlite:///{store}",))
    with pytest.raises(KampynError, match="SHOP is not set"):
        service.catalogue_of_databases({"shop": "SHOP"}, {})


def test_the_example_of_the_documentation_runs(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "indexes.md").read_text()
    example = re.search(r"## From a program.*?```python\n(.*?)```", page, re.S)
    assert example
    folder = store.parent
    store.rename(folder / "shop.db")
    (folder / "configs").mkdir()
    (folder / "configs" / "indexes.yaml").write_text(TEXT)
    monkeypatch.chdir(folder)
    exec(example[1], {})
    assert capsys.readouterr().out == "1 steps\nmet\n"
