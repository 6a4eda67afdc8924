"""Race and recovery bugs that every status code hides, each found by a load with an audit. That the
right backend is clean under faults is in `test_load_faults`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.backend import planted
from tests.cli import program
from tests.cli.program import CHEAP, ROOT, profile

SITE = Path(planted.__file__).parent / "site"
FEW = ("--set", "backend.seed={users: 20, vendors: 2, items: 4, orders: 10}")
"""Items that are ordered in turn: of few, every order meets another on its way."""
BALANCE = "what was stocked is sold or still there"


@pytest.mark.parametrize(
    ("bug", "found", "faults"),
    [
        ("oversell", BALANCE, ""),
        ("stock_without_order", BALANCE, "{at: 2s, worker: kill}"),
        ("double_order", "an order is placed once", ""),
        ("lost_order", "a confirmed order is in the store", ""),
    ],
)
def test_a_load_with_an_audit_finds_it(tmp_path, bug, found, faults):
    paths = os.pathsep.join((str(SITE), str(ROOT), os.environ.get("PYTHONPATH", "")))
    done = program.run(
        tmp_path, "load", "--audit", *CHEAP, *FEW, *profile("{duration: 4, arrivalRate: 25}"),
        "--set", f"config.faults=[{faults}]", "--set", "backend.workers=1", "--flow", "order",
        "--no-watch", "--lenient",
        env={"PYTHONPATH": paths, "PLANTED": bug},
    )  # fmt: skip
    assert done.code == 1, done.err
    assert f"broken: {found}" in done.err
