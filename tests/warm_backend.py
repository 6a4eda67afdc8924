"""What a backend is made of, imported by the process that forks before it does: `tests.forked`."""

from __future__ import annotations

import kampyn_perf.backend.__main__
import kampyn_perf.backend.launcher  # noqa: F401
from kampyn_perf.backend import worker
from kampyn_perf.backend.settings import BackendSettings

worker.preload(BackendSettings(), cached=True)
