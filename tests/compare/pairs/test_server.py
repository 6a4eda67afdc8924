"""A server that a command starts: a real one, until it answers, and gone afterwards."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from kampyn_perf.compare.pairs.arms import ServerCommand
from kampyn_perf.compare.pairs.server import running
from kampyn_perf.errors import KampynError, UnreachableError

SERVER = f"{sys.executable} -m http.server {{port}} --bind 127.0.0.1"


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_it_answers_while_it_runs_and_is_gone_afterwards() -> None:
    before = children()
    with running(ServerCommand(command=SERVER)) as url:
        assert urllib.request.urlopen(url, timeout=5).status == 200
        assert children() - before
    assert children() <= before
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)


def test_what_it_started_itself_goes_too() -> None:
    before = children()
    command = f"sh -c 'sleep 600 & exec {SERVER}'"
    with running(ServerCommand(command=command)):
        assert any("sleep" in psutil.Process(pid).name() for pid in children() - before)
    left = [pid for pid in children() - before if psutil.pid_exists(pid)]
    assert [pid for pid in left if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE] == []


def test_the_port_is_in_the_environment_too() -> None:
    command = f"sh -c 'exec {sys.executable} -m http.server $PORT --bind 127.0.0.1'"
    with running(ServerCommand(command=command)) as url:
        assert url.rpartition(":")[2].isdigit()


def test_one_that_ends_is_told_with_its_last_words() -> None:
    command = "sh -c 'echo no such database; exit 3'"
    with (
        pytest.raises(UnreachableError, match="ended with 3 before it was ready") as caught,
        running(ServerCommand(command=command)),
    ):
        pass
    assert caught.value.hint == "It said: no such database"


def test_one_that_never_answers_is_stopped() -> None:
    before = children()
    with (
        pytest.raises(UnreachableError, match=r"did not answer / within 0\.3 s"),
        running(ServerCommand(command="sleep 600", ready_s=0.3)),
    ):
        pass
    assert children() <= before


def test_what_cannot_be_started(tmp_path: Path) -> None:
    for command, words in ((str(tmp_path / "none"), "cannot start"), ("", "is empty")):
        with pytest.raises(KampynError, match=words), running(ServerCommand(command=command)):
            pass


def test_it_is_stopped_when_the_run_fails() -> None:
    before = children()
    with pytest.raises(RuntimeError), running(ServerCommand(command=SERVER)):
        raise RuntimeError
    assert children() <= before
