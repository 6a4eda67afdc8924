"""`load --audit`: a store that does not agree with what clients were told fails the run."""

from __future__ import annotations

import sqlite3

import orjson

from kampyn_perf import load
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.load.audit.acknowledged import AcknowledgedIds
from kampyn_perf.load.bundled import audit_after
from kampyn_perf.load.request import Bundled
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.cli.program import CHEAP, SMALL, profile


def test_the_store_agrees_after_a_load(tmp_path):
    short = profile("{duration: 2, arrivalRate: 50}")
    done = program.run(tmp_path, "load", "--audit", *CHEAP, *SMALL, *short)
    assert done.code in (0, 1, 4), done.err
    run = tmp_path / "reports" / "latest"
    audit = orjson.loads((run / "audit.json").read_bytes())
    orders = audit["orders"]
    assert (audit["acknowledged"], audit["lost"], audit["doubled"]) == (orders, 0, 0)
    assert orders > 10
    assert f"Audit: all invariants hold; {orders} orders" in done.err

    state = tmp_path / ".kampyn" / "load"
    result = io.read(run / "result.json", {"kampyn-perf/load": LoadResult})
    with sqlite3.connect(state / "backend.db") as connection:
        connection.execute(
            "DELETE FROM orders WHERE createdAt = (SELECT max(createdAt) FROM orders)"
        )
    spec = load.resolve().spec
    ids = AcknowledgedIds(run / "acknowledged.jsonl")
    own = Bundled(settings=BackendSettings(), state=state)
    report = audit_after(result, own, spec.api.audit, ids, spec)
    assert (report.acknowledged, report.lost, report.doubled) == (orders, 1, 0)
    found = {each.invariant: each for each in report.findings}
    assert found["a confirmed order is in the store"].examples[0].split(":")[0] in set(ids)
    assert "what is put into a cart stays there until it is ordered" in found
    audited = program.run(tmp_path, "backend", "audit", "--state", str(state))
    assert audited.code == 1
    assert "broken: what was stocked is sold or still there" in audited.err


def test_an_audit_needs_the_bundled_backend(tmp_path, against):
    done = program.run(tmp_path, "load", *against, "--audit")
    assert done.code == 2
    assert "--audit looks into the bundled backend's store" in done.err
