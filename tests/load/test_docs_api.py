"""The examples of docs/api.md run as they stand there, one after the other.

Tests `docs/api.md` and `kampyn_perf/load/__init__.py`.
"""

from __future__ import annotations

import os
import re

from tests import forked_generator
from tests.cli import program
from tests.forked_function import Function

TARGET = "http://127.0.0.1:5001"


def run(script, folder):
    """In a process of its own, whose generators are forked."""
    os.chdir(folder)
    with forked_generator.warm():
        exec(compile(script, "api.md", "exec"), {"__name__": "__main__"})


def test_the_examples_run_in_order(server, data_file):
    text = (program.ROOT / "docs" / "api.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    script = "\n".join(blocks)
    assert script.count(TARGET) == 1
    assert script.count("    sets=[") == 1
    patient = program.PATIENT[1]
    script = script.replace(TARGET, server.url).replace("    sets=[", f"    sets=[{patient!r}, ")
    folder = data_file.parent
    process = Function(run, script, folder)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    *seconds, first, valid, saved = out.splitlines()
    assert [line.split()[0] for line in seconds][:2] == ["0", "1"]
    assert re.fullmatch(r"complete \d+ \d+", first)
    assert valid == "True []"
    assert re.fullmatch(r"reports/\S+-load-quick (pass|fail|no_verdict)", saved)
    assert (folder / "reports" / "latest" / "result.json").is_file()
