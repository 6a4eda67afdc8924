"""Byte code is kept between the processes that tests start, even where Python is told not to.

With PYTHONDONTWRITEBYTECODE set, as in many containers, every program that a test starts would
compile a hundred modules anew: half a second of CPU, a thousand times. Users' machines keep it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / ".pytest_cache" / "bytecode"


def keep() -> None:
    """For this process and those that it starts; nothing is written beside the sources."""
    if not sys.dont_write_bytecode:
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(FOLDER)
    sys.dont_write_bytecode = False
