"""What every command has around it: one core for numpy's linear algebra, but where code of others
is measured. Tests `kampyn_perf/cli/main.py`."""

from __future__ import annotations

import pytest

from tests.cli import program

SCRIPT = """
import os, sys
os.environ.pop("OPENBLAS_NUM_THREADS", None)
os.environ.update({given})
from kampyn_perf.cli.main import main
sys.argv = {arguments}
try:
    main()
except SystemExit:
    print()
    print("threads", os.environ.get("OPENBLAS_NUM_THREADS"))
"""


@pytest.mark.parametrize(
    ("arguments", "given", "threads"),
    [
        (["--version"], {}, "1"),
        (["check", "--help"], {}, "1"),
        (["check", "--help"], {"OPENBLAS_NUM_THREADS": "3"}, "3"),
        (["bench", "--help"], {}, "None"),
    ],
)
def test_linear_algebra_takes_one_core_but_where_code_of_others_is_measured(
    arguments: list[str], given: dict[str, str], threads: str
) -> None:
    script = SCRIPT.format(arguments=["kampyn-perf", *arguments], given=given)
    assert program.run_script(script).splitlines()[-1] == f"threads {threads}"
