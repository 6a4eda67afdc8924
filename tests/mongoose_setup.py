"""Fetches mongoose into `.mongoose`, for the test that runs the exporter as its users do: by node.

Run by `make mongoose`. Changes nothing the second time. Without npm, or without a network, it says
so in one line and ends with 0: the test then skips, and what the exporter once printed is tested
alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".mongoose"
PACKAGE = "mongoose@8"


def main() -> int:
    stamp = FOLDER / "installed"
    if stamp.is_file() and stamp.read_text() == PACKAGE:
        return 0
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return _without("no node and npm found")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    (FOLDER / "package.json").write_text("{}")
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", PACKAGE]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False
        )
    except subprocess.TimeoutExpired:
        return _without("npm did not end within 300 s")
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        return _without(f"npm failed ({last[0]})")
    stamp.write_text(PACKAGE)
    print(f"mongoose: {FOLDER.name} is ready ({PACKAGE})")
    return 0


def _without(reason: str) -> int:
    print(f"mongoose: {reason}: the exporter is not run by the tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
