"""What a run is unless asked for otherwise. Imports nothing: the command line shows these."""

from __future__ import annotations

from typing import Final

ITERATIONS: Final = 1000
"""The document's."""
ROUNDS: Final = 10
"""Ten batches are what intervals are taken from (`rounds`)."""
MAX_TIME: Final = "30s"
TIMEOUT: Final = "30s"
MAX_FAILURES: Final = 10
