"""`kampyn-perf backend` as the real program.

Tests `kampyn_perf/cli/seed_progress.py` too.
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import run


def test_an_audit_of_nothing_is_not_all_well(tmp_path: Path) -> None:
    done = run(tmp_path, "backend", "audit", "--state", "nowhere")
    assert done.code == 3
    assert "backend.db is no seeded store: there is no such file" in done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_seed_then_audit(tmp_path: Path) -> None:
    sizes = ("--users", "3", "--vendors", "2", "--items", "6", "--orders", "5")
    cheap = ("--set", "passwords.memory=8KB", "--set", "passwords.iterations=1")
    seeded = run(tmp_path, "backend", "seed", "--state", "s", *sizes, *cheap, "--json")
    assert seeded.json["outcome"] == "seeded"
    audited = run(tmp_path, "backend", "audit", "--state", "s", "--json")
    assert (audited.code, audited.json["ok"]) == (0, True)
