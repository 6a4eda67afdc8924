"""`kampyn-perf check`: outcomes, by the real program, files, and what is wrong with a result.

Tests `kampyn_perf/cli/run_view.py` too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kampyn_perf.results import io
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.load import RunStatus
from kampyn_perf.results.verdict import Verdict
from tests.bench.conftest import MACHINE, options
from tests.cli import program
from tests.slo.runs import ENDPOINTS, Run, machine, steady

SLO = """\
objectives:
  p95:
    metric: response_time
    statistic: p95
    target: "< 200 ms"
  errors:
    metric: error_rate_5xx
    target: "< 0.1 %"
  cpu:
    metric: cpu
    target: "< 70 %"
"""
PHASES = [("p", steady(seconds=40, rate=100))]
BENCHMARK = BenchResult(
    status=RunStatus.COMPLETE,
    started_at="2026-01-01T00:00:00+00:00",
    elapsed_us=1,
    machine=MACHINE,
    options=options(),
    planned_cases=0,
    cases=[],
)
ALL = [machine("cpu", [0.5, 0.55] * 20)]


def check(cwd: Path, *arguments: str, **environ: str) -> program.Done:
    return program.here(cwd, "check", *arguments, env=environ)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with objectives of its own in configs/."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "slo.yaml").write_text(SLO, encoding="utf-8")
    return tmp_path


def put(folder: Path, run: Run, name: str = "one") -> Path:
    path = folder / "reports" / name / "result.json"
    io.write(path, run.result())
    return path


def test_a_run_that_keeps_every_promise(folder: Path) -> None:
    path = put(folder, Run(phases=PHASES, measurements=ALL))
    done = program.run(folder, "check", "reports/one", "--strict")
    assert done.code == 0, done.err
    assert done.err == ""
    assert "PASS on 3 of 3 goals\n" in done.out
    verdict = io.read(path.parent / "verdict.json", {"kampyn-perf/verdict": Verdict})
    assert verdict.exit_code == 0
    assert [each.name for each in verdict.objectives] == ["p95", "errors", "cpu"]


def test_several_runs_are_judged_together(folder: Path) -> None:
    put(folder, Run(phases=PHASES), "first")
    put(folder, Run(phases=PHASES, measurements=ALL), "second")
    assert check(folder, "reports/first", "--strict").code == 4
    done = check(folder, "reports/first", "reports/second", "--strict", "--format", "markdown")
    assert done.code == 0, done.err
    assert "| p95 | &lt; 200 ms |" in done.out
    told = check(folder, "reports/first", "reports/second", "--strict", "--explain")
    assert "mean is 52.5 % (machine, by psutil)" in told.out
    assert told.out.startswith("first: load of ")
    assert "PASS" in told.out
    kept = json.loads((folder / "reports" / "first" / "verdict.json").read_text())
    assert kept["exit_code"] == 4  # of the first check: two runs have no folder in common
    assert not (folder / "reports" / "second" / "verdict.json").exists()


def test_against_a_baseline(folder: Path) -> None:
    put(folder, Run(phases=[("p", [[20_000] * 100] * 40)]), "old")
    put(folder, Run(phases=[("p", [[30_000] * 100] * 40)]), "new")
    (folder / "goals.yaml").write_text(
        "objectives: {p95: {metric: response_time, statistic: p95, target: '<= +10 %'}}"
    )
    goals = ("--slo", "goals.yaml", "--explain")
    worse = check(folder, "reports/new", "--baseline", "reports/old", *goals)
    assert worse.code == 1, worse.err
    assert "p95 is 30.0 ms (+50 %: the baseline's was 20.0 ms)" in worse.out
    better = check(folder, "reports/old", "--baseline", "reports/new", *goals)
    assert better.code == 0, better.err
    alone = check(folder, "reports/new", *goals)
    assert alone.code == 4
    assert "there is no baseline to compare with (--baseline RUN)" in alone.out
    missing = check(folder, "reports/new", "--baseline", "reports/none", *goals)
    assert missing.code not in (0, 1, 4)


def test_where_ci_is_set_what_nobody_measured_is_no_success(folder: Path) -> None:
    put(folder, Run(phases=PHASES))  # without the processor
    assert check(folder, "reports/one").code == 0
    done = check(folder, "reports/one", CI="true")
    assert done.code == 4
    assert "required, but not decided: cpu" in done.out
    assert "note: CI is set, so this was judged as with --strict" in done.err
    assert check(folder, "reports/one", "--lenient", CI="true").code == 0
    assert check(folder, "reports/one", CI="false").code == 0
    both = check(folder, "reports/one", "--lenient", "--strict")
    assert both.code == 2
    assert "--strict and --lenient cannot both be meant" in both.err


def test_annotations_stand_at_the_objectives_lines(folder: Path) -> None:
    put(folder, Run(phases=PHASES))
    done = check(folder, "reports/one", "--strict", "--format", "github")
    assert done.code == 4
    first, last = done.out.splitlines()
    line = 1 + SLO.splitlines().index("  cpu:")
    assert first.startswith(f"::warning file=configs/slo.yaml,line={line},title=cpu%3A no data::")
    assert last == ("::error title=kampyn-perf%3A no verdict::required, but not decided: cpu")
    elsewhere = check(folder / "reports", "one", "--slo", "slo", "--format", "github")
    assert "file=" not in elsewhere.out


def test_latest_is_what_is_judged_without_a_name(folder: Path) -> None:
    """In a folder from before each kind of run had its own `latest`, too."""
    put(folder, Run(phases=PHASES))
    (folder / "reports" / "latest").symlink_to("one")
    done = check(folder)
    assert done.code == 0, done.err
    assert "required and not decided (with --strict there is no pass): cpu" in done.out


def test_the_newest_load_is_judged_although_a_benchmark_is_newer(folder: Path) -> None:
    put(folder, Run(phases=PHASES), "a-load")
    benchmark = folder / "reports" / "a-benchmark" / "result.json"
    io.write(benchmark, BENCHMARK)
    (folder / "reports" / "latest-load").symlink_to("a-load")
    for pointer in ("latest", "latest-bench"):
        (folder / "reports" / pointer).symlink_to("a-benchmark")

    done = check(folder)
    assert done.code == 0, done.err
    first, _, _ = done.out.partition("\n")
    assert first == "a-load: load of 2026-11-23 20:00 UTC, profile test on reference, by slo"
    assert (folder / "reports" / "a-load" / "verdict.json").exists()

    done = check(folder, "latest-bench")
    first, _, _ = done.out.partition("\n")
    assert first == "a-benchmark: benchmark of 2026-01-01 00:00 UTC, 0 cases of no suite, by slo"


def test_a_benchmark_is_not_taken_for_a_load(folder: Path) -> None:
    io.write(folder / "reports" / "a-benchmark" / "result.json", BENCHMARK)
    (folder / "reports" / "latest").symlink_to("a-benchmark")
    done = check(folder)
    assert done.code == 2
    assert "there is no load to judge: the newest run, a-benchmark, is a benchmark" in done.err
    assert "kampyn-perf check latest-bench" in done.err


@pytest.mark.parametrize(
    ("run", "arguments", "code", "words"),
    [
        (Run(phases=PHASES), ["--strict"], 4, "required, but not decided: cpu"),
        (
            Run(phases=PHASES),
            ["--set", "objectives.p95.target=< 20 ms"],
            1,
            "FAIL on 1 of 3 goals; 1 passed, 1 no data\n",
        ),
        (Run(phases=PHASES, errors={"503": 400}), [], 1, "failed: p95, errors"),
        (
            Run(phases=PHASES, invalid=["the generator was late"]),
            [],
            4,
            "the run is not valid: the generator was late",
        ),
        (Run(phases=[]), [], 4, "the result holds no sample at all"),
        (
            Run(phases=PHASES, status=RunStatus.PARTIAL, reason="interrupted"),
            [],
            4,
            "a partial run can fail but not pass",
        ),
        (
            Run(phases=PHASES, status=RunStatus.PARTIAL, reason="interrupted"),
            ["--allow-partial"],
            0,
            "(partial run)",
        ),
    ],
    ids=["strict", "slow", "errors", "invalid", "empty", "partial", "partial-allowed"],
)
def test_the_exit_code_says_what_the_words_say(
    folder: Path, run: Run, arguments: list[str], code: int, words: str
) -> None:
    put(folder, run)
    done = program.run(folder, "check", "reports/one", *arguments)
    assert done.code == code, done.err
    assert words in done.out


def test_json_is_alone_on_stdout_and_equals_the_file(folder: Path) -> None:
    path = put(folder, Run(phases=PHASES))
    done = check(folder, str(path), "--json")
    assert done.code == 0
    assert done.err == ""
    verdict = json.loads(done.out)
    assert verdict == json.loads((path.parent / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["schema"] == "kampyn-perf/verdict"
    assert verdict["conclusion"] == "pass"
    assert {each["outcome"] for each in verdict["objectives"]} == {"pass", "no_data"}


def test_the_environment_and_another_file(folder: Path) -> None:
    put(folder, Run(phases=PHASES))
    done = check(folder, "reports/one", KAMPYN_SLO_OBJECTIVES__P95__TARGET="< 1 ms")
    assert done.code == 1
    other = folder / "other.yaml"
    other.write_text(
        "objectives: {rate: {metric: throughput, target: '>= 90/s'}}\n", encoding="utf-8"
    )
    done = check(folder, "reports/one", "--slo", "other.yaml", "--explain")
    assert done.code == 0, done.err
    assert "✓ rate  100/s  >= 90/s" in done.out


def test_every_endpoint_by_itself(folder: Path) -> None:
    put(folder, Run(phases=PHASES))
    every = '{metric: response_time, statistic: p95, target: "< 200 ms", scope: {endpoint: "*"}}'
    done = check(folder, "reports/one", "--set", f"objectives.each={every}", "--explain")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    for endpoint in ENDPOINTS:
        (at,) = (n for n, line in enumerate(lines) if f"✓ each [endpoint {endpoint}]  " in line)
        assert lines[at + 1].startswith("    p95 is ")


def test_where_the_verdict_goes(folder: Path) -> None:
    path = put(folder, Run(phases=PHASES))
    assert check(folder, "reports/one", "--out", "gate/verdict.json").code == 0
    assert (folder / "gate" / "verdict.json").is_file()
    assert (path.parent / "verdict.json").is_file()
    (folder / "file").write_text("", encoding="utf-8")
    done = check(folder, "reports/one", "--out", "file/verdict.json")
    assert done.code == 2
    assert "cannot write file/verdict.json" in done.err


GOOD = Run(phases=[("p", steady(seconds=3, rate=4))]).result()


def document() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(io.dumps(GOOD))
    return value


def _without(key: str) -> str:
    value = document()
    del value[key]
    return json.dumps(value)


def _changed(part: str, key: str, value: Any) -> str:
    changed = document()
    changed[part][key] = value
    return json.dumps(changed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "reports/one/result.json is not JSON"),
        ("[]", "it holds no JSON object"),
        ("{}", "is not a result that can be used here: it has no schema"),
        (
            json.dumps({"schema": "kampyn-perf/other", "version": 1}),
            "its schema is 'kampyn-perf/other', not kampyn-perf/bench or kampyn-perf/load",
        ),
        (json.dumps(document() | {"version": 99}), "is of version 99; this kampyn-perf reads"),
        (_without("requests"), "reports/one/result.json: requests: Field required"),
        (json.dumps(document() | {"elapsed_us": "x"}), "reports/one/result.json: elapsed_us"),
        (json.dumps(document() | {"version": "1"}), "has no version, but '1' in its place"),
        (_changed("validity", "reasons", ["late"]), "validity.valid: is true beside reasons"),
        (_changed("sessions", "planned", 99), "sessions.planned: is not the sum of started and"),
        (_changed("requests", "failed", 1), "requests.failed: is not the sum of errors"),
        (_changed("requests", "count", 99), "requests.response.count: is not requests.count"),
        (json.dumps(document() | {"phases": []}), "phases: do not add up to requests.count"),
    ],
    ids=[
        *("broken", "list", "object", "schema", "newer", "missing", "type", "version"),
        *("invalid", "sessions", "failed", "count", "phases"),
    ],
)
def test_what_is_not_a_result(folder: Path, text: str, words: str) -> None:
    path = folder / "reports" / "one" / "result.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    done = check(folder, "reports/one")
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err
    assert not (path.parent / "verdict.json").exists()


def test_a_damaged_breakdown_is_named(folder: Path) -> None:
    value = document()
    value["breakdown"]["requests"][0]["packed"] = "AIAB"  # ends within a number
    path = folder / "reports" / "one" / "result.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    done = check(folder, "reports/one")
    assert done.code == 2
    assert "the breakdown of a group ends within" in done.err
    assert "Traceback" not in done.err


def test_nothing_there(folder: Path) -> None:
    done = check(folder)
    assert done.code == 2
    assert "there is no result at reports/latest/result.json" in done.err
    assert "Run kampyn-perf load first" in done.err


def test_wrong_objectives_are_told_before_the_result_is_read(folder: Path) -> None:
    (folder / "configs" / "slo.yaml").write_text(
        "objectives:\n  a: {metric: cpus, target: 5}\n  b: {metric: cpu}\n", encoding="utf-8"
    )
    done = check(folder, "--slo", "slo")
    assert done.code == 2
    assert "configs/slo.yaml:2: objectives.a.metric: unknown metric 'cpus'" in done.err
    assert "configs/slo.yaml:3: objectives.b.target: is missing" in done.err


def test_the_metrics_are_listed(folder: Path) -> None:
    done = check(folder, "--metrics", "--json")
    assert done.code == 0
    metrics = {each["metric"]: each for each in json.loads(done.out)}
    assert metrics["response_time"]["scopes"] == ["overall", "endpoint", "flow", "phase"]
    assert "db_query_time" in check(folder, "--metrics").out


def test_what_nobody_measured_is_told_on_one_line(folder: Path) -> None:
    put(folder, Run(phases=PHASES))
    (folder / "configs" / "slo.yaml").unlink()
    done = check(folder, "reports/one", COLUMNS="200")
    assert done.code == 0, done.err
    assert (
        "– no data: availability_probe, db_query_time, memory_per_instance, cpu, memory, disk_io: "
        "nothing measured it in this run\n"
    ) in done.out
    assert done.out.count("nothing measured") == 1


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_a_narrow_terminal_keeps_every_name_and_breaks_no_value_from_its_unit(
    folder: Path, columns: int
) -> None:
    put(folder, Run(phases=PHASES, errors={"503": 400}))
    done = check(folder, "reports/one", "--explain", COLUMNS=str(columns))
    _, _, said = done.out.partition("\n")
    for name in ("p95", "errors", "cpu"):
        assert name in said
    assert max(len(line) for line in said.splitlines()) <= columns
    assert "…" not in said
    assert not re.search(r"^\s*(%|ms|s|µs)\b", said, re.M)


def test_forms_for_ci(folder: Path) -> None:
    put(folder, Run(phases=PHASES, errors={"503": 400}))
    done = check(folder, "reports/one", "--format", "junit", "--out", "ci/junit.xml")
    assert done.code == 1
    assert done.err == ""
    assert "FAIL" in done.out
    suite = ElementTree.parse(folder / "ci" / "junit.xml").getroot().find("testsuite")
    assert suite is not None
    assert suite.attrib["failures"] == "3"
    done = check(folder, "reports/one", "--format", "markdown")
    assert done.code == 1
    assert done.out.startswith("## ❌ kampyn-perf: FAIL on 2 of 3 goals; 1 no data\n")
    assert done.err == ""
    assert check(folder, "reports/one", "--format", "pdf").code == 2


def test_a_run_folder_that_cannot_be_written_is_judged_all_the_same(folder: Path) -> None:
    path = put(folder, Run(phases=PHASES))
    (path.parent / "verdict.json").mkdir()
    done = check(folder, "reports/one")
    assert done.code == 0
    assert "note: the verdict was not kept" in done.err
