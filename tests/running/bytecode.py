"""Byte code is kept between the processes of a run, even where Python is told not to.

With PYTHONDONTWRITEBYTECODE set, as in many containers, every program that a test starts would
compile a hundred modules anew: half a second of CPU, a thousand times. It is written beside the
sources, as on users' machines: in a folder of its own, Python would not look for what pip has
compiled already, and compile all libraries again.
"""

from __future__ import annotations

import os
import sys


def keep() -> None:
    """For this process and those that it starts."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
