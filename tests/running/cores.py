"""One core for the linear algebra of each process.

OpenBLAS would start a thread for each core, and they wait for one another busily: where another
process has the core, multiplying two small matrices costs twenty times the CPU. Read by numpy when
it is imported, and handed on to the processes that are started.
"""

from __future__ import annotations

import os


def one() -> None:
    """For this process and those that it starts."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
