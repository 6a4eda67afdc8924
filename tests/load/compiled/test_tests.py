"""The engine's own tests pass with the engine compiled, in a process that has it so.

What generators run in tests of programs is compiled anyway (`tests/warm_generators.py`).
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from kampyn_perf import compiled
from tests.cli import program

pytestmark = [
    pytest.mark.program,
    pytest.mark.long,
    pytest.mark.compiled,
    pytest.mark.skipif(compiled.in_use(), reason="it is such a process itself"),
]

FILES = (
    *(f"client/test_{name}.py" for name in ("client", "connection", "cookies", "parser")),
    *(f"client/test_{name}.py" for name in ("sending", "tls")),
    *(f"generator/test_{name}.py" for name in ("allocation", "hand_over", "pacer", "timer")),
    *(f"scenario/test_{name}.py" for name in ("answers", "feed", "interpreter", "ready")),
    *(f"scenario/test_{name}.py" for name in ("templates", "tracing")),
    "test_partition.py",
    "../recorder/test_buffer.py",
    "../test_schedule.py",
)
"""In `tests/load`: of modules that are compiled, as far as they run in a test's own process."""


def test_the_engines_own_tests_pass_with_it_compiled():
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n", "0", "--tb=short", "-p", "no:cacheprovider"),
            *(f"tests/load/{name}" for name in FILES),
        ],
        cwd=program.ROOT,
        env=program.environment({"KAMPYN_TESTS_COMPILED": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:]
