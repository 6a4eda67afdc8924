"""What lacks for compiling is told in one line, at once; what a compiler refuses in its words.

That it compiles is tested by `tests/test_compiling.py`.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

from kampyn_perf import extension_build
from tests.cli import program


def started(tmp_path: Path, *flags: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *flags, "-P", extension_build.__file__, "group", "built", "tiny.py"],
        cwd=tmp_path,
        env=program.environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.rstrip("\n")


def test_no_compiler_is_told_in_place_of_what_it_would_have_said(tmp_path):
    code, told = started(tmp_path, PATH=str(tmp_path))
    assert code == extension_build.CANNOT
    assert told.startswith("there is no ")
    assert told.endswith(": install a C compiler (Debian's package gcc; Xcode's tools)")


def test_a_compiler_that_refuses_has_the_last_word(tmp_path):
    """One that is there, with the headers."""
    script = tmp_path / "cc"
    script.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n")
    script.chmod(0o755)
    code, told = started(tmp_path, CC=str(script))
    assert code == 1
    assert told.startswith("no memory\n")


def test_packages_that_are_missing_are_told(tmp_path):
    code, told = started(tmp_path, "-S", PYTHONPATH="")
    assert code == extension_build.CANNOT
    assert told == "not installed: mypy, setuptools (pip install mypy setuptools)"


def test_headers_that_are_missing_are_told_by_their_package(tmp_path, monkeypatch):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    lacking = extension_build._lacking(SimpleNamespace(compiler_so=[sys.executable]))
    assert lacking == (
        f"there is no {tmp_path / 'Python.h'}: "
        "install Python's headers (Debian's package python3-dev)"
    )
    (tmp_path / "Python.h").touch()
    assert extension_build._lacking(SimpleNamespace(compiler_so=[sys.executable])) == ""
