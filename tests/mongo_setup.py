"""Makes `.venv-mongo`, the environment of mongoeco, for what the tests' other stand-in lacks.

mongoeco needs Python 3.13 or newer, the project itself only 3.11: hence an environment of its own.
Run by `make mongo`. Changes nothing the second time. Without a fit Python it says so in one line
and ends with 0, because the tests then skip what needs it (`--strict` makes that exit 1).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".venv-mongo"
# The extra brings bson, without which the wire server closes every connection.
REQUIREMENT = "mongoeco[wire]>=4.11,<5"
OLDEST = (3, 13)
NAMES = ("python3.13", "python3.14", "python3.15", "python3")


def main(arguments: list[str]) -> int:
    failure = 1 if "--strict" in arguments else 0
    stamp = VENV / "installed"
    python = VENV / "bin" / "python"
    if python.exists() and stamp.exists() and stamp.read_text() == REQUIREMENT:
        return 0
    base = next(filter(_fits, _candidates()), None)
    if base is None:
        _say("no Python 3.13 or newer found: tests that want text indexes will be skipped")
        return failure
    shutil.rmtree(VENV, ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([base, "-m", "venv", str(VENV)], [*pip, REQUIREMENT]):
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
            _say(f"cannot make {VENV.name} ({last[0]}): tests on MongoDB's wire will be skipped")
            return failure
    stamp.write_text(REQUIREMENT)
    _say(f"{VENV.name} is ready ({REQUIREMENT}, {base})")
    return 0


def _candidates() -> Iterator[str]:
    """Every interpreter worth asking: this one, those on PATH, those of pyenv and of uv."""
    yield sys.executable
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield found
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    uv = home / ".local" / "share" / "uv" / "python"
    for folder, pattern in ((pyenv, "3.*/bin/python3"), (uv, "cpython-3.*/bin/python3")):
        yield from map(str, sorted(folder.glob(pattern), reverse=True))


def _fits(python: str) -> bool:
    """Whether it runs (a pyenv shim may not) and is new enough, with venv."""
    code = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST})"
    try:
        done = subprocess.run([python, "-c", code], check=False, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stderr.write(f"mongo: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
