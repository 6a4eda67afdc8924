"""`indexes apply` on a real file, as the real program.

Tests `kampyn_perf/cli/indexes/apply.py` and `kampyn_perf/indexes/engines/sqlite`.
"""

from __future__ import annotations

import json
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.indexes.conftest import Cli, start


def test_plan_apply_plan(cli: Cli, store: Path) -> None:
    uri = f"sqlite:///{store}"
    assert cli("plan", "--check", "--uri", uri).returncode == 1
    done = cli("apply", "--yes", "--json", "--uri", uri)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["met"] is True
    assert cli("plan", "--check", "--uri", uri).returncode == 0
    before = _changes(store)
    again = cli("apply", "--yes", "--uri", uri)
    assert again.returncode == 0
    assert "No changes" in again.stderr
    assert _changes(store) == before
    verified = cli("verify", "--uri", uri)
    assert verified.returncode == 0, verified.stderr


def test_duplicates_stop_one_index_only(cli: Cli, store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("INSERT INTO users VALUES ('twin', 'user1@example.com', 'x', 'y')")
    connection.close()
    done = cli("apply", "--yes", "--json", "--uri", f"sqlite:///{store}")
    assert done.returncode == 1
    outcomes = {s["name"]: s["outcome"] for s in json.loads(done.stdout)["steps"]}
    assert outcomes["email_1"] == "blocked"
    assert set(outcomes.values()) == {"blocked", "done"}
    assert 'email "user1@example.com" in 2 documents' in done.stderr


@pytest.mark.parametrize("line", [1, 2, 5, 8])
def test_killed_anywhere_the_next_run_converges(cli: Cli, store: Path, line: int) -> None:
    """SIGKILL when the program has said so many things about its steps."""
    uri = f"sqlite:///{store}"
    process = start(store.parent, "apply", "--yes", "--skip-preflight", "--uri", uri)
    assert process.stderr
    seen = 0
    for text in process.stderr:
        seen += text.startswith("  ") and (": building" in text or ": built" in text)
        if seen == line:
            break
    process.kill()
    process.wait()
    process.stderr.close()
    with sqlite3.connect(store) as connection:  # its lock's time passes
        connection.execute("UPDATE kampyn_perf_lock SET expires_us = 0")
    connection.close()
    done = cli("apply", "--yes", "--uri", uri)
    assert done.returncode == 0, done.stderr
    assert "The catalogue is met." in done.stderr or "No changes" in done.stderr


def test_a_file_that_somebody_else_writes_is_waited_for_and_ctrl_c_is_heard(
    cli: Cli, store: Path
) -> None:
    uri = f"sqlite:///{store}"
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    process = start(store.parent, "apply", "--yes", "--uri", uri)
    assert process.stderr
    assert any("hash" in line for line in process.stderr)  # the plan was shown; now it waits
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 130
    process.stderr.close()
    other.execute("ROLLBACK")
    other.close()
    assert cli("apply", "--yes", "--uri", uri).returncode == 0


def test_a_file_that_cannot_be_written_is_refused_first(
    cli: Cli, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    store.chmod(0o444)
    done = cli("apply", "--yes", "--uri", f"sqlite:///{store}")
    assert done.returncode == 3
    assert "not writable" in done.stderr


def test_no_file_is_unreachable(cli: Cli, tmp_path: Path) -> None:
    done = cli("apply", "--yes", "--uri", f"sqlite:///{tmp_path}/none.db")
    assert done.returncode == 3
    assert "kampyn-perf backend seed" in done.stderr


def test_what_sqlite_lacks_is_a_conflict_with_its_reason(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(
        "collections: {orders: {indexes: [{key: {createdAt: 1}, expireAfterSeconds: 60}]}}"
    )
    done = cli("apply", "-c", "c.yaml", "--yes", "--uri", f"sqlite:///{store}")
    assert done.returncode == 1
    assert "SQLite has no counterpart of a TTL" in done.stderr


def _changes(store: Path) -> int:
    """SQLite's own count of the schema's changes, and how many rows this program keeps."""
    with sqlite3.connect(store) as connection:
        schema = connection.execute("PRAGMA schema_version").fetchone()[0]
        rows = connection.execute("SELECT count(*) FROM kampyn_perf_journal").fetchone()[0]
    connection.close()
    return int(schema) * 1_000 + int(rows)
