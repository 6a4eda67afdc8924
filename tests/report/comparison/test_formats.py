"""A comparison in each of its formats: one known-good, and what is wrong with it.

Tests `kampyn_perf/report/comparison` and `kampyn_perf/report/documents.py`.
"""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.comparison import Format, export
from kampyn_perf.report.comparison.table import lines
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison, Conclusion, Design, Difference, RunName
from kampyn_perf.results.unit import Unit

P95 = Compared(
    metric="response_time",
    statistic="p95",
    unit=Unit.DURATION,
    primary=True,
    base=10_000.0,
    new=13_000.0,
    change=0.3,
    low=0.2,
    high=0.41,
    outcome=Change.REGRESSED,
)
OPEN = P95.model_copy(
    update={
        "scope": "endpoint GET /<b>|x",
        "outcome": Change.INCONCLUSIVE,
        "explanation": "the interval holds both",
        "needs": "about 8 runs a side would decide",
    }
)
SAME = P95.model_copy(update={"statistic": "p50", "outcome": Change.NO_CHANGE})
THREADS = P95.model_copy(
    update={
        "scope": "worker 1",
        "metric": "process_threads",
        "statistic": "mean",
        "unit": Unit.COUNT,
        "gates": False,
        "primary": False,
        "outcome": Change.NO_CHANGE,
    }
)


def comparison(**more: Any) -> Comparison:
    """A regression."""
    plain: dict[str, Any] = {
        "kind": "load",
        "design": Design.SINGLE,
        "margin": 0.05,
        "between_runs": 0.1,
        "confidence": 0.95,
        "base": [RunName(name="before", started_at="2026-01-01T00:00:00Z")],
        "new": [RunName(name="after", started_at="2026-01-02T00:00:00Z")],
        "conclusion": Conclusion.REGRESSED,
        "reasons": ["response time P95: +30 %"],
        "differences": [Difference(what="git commit", base="a", new="b")],
        "remarks": ["one run on a side"],
        "rows": [P95, OPEN, THREADS],
    }
    return Comparison(**{**plain, **more})


UNDECIDED = {"conclusion": Conclusion.INCONCLUSIVE, "rows": [OPEN], "reasons": ["open"]}
APART = {"conclusion": Conclusion.NOT_COMPARABLE, "rows": [OPEN], "reasons": ["another seed"]}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, ExitCode.FAILED),
        ({"conclusion": Conclusion.NO_CHANGE}, ExitCode.OK),
        ({"conclusion": Conclusion.IMPROVED}, ExitCode.OK),
        (APART, ExitCode.NO_VERDICT),
        # 0 never stands beside a figure of the whole that looks worse than the margin allows.
        (UNDECIDED, ExitCode.NO_VERDICT),
        ({**UNDECIDED, "rows": [SAME, OPEN.model_copy(update={"change": 0.04})]}, ExitCode.OK),
        ({**UNDECIDED, "rows": [SAME, OPEN.model_copy(update={"change": -0.5})]}, ExitCode.OK),
        ({**UNDECIDED, "rows": [SAME, OPEN.model_copy(update={"primary": False})]}, ExitCode.OK),
        # Nor where nothing of the whole was decided.
        ({**UNDECIDED, "rows": [OPEN.model_copy(update={"change": 0.04})]}, ExitCode.NO_VERDICT),
        (
            {**UNDECIDED, "rows": [SAME, OPEN.model_copy(update={"change": 0.0})], "strict": True},
            ExitCode.NO_VERDICT,
        ),
        # Strict: what improved leaves nothing of the whole open.
        ({"conclusion": Conclusion.IMPROVED, "strict": True}, ExitCode.NO_VERDICT),
        ({"conclusion": Conclusion.IMPROVED, "rows": [SAME], "strict": True}, ExitCode.OK),
    ],
)
def test_the_exit_code(more: dict[str, Any], code: ExitCode) -> None:
    found = comparison(**more)
    assert found.exit_code is code
    suite = ElementTree.fromstring(export(found, Format.JUNIT))
    wrong = [*suite.iter("failure"), *suite.iter("error")]
    assert bool(wrong) == (code is not ExitCode.OK or bool(found.of(Change.REGRESSED)))


def test_a_table_for_people() -> None:
    text = export(comparison(), Format.TABLE).decode().splitlines()
    assert text[0] == (
        "REGRESSED on 1 of 2 figures; 1 undecided: response time P95 [endpoint GET /<b>|x]"
    )
    assert text[2:4] == ["base: before", "new:  after"]
    assert "  git commit: a -> b" in text
    p95 = next(line for line in text if line.startswith("✗"))
    assert p95.split("  ")[1].strip() == "response time P95"
    assert "+30 %" in p95
    assert "+20 % to +41 %" in p95
    assert any(line.endswith("about 8 runs a side would decide") for line in text)
    assert text[-1] == "and 1 more, which changed nothing (--all)"


def part(scope: str, change: float, outcome: Change, **more: Any) -> Compared:
    """One of a part of the load."""
    update = {"scope": scope, "change": change, "outcome": outcome, "primary": False, **more}
    return P95.model_copy(update=update)


SLOWER = part("endpoint GET /a", 0.5, Change.REGRESSED)
PARTS = [
    part("endpoint GET /b", 0.12, Change.INCONCLUSIVE),
    part("flow Orders", -0.03, Change.INCONCLUSIVE, statistic="p99"),
    part("endpoint GET /c", 0.01, Change.NO_CHANGE),
    part("phase Peak", -0.02, Change.NO_CHANGE),
    SLOWER,
]


def test_parts_that_did_not_change_share_a_line_for_each_kind() -> None:
    found = comparison(rows=[SAME, OPEN, *PARTS, P95])
    text = export(found, Format.TABLE).decode().splitlines()
    marks = [line for line in text if line[:1] in ("✗", "✓", "?", "=")]
    # The whole, and what changed, have lines of their own; what changed comes first.
    assert [line[:1] for line in marks] == ["✗", "✗", "?", "=", "?", "="]
    assert "response time P95 [endpoint GET /a]" in marks[1]
    assert marks[4:] == [
        "? response time of endpoints, flows: 2 inconclusive, observed -3 % to +12 % "
        "(worst: response time P95 [endpoint GET /b])",
        "= response time of endpoints, phases: 2 no meaningful change, observed -2 % to +1 %",
    ]
    assert text[-1] == "each of them: --all"


def test_everything_has_a_line_where_all_are_asked_for() -> None:
    found = comparison(rows=[SAME, *PARTS, THREADS])
    text = list(lines(found, everything=True))
    assert sum(line[:1] in ("✗", "✓", "?", "=") for line in text) == len(found.rows)
    for form in (Format.JSON, Format.MARKDOWN):
        assert all(
            one.scope.split()[-1] in export(found, form).decode() for one in found.rows if one.scope
        )


def test_a_part_alone_keeps_its_line() -> None:
    text = export(comparison(rows=[P95, PARTS[0]]), Format.TABLE).decode()
    assert "response time P95 [endpoint GET /b]" in text.splitlines()[-1]


def test_of_what_cannot_be_compared_only_the_whole_is_shown() -> None:
    part = OPEN.model_copy(update={"primary": False})
    text = export(comparison(**{**APART, "rows": [OPEN, part]}), Format.TABLE).decode()
    assert text.count("[endpoint") == 1


def test_json_is_the_model() -> None:
    document = json.loads(export(comparison(), Format.JSON))
    assert document["schema"] == "kampyn-perf/comparison"
    assert Comparison.model_validate(document) == comparison()


def test_markdown_carries_no_markup_of_others() -> None:
    text = export(comparison(), Format.MARKDOWN).decode()
    assert text.startswith("## ❌ kampyn-perf compare: REGRESSED")
    assert "<b>" not in text
    assert "&lt;b&gt;\\|x" in text
    assert (
        "| response time P95 | 10.0 ms | 13.0 ms | +30 % | +20 % to +41 % | ❌ regressed |" in text
    )
    assert text.index("git commit") < text.index("response time P95 |")


def test_annotations() -> None:
    lines = export(comparison(), Format.GITHUB).decode().splitlines()
    assert lines == [
        "::error title=response time P95%3A regressed::"
        "10.0 ms -> 13.0 ms, +30 %25 (+20 %25 to +41 %25)"
    ]
    (line,) = export(comparison(**APART), Format.GITHUB).decode().splitlines()
    assert line == "::error title=kampyn-perf compare%3A not comparable::another seed"
    notice = comparison(**UNDECIDED, strict=False).model_copy(
        update={"rows": [SAME, OPEN.model_copy(update={"change": 0.0})]}
    )
    assert export(notice, Format.GITHUB).decode().startswith("::notice")
    assert (
        export(comparison(conclusion=Conclusion.NO_CHANGE, rows=[], reasons=[]), Format.GITHUB)
        == b""
    )


def test_a_page() -> None:
    page = export(comparison(), Format.HTML).decode()
    assert page.startswith("<!doctype html>")
    assert "REGRESSED on 1 of 2 figures" in page
