"""Every command of the README is run, as it stands there; the loads are made short by environment.

What cannot be run as it stands is replaced in `STANDS_FOR`, each with its reason.

Tests `README.md`.
"""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests import stock_locust
from tests.cli import program

README = (program.ROOT / "README.md").read_text()
JUDGED = (0, 1, 4)
SHORT = "[{duration: 1, arrivalRate: 30}]"
ENVIRONMENT = {
    "KAMPYN_LOAD_PROFILES__QUICK__PHASES": SHORT,
    "KAMPYN_LOAD_PROFILES__DOCUMENTED__PHASES": SHORT,
    "KAMPYN_BACKEND_PORT": "0",  # 5001 may be somebody's
    "KAMPYN_BACKEND_PASSWORDS__MEMORY": "8KB",
    "KAMPYN_BACKEND_PASSWORDS__ITERATIONS": "1",
    "KAMPYN_BACKEND_SEED__ORDERS": "50",
    "KAMPYN_BACKEND_WORKERS": "1",
}


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.S)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def those(beginning: str) -> list[str]:
    return [command for command in commands() if command.startswith(beginning)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands build on each other: `check` judges what `load` left."""
    return tmp_path_factory.mktemp("readme")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[tuple[program.Process, str]]:
    """`backend serve` at work, and its URL."""
    (serve,) = (command for command in those("kampyn-perf backend") if "serve" in command)
    process = program.start(folder, *shlex.split(serve)[1:], env=ENVIRONMENT)
    try:
        record = folder / ".kampyn" / "backend.json"
        program.wait_for(record.exists, seconds=60, what="the backend")
        yield process, orjson.loads(record.read_bytes())["url"]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def run(folder: Path, command: str, **environ: str) -> program.Done:
    words = shlex.split(command)
    assert words[0] == "kampyn-perf"
    return program.run(folder, *words[1:], env=ENVIRONMENT | environ)


def test_no_command_is_left_out():
    known = ("make ", "pip install .", "kampyn-perf ", "locust ")
    assert commands()
    assert [command for command in commands() if not command.startswith(known)] == []


BUNDLED = "kampyn-perf load --profile quick"


@pytest.mark.parametrize("command", those("kampyn-perf load"))
def test_loads(folder, served, command):
    """Of those that start the bundled backend the first, and one that sets it up, do; the others
    find the one that is served."""
    if "staging" in command or "localhost:8000" in command or "shop.yaml" in command:
        command += " --dry-run"  # no such host, or none here; nothing may leave this machine
    if "profiles.mine" in command:
        command += " --set 'profiles.mine={phases: [{duration: 1, arrivalRate: 20, rampTo: 60}]}'"
    (folder / "shop.yaml").write_text(
        "url: http://localhost:8000\nflows: [{name: F, flow: [{get: /}]}]\n"
    )
    own = command == BUNDLED or any(word in command for word in ("backend.", "--target", ":8000"))
    elsewhere = {} if own else {"KAMPYN_LOAD_CONFIG__TARGET": served[1]}
    done = run(folder, command, **elsewhere)
    assert done.code in JUDGED, done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", those("kampyn-perf check"))
def test_checks(folder, command):
    if not (folder / "reports" / "latest").exists():
        run(folder, "kampyn-perf load --profile quick")
    done = run(folder, command)
    assert done.code in JUDGED, done.err
    assert "response_time_p95" in done.out + done.err + "".join(
        path.read_text() for path in folder.glob("junit.xml")
    )


@pytest.mark.parametrize("command", those("kampyn-perf compare") + those("kampyn-perf trend"))
def test_comparisons(folder, command):
    """Of two short runs; there is one pair, which decides nothing."""
    if "--run" in command:
        command += " --pairs 1 --without-control --allow busy"
    elif not list((folder / "reports").glob("*/tags.json")):
        run(folder, "kampyn-perf load --profile quick --tag main")
        run(folder, "kampyn-perf load --profile quick")
    done = run(folder, command)
    assert done.code in JUDGED, done.err
    assert "Traceback" not in done.err
    assert "p95" in done.out.lower()


def test_serving_stopping_and_stock_locust(folder, served):
    process, url = served
    for command in those("kampyn-perf watch"):
        there = command.replace("http://localhost:5001", url).replace("10m", "3s")
        watched = run(folder, there)
        assert watched.code == 0, watched.err
        assert "No data: high_error_rate: the window of 1 min 0 s holds " in watched.err
    (locust,) = those("locust")
    done, rows = stock_locust.run(
        shlex.split(locust.replace("http://localhost:5001", url).replace("-t 10s", "-t 100s")),
        folder=program.ROOT,
        env={"KAMPYN_DATA": str(folder / ".kampyn" / "data.json")},
        written=folder / "stock",
        until="Aggregated",
    )
    assert done.code == 0, done.err
    assert rows["Aggregated"]["Failure Count"] == "0", done.err
    (stop,) = (command for command in those("kampyn-perf backend") if "stop" in command)
    stopped = run(folder, stop)
    assert stopped.code == 0, stopped.err
    process.communicate(timeout=30)


def test_export_of_alerts(folder):
    for command in those("kampyn-perf alerts export"):
        done = run(folder, command.partition(" > ")[0])
        assert done.code == 0, done.err
        assert "alert: HighErrorRate" in done.out


def test_lint_of_indexes(folder):
    for command in those("kampyn-perf indexes lint"):
        assert run(folder, command).code in (0, 1)


@pytest.mark.mongo
def test_plan_of_indexes(folder, mongo_uri):
    server, _, options = mongo_uri.partition("/?")
    for command in those("kampyn-perf indexes plan"):
        there = command.replace("mongodb://localhost:27017", server)
        done = run(folder, f"{there}?{options}" if options else there)
        assert done.code == 0, done.err
        assert "vendorId" in done.out + done.err


@pytest.mark.parametrize("command", those("make "))
def test_make_targets(command):
    """What it would do: that load is run above, and the tests are running already."""
    done = subprocess.run(
        [*command.split(), "--dry-run"],
        cwd=program.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"load": f"/{BUNDLED}\n", "test": "-m pytest"}[command.split()[1]] in done.stdout


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (program.ROOT / target).exists()] == []


@pytest.mark.parametrize(
    "page",
    [program.ROOT / "README.md", *sorted((program.ROOT / "docs").glob("*.md"))],
    ids=lambda page: page.name,
)
def test_every_link_within_the_repository_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
