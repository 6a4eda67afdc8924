"""Annotations, as GitHub reads workflow commands.

Tests `kampyn_perf/report/annotations.py` and `kampyn_perf/report/verdict/words.py` too.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.verdict.github import Place, github
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.verdict import Verdict
from tests.report.verdict.test_junit import judgement, verdict


def read(of: Verdict, places: dict[str, Place] | None = None) -> list[tuple[str, dict, str]]:
    """Level, properties and message of each line, as the runner would unescape them."""
    told = []
    for line in github(of, places or {}).decode().splitlines():
        match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert match is not None
        pairs = (each.partition("=")[::2] for each in match[2].split(","))
        told.append((match[1], {key: unquote(value) for key, value in pairs}, unquote(match[3])))
    return told


def test_what_failed_is_an_error_at_its_line() -> None:
    of = verdict(
        judgement("p95", Outcome.FAIL, observed=250_000, scope={"flow": "a: b, c"}),
        judgement("cpu", Outcome.NO_DATA),
        judgement("p50", Outcome.PASS),
        judgement("extra", Outcome.FAIL, required=False),
        code=ExitCode.FAILED,
        reasons=("failed: p95", "100 % sure\nreally"),
    )
    assert read(of, {"p95": Place("configs/slo,1.yaml", 12)}) == [
        (
            "error",
            {"file": "configs/slo,1.yaml", "line": "12", "title": "p95: fail"},
            "flow a: b, c: 250 ms, promised < 200 ms; because of p95",
        ),
        ("warning", {"title": "cpu: no data"}, "–, promised < 200 ms; because of cpu"),
        ("error", {"title": "kampyn-perf: failed"}, "failed: p95; 100 % sure\nreally"),
    ]


def test_no_verdict_is_told_from_a_failure() -> None:
    of = verdict(
        judgement("cpu", Outcome.INCONCLUSIVE), code=ExitCode.NO_VERDICT, reasons=("too short",)
    )
    assert [(level, told["title"]) for level, told, _message in read(of)] == [
        ("warning", "cpu: inconclusive"),
        ("error", "kampyn-perf: no verdict"),
    ]


def test_no_more_than_github_shows_and_the_reasons_are_among_them() -> None:
    """Ten of each level; those beyond it would drop without a word."""
    many = [judgement(f"e{n}", Outcome.FAIL) for n in range(30)]
    many += [judgement(f"w{n}", Outcome.NO_DATA) for n in range(30)]
    of = verdict(*many, code=ExitCode.FAILED, reasons=("failed: all of them",))
    levels = [level for level, _told, _message in read(of)]
    assert (levels.count("error"), levels.count("warning")) == (10, 10)
    assert read(of)[-1] == ("error", {"title": "kampyn-perf: failed"}, "failed: all of them")


def test_a_pass_says_nothing() -> None:
    assert github(verdict(judgement("p95", Outcome.PASS), code=ExitCode.OK), {}) == b""
