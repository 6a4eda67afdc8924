"""Compiles the generator's innermost loop (`compiled.py` says which modules): `make compiled`, and
the build of a wheel.

    python -m kampyn_perf.compiling [--if-possible]

It needs mypy, setuptools, a C compiler and Python's headers, and takes half a minute. What was made
before stays until the new is whole, and nothing is done where it fits the sources. What is compiled
sees nothing but the files that the fingerprint is of: a copy of them.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

from kampyn_perf import compiled
from kampyn_perf.compiled import GROUP, MADE_OF, fingerprint, libraries, out_of_date, source_of
from kampyn_perf.extension_build import CANNOT

COMPILE_VARIABLE = "KAMPYN_PERF_COMPILE"
"""Where it need not be: 0, it is not tried; 1, what cannot do it fails."""
_PACKAGE = Path(__file__).parent
_LAST_LINES = 30
"""Of what mypy and the compiler said, when they refused."""


class NotCompiledError(Exception):
    """There is no compiler, or it refused; with its words."""


Build = Callable[[Path, Path], None]
"""Compiles the copy of the package in a folder, into another one."""


def build_extensions(copy: Path, built: Path) -> None:
    """In a process of its own. Raises NotCompiledError."""
    script = copy / GROUP / "extension_build.py"
    sources = [str(source_of(module).relative_to(_PACKAGE.parent)) for module in compiled.MODULES]
    done = subprocess.run(
        [sys.executable, "-P", str(script), GROUP, str(built), *sources],
        cwd=copy,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env={name: value for name, value in os.environ.items() if name != "MYPYPATH"},
    )
    if done.returncode:
        raise NotCompiledError(_refusal(done.stdout, done.returncode))


def _refusal(said: str, code: int) -> str:
    lines = [line for line in said.splitlines() if ": warning: " not in line]
    if code == CANNOT:
        return lines[-1]
    return "\n".join(("mypy or the compiler refused:", *lines[-_LAST_LINES:]))


def compile_all(folder: Path, build: Build = build_extensions) -> None:
    """Make `folder`, whole or not at all. Raises NotCompiledError, OSError."""
    with _beside(folder) as ours, TemporaryDirectory(prefix="kampyn-perf-") as work:
        others = _imported()
        copy, built = Path(work, "sources"), Path(work, "built")
        for path in (*_own(), *compiled.MADE_BY, *others):
            target = copy / GROUP / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_PACKAGE / path, target)
        build(copy, built)
        finished = ours / "finished"
        finished.mkdir()
        for name, library in libraries().items():
            inside = built.joinpath(*name.split("."))
            shutil.copy(f"{inside}{library.name.removeprefix(name)}", finished / library.name)
        made_of = fingerprint(others, package=copy / GROUP)
        (finished / MADE_OF).write_text(made_of, encoding="utf-8")
        _put(finished, folder, ours)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder on the same file system, made first: nothing is compiled in vain."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        ours = TemporaryDirectory(prefix=".compiling-", dir=folder.parent)
    except OSError as error:
        raise NotCompiledError(f"{folder.parent} cannot be written: {error.strerror}") from error
    with ours as path:
        yield Path(path)


def _put(finished: Path, folder: Path, ours: Path) -> None:
    """In the place of what is there. Who compiles at the same time does the same, with the same:
    the last one stays."""
    for number in count():
        with suppress(FileNotFoundError):
            folder.rename(ours / f"before-{number}")
        try:
            finished.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
        else:
            return


def _own() -> list[str]:
    return [_within(source_of(module)) for module in compiled.MODULES]


def _within(path: Path) -> str:
    return path.relative_to(_PACKAGE).as_posix()


def _imported() -> list[str]:
    """What of the package the sources import, and what that imports, for types too."""
    seen: set[str] = set()
    left = _own()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            tree = ast.parse((_PACKAGE / path).read_bytes(), path)
        except SyntaxError as error:
            raise NotCompiledError(f"{path}:{error.lineno}: {error.msg}") from error
        for name in _names(tree):
            left += _files_of(name)
    return sorted(seen - set(_own()))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str) -> list[str]:
    """One, or none where the name is not one of our modules. The packages that a module is in are
    left out unless they are imported for themselves: they say nothing of its types."""
    first, *parts = name.split(".")
    place = _PACKAGE.joinpath(*parts)
    found = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return [_within(found)] if first == GROUP and found.is_file() else []


def for_a_wheel(work: Path) -> Path | None:
    """The folder that a wheel takes in: the one that is there, if it fits, else a new one within
    `work`; none where it cannot be had or is not wanted. Raises NotCompiledError where it must be.
    """
    if not _wanted():
        return None
    if not out_of_date():
        return compiled.FOLDER
    folder = work / compiled.FOLDER.name
    try:
        _compile_and_say(folder)
    except NotCompiledError as error:
        if _demanded():
            raise
        _say(f"The wheel is pure Python: {error}")
        return None
    return folder


def _wanted() -> bool:
    return os.environ.get(COMPILE_VARIABLE) != "0"


def _demanded() -> bool:
    return os.environ.get(COMPILE_VARIABLE) == "1"


def _compile_and_say(folder: Path) -> None:
    begin = time.monotonic()
    # What cannot be compiled is known at once.
    remark = Timer(
        2, _say, ["Compiling the load generator's innermost loop, about half a minute ..."]
    )
    remark.start()
    try:
        compile_all(folder)
    except OSError as error:
        raise NotCompiledError(f"{error.filename or folder}: {error.strerror}") from error
    finally:
        remark.cancel()
    _say(f"Compiled in {time.monotonic() - begin:.0f} s.")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """Compile if it is needed, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kampyn_perf.compiling")
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help=f"remark it and end with 0 where it cannot; {COMPILE_VARIABLE}=0 does not try",
    )
    if_possible = parser.parse_args(arguments).if_possible
    if if_possible and not _wanted():
        return 0
    if not out_of_date():
        if not if_possible:
            _say("It is compiled, and fits its sources.")
        return 0
    try:
        _compile_and_say(compiled.FOLDER)
    except KeyboardInterrupt:
        return 130
    except NotCompiledError as error:
        if if_possible and not _demanded():
            _say(f"Not compiled, load generators are pure Python: {error}")
            return 0
        _say(f"It could not be compiled: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
