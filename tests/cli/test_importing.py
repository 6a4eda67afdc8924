"""Around imports: what they make is never looked through for garbage, what comes later is.

Ctrl-C within an import is in `test_streams.py`, with the real program.
"""

from __future__ import annotations

from tests.cli import program

SCRIPT = """
import gc
from kampyn_perf.cli.importing import importing

frozen = gc.get_freeze_count()
with importing():
    within = gc.isenabled()
    import json.tool
print(within, gc.isenabled(), gc.get_freeze_count() > frozen)

class Knot:
    def __init__(self): self.itself = self
    def __del__(self): print("collected")

Knot()
gc.collect()
"""


def test_garbage_is_collected_again_afterwards_and_imports_stay_out_of_it() -> None:
    assert program.run_script(SCRIPT).splitlines() == ["False True True", "collected"]
