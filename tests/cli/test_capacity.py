"""`kampyn-perf capacity` as the real program: what is wrong with a request, and what is said; and
what each line of its page asks for.

Tests `capacity.py` and `capacity_step.py` of `kampyn_perf/results` too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf import capacity
from kampyn_perf.capacity import CapacityRequest
from kampyn_perf.cli.capacity import view
from kampyn_perf.cli.capacity.run import exit_code
from kampyn_perf.cli.main import app
from kampyn_perf.errors import ExitCode
from kampyn_perf.results import io
from kampyn_perf.results.capacity import Beyond, Ending, Steadiness
from tests.cli import program
from tests.cli.docs import pages
from tests.slo.evidence.test_capacity import around, result, step


def test_a_budget_too_small_says_what_it_needs(tmp_path):
    done = program.run(tmp_path, "capacity", "--budget", "20s")
    assert done.code == ExitCode.USAGE
    assert "too small" in done.err
    assert "1 min 26 s at least" in done.err
    assert not (tmp_path / "reports").exists()


def test_a_target_that_is_not_there(tmp_path):
    done = program.run(tmp_path, "capacity", "http://127.0.0.1:1/")
    assert done.code == ExitCode.UNREACHABLE
    assert "cannot be reached" in done.err


def test_a_sweep_is_of_the_bundled_backend(tmp_path):
    done = program.here(tmp_path, "capacity", "http://127.0.0.1:1/", "--workers-sweep", "1,2")
    assert done.code == ExitCode.USAGE
    assert "bundled backend" in done.err
    done = program.here(tmp_path, "capacity", "--workers-sweep", "1,two")
    assert done.code == ExitCode.USAGE
    assert "--workers-sweep 1,2,4" in done.err


def test_a_sweep_with_too_little_for_each_begins_nothing(tmp_path):
    done = program.here(tmp_path, "capacity", "--workers-sweep", "1,2", "--budget", "2m")
    assert done.code == ExitCode.USAGE
    assert "--budget is shared by 2 searches, and 1 min 0 s each are too little" in done.err
    assert "Together they take 2 min 52 s at least" in done.err
    assert not (tmp_path / "reports").exists()


def test_what_cannot_be_gone_on_with(tmp_path):
    done = program.here(tmp_path, "capacity", "--resume", "nowhere")
    assert done.code == ExitCode.USAGE
    assert "nowhere" in done.err


def test_check_judges_a_load_and_a_search_together(tmp_path):
    io.write(tmp_path / "capacity" / "result.json", result(*around(600)))
    done = program.here(tmp_path, "check", "capacity")
    assert "capacity search of 2026-11-28" in done.out
    assert "throughput" in done.out
    assert done.code == ExitCode.OK
    io.write(tmp_path / "slow" / "result.json", result(*around(60)))
    assert program.here(tmp_path, "check", "slow").code == ExitCode.FAILED


def test_exit_codes():
    found = result(*around(100))
    codes = {
        Ending.FOUND: 0, Ending.ROUGH: 0, Ending.LIMITER: 0, Ending.TOO_SLOW: 1, Ending.LOST: 3,
        Ending.GENERATOR: 4, Ending.NO_TIME: 4, Ending.UNDECIDED: 4,
    }  # fmt: skip
    for ending, code in codes.items():
        assert exit_code(found.model_copy(update={"ending": ending})) == code
    ended = found.model_copy(update={"ending": Ending.INTERRUPTED, "interrupted": "SIGINT"})
    assert exit_code(ended) == ExitCode.INTERRUPTED


def test_a_step_in_a_line():
    assert view.outcome(step(10, 1.0)).startswith("held; nearest: p95")
    grows = step(10, 1.0, steadiness=Steadiness.OVERLOADED, growth=12.0)
    assert view.outcome(grows) == "overloaded, +12 in flight each second"
    assert "missed p95" in view.outcome(step(10, -1.0))
    assert "not valid: late" in view.outcome(step(10, 1.0, invalid=["late"]))


def test_the_answer_stands_on_stdout(capfdbinary):
    view.answer(result(*around(500)))
    out = capfdbinary.readouterr().out.decode()
    assert out.startswith("Capacity: 4") or out.startswith("Capacity: 5")
    assert "sessions/s" in out
    assert "Breaks first: p95" in out
    rates = [line.split()[2] for line in out.splitlines() if " confirm " in line]
    assert rates == ["470/s", "480/s", "490/s", "500/s", "510/s", "520/s", "530/s"]


def test_both_limits_are_told(capfdbinary):
    found = result(*around(300))
    further = Beyond(aside=["cpu", "memory"], answer=result(*around(500)).answer, reason="so far")
    goals = {"p95": "< 200 ms"}
    view.answer(found.model_copy(update={"beyond": further, "objectives": goals}))
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[1] == "Breaks first: p95 (< 200 ms)"
    alone = "By response times and errors alone (without cpu, memory): "
    (told,) = [line for line in lines if line.startswith(alone)]
    assert 450 < float(told.removeprefix(alone).split()[0]) < 550
    assert "  breaks first: p95" in lines
    untried = further.model_copy(update={"answer": None, "reason": ""})
    view.answer(found.model_copy(update={"beyond": untried}))
    assert f"{alone}it was not searched for" in capfdbinary.readouterr().out.decode()


def test_no_answer_says_why(capfdbinary):
    view.answer(result(ending=Ending.UNDECIDED, reason="nothing was told"))
    assert capfdbinary.readouterr().out == b"No capacity: nothing was told\n"


LINES = [line for line in pages.lines("docs/capacity.md") if " capacity" in line.split(" --")[0]]


@pytest.mark.parametrize("line", [each for each in LINES if "--resume" not in each])
def test_what_a_line_of_the_page_asks_for(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything but the search, which takes 86 s at the least; the lines of `--help` are among
    these. Another is begun, ended and gone on with by `tests/cli/docs/test_stories.py`."""
    asked: list[CapacityRequest] = []

    def search(request: CapacityRequest, _observer: object) -> object:
        asked.append(request)
        return result(*around(500))

    monkeypatch.setattr(capacity, "run", search)
    monkeypatch.chdir(tmp_path)
    Path("my-users.json").write_text(
        '{"schema": "kampyn-perf/data", "version": 1, "uniId": "1", "users": [], "vendors": [], '
        '"items": []}'
    )
    assert app(pages.typed(line), standalone_mode=False) == ExitCode.OK
    words = {one: line.partition(f"{one} ")[2].split(" ")[0] for one in ("--budget", "--target")}
    numbers = (1, 2, 4) if "--workers-sweep" in line else (None,)
    minutes = {"3m": 3, "30m": 10}.get(words["--budget"], 10)
    assert [one.budget_us for one in asked] == [minutes * 60_000_000] * len(numbers)
    for request, number in zip(asked, numbers, strict=True):
        bundled = request.load.bundled
        own = words["--target"] or "localhost" in line
        assert (bundled is None) is bool(own)
        if number:
            assert bundled is not None
            assert bundled.settings.workers == number
        limits = request.slo.objectives["cpu"].required if "cpu" in line else True
        assert limits is ("cpu" not in line)
