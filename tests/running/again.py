"""Runs once more, alone and by name, what failed beside its neighbours: `python -m
tests.running.again`, after a run of pytest that ended with code 1.

Thousands of tests with real processes share the machine. What fails beside others and passes alone
depends on them: a defect of the test or of ours, but none of the change that is being tried. More
than three are no accident. Names are given to pytest, instead of --last-failed, which runs
everything where it knows none of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

AT_MOST = 3
CACHE = Path(".pytest_cache")


def failed(cache: Path) -> list[str]:
    """Node ids of what failed in the last run; none where that cannot be read."""
    try:
        names = json.loads((cache / "v" / "cache" / "lastfailed").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(names)


def main() -> int:
    """Exit code of those tests, or 1 where there is nothing to try again."""
    names = failed(CACHE)
    if not names or len(names) > AT_MOST:
        return 1
    print(f"gate: {len(names)} failed beside other tests and run again, alone; see above for why:")
    print(*(f"  {name}" for name in names), sep="\n", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *names], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
