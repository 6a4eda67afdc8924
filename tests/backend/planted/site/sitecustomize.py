"""Python imports this at its start, where its folder is in PYTHONPATH: puts the bug that PLANTED
names into the processes of the backend, and into no other."""

import os
import sys

_backend = any(part.startswith("kampyn_perf.backend") for part in sys.orig_argv)
if _backend and os.environ.get("PLANTED"):
    from tests.backend.planted import bugs

    bugs.plant(os.environ["PLANTED"])
