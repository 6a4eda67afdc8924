"""The summary as a Markdown parser reads it.

Tests `kampyn_perf/report/markup.py`, and `alerts.py` and `load_parts.py` of
`kampyn_perf/results` too.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.markup import escape
from kampyn_perf.report.verdict.markdown import markdown
from kampyn_perf.results.alerts import AlertRecord, AlertState, Firing, Severity
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.unit import Unit
from tests.report.verdict.test_junit import judgement, verdict
from tests.slo.runs import ENDPOINTS, Run, steady


def tables(data: bytes) -> list[list[list[str]]]:
    """Rows of cells of every table, as plain text."""
    found: list[list[list[str]]] = []
    cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(data.decode()):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open"):
            cell = True
        elif token.type == "inline" and cell:
            children = token.children or []
            found[-1][-1].append("".join(child.content for child in children))
            cell = False
    return found


def test_the_objectives_in_a_table() -> None:
    of = verdict(
        judgement("p95", Outcome.PASS, observed=150_000, samples=7_200),
        judgement("p99", Outcome.NO_DATA, required=False, scope={"flow": "Order | pay"}),
        code=ExitCode.OK,
    )
    assert tables(markdown(of)) == [
        [
            ["Objective", "Target", "Observed", "95 % interval", "Samples", "Outcome"],
            ["p99 (flow Order | pay), optional", "< 200 ms", "–", "", "", "➖ no data"],
            ["p95", "< 200 ms", "150 ms", "", "7,200", "✅ pass"],
        ]
    ]


def test_the_run_beside_it() -> None:
    result = Run(phases=[("p", steady(seconds=3))]).result()
    text = markdown(verdict(judgement("a", Outcome.PASS), code=ExitCode.OK), result)
    endpoints = tables(text)[1]
    assert [row[0] for row in endpoints] == ["Endpoint", *ENDPOINTS, "all"]
    assert endpoints[-1][1] == "360"
    assert "180 sessions, 360 requests, 120/s" in text.decode()


def test_firings_are_on_the_runs_axis() -> None:
    errors = AlertRecord(
        name="high_error_rate",
        metric="error_rate",
        statistic="share",
        scope={"endpoint": "POST /order/{userId}"},
        unit=Unit.SHARE,
        fires="> 5 %",
        window_us=60_000_000,
        severity=Severity.CRITICAL,
        state=AlertState.FIRING,
        judged=90,
        firings=[
            Firing(fired_us=70_000_000, resolved_us=80_000_000, value=0.06, worst=0.5),
            Firing(fired_us=85_000_000, value=0.07, worst=0.07, subject="POST /order/{userId}"),
        ],
    )
    blind = errors.model_copy(update={"name": "memory", "judged": 0, "firings": []})
    result = Run(phases=[("p", steady(seconds=3))]).result()
    of = verdict(judgement("a", Outcome.PASS), code=ExitCode.OK)
    result = result.model_copy(update={"alerts": [errors, blind]})
    text = markdown(of, result)
    what = "error_rate POST /order/{userId} over 1 min 0 s was"
    assert tables(text)[1] == [
        ["Alert", "Severity", "Fired", "Value"],
        [
            "high_error_rate",
            "critical",
            "1 min 10 s to 1 min 20 s",
            f"{what} 6 %, at worst 50 % (fires > 5 %)",
        ],
        ["high_error_rate", "critical", "from 1 min 25 s on", f"{what} 7 % (fires > 5 %)"],
    ]
    assert "_Alerts without data: memory._" in text.decode()
    quiet = result.model_copy(update={"alerts": [blind]})
    assert "memory" not in markdown(of, quiet).decode()


def test_reasons_come_first_and_whys_are_folded() -> None:
    of = verdict(
        judgement("a", Outcome.FAIL), code=ExitCode.FAILED, reasons=("failed: a", "partial")
    )
    lines = markdown(of).decode().splitlines()
    assert lines[:4] == [
        "## ❌ kampyn-perf: FAIL on 1 of 1 goal",
        "",
        "- failed: a",
        "- partial",
    ]
    assert "- a: because of a" in lines
    assert lines[-1] == "</details>"


@given(name=st.text(min_size=1), reason=st.text())
def test_no_name_breaks_out_of_its_cell(name: str, reason: str) -> None:
    of = verdict(
        judgement("a", Outcome.FAIL, scope={"endpoint": name}, explanation=reason),
        judgement("b", Outcome.PASS),
        code=ExitCode.FAILED,
        reasons=(reason,),
    )
    (table,) = tables(markdown(of))
    assert [len(row) for row in table] == [6, 6, 6]
    assert table[2][0] == "b"


@given(st.text())
def test_escaped_text_is_one_line_without_markup(text: str) -> None:
    escaped = escape(text)
    assert "\n" not in escaped
    assert "<" not in escaped
    tokens = MarkdownIt("commonmark").parse(f"x{escaped}x")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def test_blanks_of_any_kind_are_one_and_signs_stand_for_themselves() -> None:
    assert escape("\n a \t\u2003b* ") == " a b\\* "
    assert escape("a|b & <c> #1 @x \\_") == "a\\|b &amp; &lt;c&gt; \\#1 \\@x \\\\\\_"


def test_what_has_to_be_acted_on_comes_first() -> None:
    of = verdict(
        judgement("a", Outcome.PASS),
        judgement("b", Outcome.NO_DATA),
        judgement("c", Outcome.FAIL),
        judgement("d", Outcome.INCONCLUSIVE),
        code=ExitCode.FAILED,
    )
    assert [row[0] for row in tables(markdown(of))[0][1:]] == ["c", "d", "b", "a"]


def test_many_endpoints_are_folded_and_a_summary_stays_within_githubs_limit() -> None:
    result = Run(phases=[("p", steady(seconds=3))]).result()
    one = result.endpoints[0]
    failed = one.requests.model_copy(update={"failed": 7})
    many = [one.model_copy(update={"name": f"GET /{'x' * 200}/{n}"}) for n in range(5_000)]
    many[4_321] = many[4_321].model_copy(update={"requests": failed})
    of = verdict(judgement("a", Outcome.PASS), code=ExitCode.OK)
    text = markdown(of, result.model_copy(update={"endpoints": many}))
    assert len(text.decode()) <= 65_000
    assert b"<details><summary>200 endpoints</summary>" in text
    assert b"4800 endpoints left out" in text
    assert tables(text)[1][1][0].endswith("/4321")
    assert b"endpoints</summary>" not in markdown(of, result)


def test_of_many_objectives_those_that_passed_are_folded() -> None:
    of = verdict(
        *[judgement(f"good{n}", Outcome.PASS) for n in range(20)],
        judgement("bad", Outcome.FAIL),
        code=ExitCode.FAILED,
    )
    text = markdown(of)
    first, second = tables(text)
    assert [row[0] for row in first[1:]] == ["bad"]
    assert [row[0] for row in second[1:]] == [f"good{n}" for n in range(20)]
    assert b"<details><summary>20 passed</summary>" in text


@given(
    count=st.integers(1, 3_000),
    length=st.sampled_from([1, 40, 900, 30_000]),
    outcome=st.sampled_from([Outcome.PASS, Outcome.FAIL]),
)
@settings(max_examples=25, deadline=None)
def test_it_fits_a_comment_whatever_there_is_and_nothing_stays_open(
    count: int, length: int, outcome: Outcome
) -> None:
    """65,536 characters; and 1 MiB for a summary, whose characters have 4 bytes at most."""
    count = min(count, 10_000_000 // length)  # more than 200 rows leave some out
    of = verdict(
        judgement("bad", Outcome.FAIL),
        *[judgement(f"n{n}" + "y" * length, outcome) for n in range(count)],
        code=ExitCode.FAILED,
        reasons=("failed: bad",),
    )
    text = markdown(of).decode()
    assert len(text) <= 65_000
    assert text.count("<details>") == text.count("</details>")
    assert text.startswith("## ❌ kampyn-perf: FAIL on ")
    assert "- failed: bad" in text


def test_all_that_there_is_is_shown_or_counted() -> None:
    of = verdict(*[judgement(f"n{n}", Outcome.FAIL) for n in range(250)], code=ExitCode.FAILED)
    (shown,) = tables(markdown(of))
    assert len(shown) == 1 + 200
    assert b"_50 objectives that did not pass left out; verdict.json has them._" in markdown(of)
