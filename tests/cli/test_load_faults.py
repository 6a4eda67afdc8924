"""Faults beside a load, as the real program: done, told, undone.

Tests `kampyn_perf/cli/load/faulting.py`, `kampyn_perf/faults` and `kampyn_perf/cli/faults.py`.
"""

from __future__ import annotations

import random
import signal
from pathlib import Path

import orjson
import psutil
import pytest

from kampyn_perf import names
from kampyn_perf.report.html.spans import spans
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from tests import mongo_server
from tests.cli import program
from tests.cli.program import CHEAP, ONE_GOAL, PATIENT, SMALL, TWO_WORKERS, profile, wait_for


def faults(text: str) -> tuple[str, ...]:
    return ("--set", f"config.faults=[{text}]")


def result_of(folder: Path) -> LoadResult:
    return io.read(folder / "reports" / "latest" / "result.json", {names.LOAD_SCHEMA: LoadResult})


def test_the_bundled_backend_under_faults_of_every_kind(tmp_path):
    done = program.run(
        tmp_path, "load", *CHEAP, *SMALL, *TWO_WORKERS,
        *profile("{duration: 6, arrivalRate: 6}"), "--audit", *ONE_GOAL,
        *faults(
            "{at: 1s, for: 1s, redis: pause}, {at: 1s, for: 1s, database: lock},"
            "{at: 3s, worker: kill, name: lost worker}, {at: 4s, for: 500ms, network: reset},"
            "{at: 2s, for: 500ms, disk: full}, {at: 2600ms, for: 400ms, database: disconnect},"
            "{at: 5s, for: 300ms, database: stall}"
        ),
    )  # fmt: skip
    assert done.code in (0, 1, 4), done.err
    assert "Fault lost worker begins" in done.err
    assert "Fault: redis pause 1 (redis pause), 1." in done.out
    assert "Audit: all invariants hold" in done.out
    result = result_of(tmp_path)
    told = [(one.name, one.kind, one.began, one.error) for one in result.faults]
    assert told == [
        ("redis pause 1", "redis pause", True, ""),
        ("database lock 2", "database lock", True, ""),
        ("lost worker", "worker kill", True, ""),
        ("network reset 4", "network reset", True, ""),
        ("disk full 5", "disk full", True, ""),
        ("database disconnect 6", "database disconnect", True, ""),
        ("database stall 7", "database stall", True, ""),
    ]
    reset = result.faults[3]
    assert reset.start_us >= 4_000_000
    assert reset.end_us is not None
    assert reset.end_us >= reset.start_us + 400_000
    failed = [one for one in result.failures if one.last_us >= 4_000_000]
    assert failed, "connections were reset, and no request failed"
    shaded = [span.name for span in spans(result) if span.kind == "fault"]
    assert "lost worker (worker kill)" in shaded
    assert not list((tmp_path / ".kampyn" / "faults").glob("*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_undoes_its_faults_or_the_next_start_does(tmp_path, url, number):
    mark = tmp_path / "state"
    process = program.start(
        tmp_path, "load", url, "--rate", "5", "--for", "60s", *PATIENT,
        *faults(f"{{at: 0, for: 50s, start: [touch, {mark}], stop: [rm, -f, {mark}]}}"),
    )  # fmt: skip
    wait_for(mark.exists)
    children = psutil.Process(process.pid).children(recursive=True)
    done = program.interrupt(process, number)
    if number is signal.SIGINT:
        assert done.code == 130
        assert not mark.exists()
        return
    wait_for(lambda: program.all_gone(children))
    listed = program.run(tmp_path, "faults", "list", "--json").json
    assert [(one["name"], one["left_behind"]) for one in listed] == [("command 1", True)]
    undone = program.run(tmp_path, "faults", "undo")
    assert (undone.code, undone.out) == (0, "undone: command 1\n")
    assert not mark.exists()
    assert program.run(tmp_path, "faults", "undo").err == "Nothing was left behind.\n"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("{at: 1s, for: 1s, redis: pause}", "is about the bundled backend's redis"),
        ("{at: 61s, redis: kill}", "begins when the run is over"),
        ("{at: 1s, redis: nap}", "--set config.faults"),
        (
            "{at: 1s, for: 1s, network: loss, listen: 7001, to: 'db.example.edu:27017'}",
            "db.example.edu is not this machine, and nobody allowed to disturb it",
        ),
    ],
)
def test_what_cannot_be_done_is_said_before_the_run(tmp_path, url, fault, words):
    phases = ("--rate", "5", "--for", "60s")
    done = program.here(tmp_path, "load", url, *phases, *faults(fault), "--dry-run")
    assert done.code == 2
    assert words in done.err


def test_a_profile_has_faults_of_its_own_and_a_dry_run_shows_them(tmp_path):
    own = "profiles.t={phases: [{duration: 60, arrivalRate: 5}], faults: [{at: 5s, worker: kill}]}"
    flags = ("--profile", "t", "--set", own, *faults("{at: 9s, redis: kill}"))
    done = program.here(tmp_path, "load", *flags, "--dry-run", "--json")
    assert done.code == 0, done.err
    (shown,) = orjson.loads(done.out)["faults"]
    assert (shown["kind"], shown["start_us"]) == ("worker kill", 5_000_000)


@pytest.mark.mongo
def test_a_mongodb_is_disturbed_on_its_way_to_the_backend(tmp_path, request):
    uri, indexes = mongo_server.best(request)
    address, _, query = uri.partition("?")
    store = f"{address.rstrip('/')}/faults_{random.randrange(10**9)}?{query}"
    done = program.run(
        tmp_path, "load", *CHEAP, *SMALL, *profile("{duration: 4, arrivalRate: 4}"), "--audit",
        "--set", f"backend.store.url={store}",
        "--set", f"backend.store.indexes={indexes}", "--flow", "order", "--no-watch", *ONE_GOAL,
        *faults(
            "{at: 500ms, for: 300ms, database: disconnect},"
            "{at: 1500ms, for: 500ms, database: stall},"
            "{at: 2500ms, for: 500ms, database: slow, by: 20ms}"
        ),
    )  # fmt: skip
    assert done.code in (0, 1, 4), done.err
    assert "Audit: all invariants hold" in done.out, done.out[-2_000:]
    told = [(one.kind, one.began, one.error) for one in result_of(tmp_path).faults]
    kinds = ("database disconnect", "database stall", "database slow")
    assert told == [(kind, True, "") for kind in kinds]


def test_what_a_mongodb_cannot_do_is_said_before_the_run(tmp_path):
    for store, words in (
        ("mongodb://a,b/x", "needs a store at one address"),
        ("mongodb://db.example.edu/x", "nobody allowed to disturb it"),
    ):
        flags = ("--set", f"backend.store.url={store}", *profile("{duration: 9, arrivalRate: 5}"))
        fault = faults("{at: 1s, for: 1s, database: stall}")
        done = program.here(tmp_path, "load", *flags, *fault, "--dry-run")
        assert done.code == 2
        assert words in done.err


@pytest.mark.long
def test_faults_are_found_within_a_second_by_what_they_did(tmp_path):
    """Nobody tells: `unusual` is worked out from the run's series alone."""
    done = program.run(
        tmp_path, "load", *CHEAP, *SMALL, *TWO_WORKERS,
        *profile("{duration: 19, arrivalRate: 12}"), "--lenient",
        *faults(
            "{at: 5s, redis: kill}, {at: 10s, worker: kill}, {at: 15s, for: 2s, network: stall}"
        ),
    )  # fmt: skip
    assert done.code in (0, 1, 4), done.err
    run = tmp_path / "reports" / "latest"
    verdict = io.read(run / "verdict.json", {names.VERDICT_SCHEMA: Verdict})
    starts = [one.start_us for one in verdict.unusual]
    for fault in result_of(tmp_path).faults:
        nearest = min((abs(start - fault.start_us) for start in starts), default=None)
        assert nearest is not None
        assert nearest <= 1_000_000, (fault, verdict.unusual)
    assert "Unlike the rest of the run" in (run / "report.html").read_text()
