"""`kampyn-perf doctor` as the real program.

Tests `kampyn_perf/doctor/examining.py` too.
"""

from __future__ import annotations

from kampyn_perf.errors import ExitCode
from tests.cli import program


def test_of_this_machine(tmp_path):
    done = program.run(tmp_path, "doctor", "--json")
    assert done.code in (ExitCode.OK, ExitCode.FAILED)
    facts = done.json["facts"]["machine"]
    assert facts["cores"] >= 1
    assert facts["noise"] is not None
    problems = [one for one in done.json["findings"] if one["level"] == "problem"]
    assert bool(problems) == (done.code == ExitCode.FAILED)
    words = program.run(tmp_path, "doctor").out
    assert "Fit for a measurement: " in words


def test_a_target_and_stores_that_are_not_there(tmp_path):
    done = program.run(
        tmp_path,
        "doctor", "http://127.0.0.1:1",
        "--redis", "redis://:hidden@127.0.0.1:1",
        "--mongo", "mongodb://u:hidden@127.0.0.1:1/kampyn?serverSelectionTimeoutMS=200",
        "--json",
    )  # fmt: skip
    assert done.code == ExitCode.UNREACHABLE
    rules = [one["rule"] for one in done.json["findings"]]
    assert {"target", "redis-unreachable", "mongo-unreachable", "indexes-unseen"} <= set(rules)
    assert "hidden" not in done.out + done.err


def test_another_host_has_to_be_allowed(tmp_path):
    done = program.here(tmp_path, "doctor", "http://shop.example")
    assert done.code == ExitCode.USAGE
    assert "--allow-host shop.example" in done.err


def test_a_variable_that_is_not_set(tmp_path):
    done = program.here(tmp_path, "doctor", "--redis", "NO_SUCH_VARIABLE")
    assert done.code == ExitCode.USAGE
    assert "NO_SUCH_VARIABLE" in done.err


def test_indexes_of_an_embedded_store(tmp_path):
    import sqlite3

    path = tmp_path / "store.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id TEXT, userId TEXT)")
    done = program.run(tmp_path, "doctor", "--db", f"sqlite:///{path}", "--json")
    rules = [one["rule"] for one in done.json["findings"]]
    assert "missing-indexes" in rules
    assert done.code == ExitCode.FAILED
