"""Another commit of this repository, beside the one at work, and a Python that can run it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HELD = ROOT / ".kampyn" / "checkouts"


class NoCommitError(Exception):
    """The commit is not there, as in a shallow clone."""


@dataclass(frozen=True)
class Checkout:
    """Where it stands."""

    commit: str
    folder: Path
    python: str


def git(*arguments: str) -> str:
    """What git says. Raises NoCommitError where it refuses."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)
    except OSError as error:
        raise NoCommitError(str(error)) from error
    if done.returncode:
        raise NoCommitError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode().strip()


def last_release() -> str:
    """The newest tag, or the commit that stands for one until there is a tag."""
    try:
        return git("describe", "--tags", "--abbrev=0")
    except NoCommitError:
        return STAND_IN


STAND_IN = "f40947d"
"""Where the work on the engine's speed began."""


def before() -> str:
    """What this commit is compared with: where it left main, or else the commit before it. Raises
    NoCommitError."""
    head = git("rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        try:
            base = git("merge-base", "HEAD", main)
        except NoCommitError:
            continue
        if base != head:
            return base
    return git("rev-parse", "--verify", "HEAD~1")


def checkout(reference: str, *, held: Path = HELD, install: bool = True) -> Checkout:
    """The files of a commit in a folder below `held`, where they may be already. It is run by this
    Python where its dependencies are the same, else by one in an environment of its own (a minute,
    once), unless nothing is to be installed. Raises NoCommitError."""
    commit = git("rev-parse", "--verify", "--short=12", f"{reference}^{{commit}}")
    folder = held / commit
    if not (folder / "pyproject.toml").exists():
        archive = subprocess.run(
            ["git", "-C", ROOT, "archive", commit], capture_output=True, check=True
        ).stdout
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
    return Checkout(commit, folder, _python(folder) if install else sys.executable)


def compile_in(made: Checkout) -> bool:
    """Compile what a generator of that state has compiled, within its folder: half a minute. False
    where it has nothing of the kind, or it cannot be done here."""
    if not (made.folder / "kampyn_perf" / "compiling.py").is_file():
        return False
    command = [made.python, "-m", "kampyn_perf.compiling"]
    return not subprocess.run(command, cwd=made.folder, capture_output=True, check=False).returncode


def _python(folder: Path) -> str:
    if _dependencies(folder) == _dependencies(ROOT):
        return sys.executable
    own = folder / ".venv" / "bin" / "python"
    if not own.exists():
        print(f"installing what {folder.name} needs ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", own.parents[1]], check=True)
        subprocess.run([own, "-m", "pip", "install", "--quiet", "-e", folder], check=True)
    return str(own)


def _dependencies(folder: Path) -> list[str]:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(project["project"]["dependencies"])
