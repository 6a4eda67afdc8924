"""docs/first-run.md and docs/coming-from.md: files and commands, ours and Locust's, as they stand
there; only the port is a free one, and loads are short."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stock_locust
from tests.cli import program

DOCS = program.ROOT / "docs"
FIRST, COMING = ((DOCS / name).read_text() for name in ("first-run.md", "coming-from.md"))
FILE = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", re.S)
LOADS = sorted(
    {
        re.sub(r"--for \w+", "--for 1s", line)
        for line in re.findall(r"(?m)^kampyn-perf load .*$", FIRST + COMING)
    }
)
JUDGED = (0, 1, 4)


def files(page: str) -> dict[str, str]:
    return dict(FILE.findall(page))


def commands(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page, re.S)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Path]:
    """With every file of both pages, and the API at work."""
    folder = tmp_path_factory.mktemp("first")
    written = {**files(COMING), **files(FIRST)}
    assert "duration: 60, arrivalRate" in written["shop.yml"]
    written["shop.yml"] = written["shop.yml"].replace("duration: 60", "duration: 1")
    for name, text in written.items():
        (folder / name).write_text(text.replace("8000", str(port)))
    assert commands(FIRST)[0] == "python api.py"
    api = subprocess.Popen([sys.executable, "api.py"], cwd=folder)
    program.wait_for(lambda: _answers(port), seconds=30, what="api.py")
    yield folder
    api.kill()
    api.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def run(folder: Path, command: str, port: int) -> program.Done:
    return program.run(folder, *shlex.split(command.replace("8000", str(port)))[1:])


def test_every_command_is_one_that_is_run():
    known = (
        "python api.py",
        "kampyn-perf load",
        "kampyn-perf check",
        "kampyn-perf init",
        "locust ",
    )
    assert [line for line in commands(FIRST) + commands(COMING) if not line.startswith(known)] == []


@pytest.mark.parametrize("command", LOADS)
def test_loads(folder, port, command):
    done = run(folder, command, port)
    assert done.code in JUDGED, done.err
    if "--dry-run" not in command:
        assert " 0 failed" in done.out
        assert "NO VERDICT" in done.out or "PASS" in done.out or "FAIL" in done.out


def test_judging_and_keeping(folder, port):
    if not (folder / "reports" / "latest").exists():
        run(folder, next(each for each in LOADS if "--dry-run" not in each), port)
    for command in commands(FIRST):
        if command.startswith("kampyn-perf check"):
            assert run(folder, command, port).code in JUDGED
    assert "response_time_p95" in (folder / "junit.xml").read_text()
    (init,) = [command for command in commands(FIRST) if command.startswith("kampyn-perf init")]
    done = run(folder, init, port)
    assert done.code == 0, done.err
    (_folder, _and, following) = (
        (done.out + done.err).strip().splitlines()[-1].strip().partition(" && ")
    )
    dry = run(folder / "shop", f"{following} --dry-run", port)
    assert dry.code == 0, dry.err
    assert f"http://localhost:{port}" in dry.out


def test_the_same_person_in_locust(folder, port):
    """What the page says of Locust is a file that Locust runs, with its verdict as exit code."""
    (command,) = [line for line in commands(COMING) if line.startswith("locust")]
    words = shlex.split(command.replace("8000", str(port)))
    words[words.index("-u") + 1] = "8"  # of whom each takes flows by chance
    done, _rows = stock_locust.run(
        words, folder=folder, env={}, written=folder / "stock", until="/orders"
    )
    assert done.code in (0, 1), done.err
    assert "/orders" in done.err


def test_the_lines_are_counted():
    """Of the files that are written down there; without empty lines."""
    texts = files(COMING)
    lines = {
        name: sum(bool(line.strip()) for line in text.splitlines()) for name, text in texts.items()
    }
    table = dict(re.findall(r"^\| (\S+) \| 1 \| (\d+) \|", FIRST, re.M))
    assert {name: int(number) for name, number in table.items()} == {
        "kampyn-perf": lines["shop.yaml"],
        "k6": lines["shop.js"],
        "Artillery": lines["shop.yml"],
        "Locust": lines["locustfile.py"],
    }
    assert files(FIRST)["shop.yaml"] == texts["shop.yaml"]
