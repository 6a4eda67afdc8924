"""Errors in words for whoever meets them, and the table of exit codes."""

from __future__ import annotations

import re
from pathlib import Path

from kampyn_perf.errors import ConfigError, ExitCode, KampynError, Problem, UnreachableError


def test_a_problem_says_where() -> None:
    assert str(Problem("a.b", "is missing", "f.yaml:3")) == "f.yaml:3: a.b: is missing"
    assert str(Problem("", "is empty", "f.yaml")) == "f.yaml: is empty"
    assert str(Problem("", "is empty")) == "is empty"


def test_every_problem_is_told_at_once() -> None:
    error = ConfigError([Problem("a", "x"), Problem("b", "y")], what="result", hint="Mend it.")
    assert error.message == "2 problems in the result:\n  - a: x\n  - b: y"
    assert (error.code, error.hint) == (ExitCode.USAGE, "Mend it.")


def test_each_error_has_its_code() -> None:
    assert KampynError("x").code == 2
    assert UnreachableError("x").code == 3


def test_the_documented_table_is_the_table() -> None:
    document = Path(__file__).parents[1] / "docs" / "exit-codes.md"
    first, _, _ = document.read_text(encoding="utf-8").partition("## ")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", first, re.M)}
    assert documented == {int(code) for code in ExitCode}
