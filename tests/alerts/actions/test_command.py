"""Programs of the user's, run for real."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import psutil
import pytest

from kampyn_perf.alerts.actions.command import Command
from kampyn_perf.alerts.actions.delivery import DeliveryError
from tests.cli.program import wait_for


def python(script: str, *arguments: str, timeout: float = 30) -> Command:
    return Command((sys.executable, "-c", script, *arguments), timeout=timeout)


def failure(command: Command, body: bytes = b"{}") -> str:
    with pytest.raises(DeliveryError) as caught:
        command.deliver(0, body)
    assert not caught.value.again
    return str(caught.value)


def test_it_gets_its_arguments_as_they_are_and_the_notice_on_stdin(tmp_path: Path) -> None:
    script = "import sys; open(sys.argv[1], 'w').write(sys.argv[2] + sys.stdin.read())"
    out = tmp_path / "out"
    python(script, str(out), "$HOME; `id` *").deliver(0, b'{"alert": "a"}')
    assert out.read_text() == '$HOME; `id` *{"alert": "a"}'


def test_it_need_not_read() -> None:
    python("pass").deliver(0, b"x" * 1_000_000)


def test_what_fails_says_its_last_words() -> None:
    script = "import sys; sys.stderr.write('x' * 500 + 'no pager'); sys.exit(3)"
    words = failure(python(script))
    assert words.startswith(f"{sys.executable} ended with 3: xxx")
    assert words.endswith("no pager")
    assert len(words) < 300 + len(sys.executable)


def test_a_program_that_is_not_there() -> None:
    assert failure(Command(("/no/such",), timeout=1)) == (
        "/no/such cannot be run: No such file or directory"
    )


ORPHANS = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "open(sys.argv[1], 'w').write(str(child.pid))\n"
    "time.sleep(60)"
)


def test_its_time_is_bounded_and_its_children_end_with_it(tmp_path: Path) -> None:
    words = failure(python(ORPHANS, str(tmp_path / "pid"), timeout=2))
    assert words == f"{sys.executable} took longer than 2 s and was ended"
    child = int((tmp_path / "pid").read_text())
    wait_for(lambda: not _runs(child), what="the end of the child")


def test_the_end_does_not_wait_for_it(tmp_path: Path) -> None:
    command = python(ORPHANS, str(tmp_path / "pid"))
    errors: list[str] = []
    thread = threading.Thread(target=lambda: errors.append(failure(command)))
    thread.start()
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), what="a pid")
    command.cancel()
    thread.join(30)
    assert errors == [f"{sys.executable} ended with -9"]
    assert failure(command) == "the end had come"


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
