"""A user's own file of benchmarks: imported, its cases taken as they were declared."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kampyn_perf.bench.declare import collecting
from kampyn_perf.bench.suite import Suite
from kampyn_perf.errors import KampynError


def load_file(path: Path) -> Suite:
    """The cases that the file itself declares, as a suite named like the file.

    Modules beside the file can be imported by it. Raises KampynError, naming file and line, for
    what is not there, cannot be imported, or declares nothing.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise KampynError(f"{path} {what}", hint="Name a Python file with benchmark cases.")
    with _beside(path), collecting() as cases:
        module_name = _import(path)
    mine = [case for case in cases if case.call.function.__module__ == module_name]
    if not mine:
        raise KampynError(
            f"{path} declares no benchmark cases",
            hint="Put @bench.case above a function: from kampyn_perf import bench",
        )
    return Suite(name=path.stem, cases=mine)


def _import(path: Path) -> str:
    name = path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise KampynError(f"{path} is not a Python file", hint="Its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    known = sys.modules.get(name)
    if known is not None and Path(getattr(known, "__file__", None) or "").absolute() != (
        path.absolute()
    ):
        raise KampynError(
            f"{path}: there is a module {name} already", hint="Give the file another name."
        )
    sys.modules[name] = module  # dataclasses and pickling look the module up by its name
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        sys.modules.pop(name, None)
        raise KampynError(f"{error.filename}:{error.lineno}: {error.msg}") from error
    except KampynError:
        sys.modules.pop(name, None)
        raise
    except (Exception, SystemExit) as error:
        sys.modules.pop(name, None)
        raise KampynError(
            f"{path} cannot be imported: {_last_line(error, path)}: "
            f"{type(error).__name__}: {error}",
        ) from error
    return name


def _last_line(error: BaseException, path: Path) -> str:
    """Where in the user's file it went wrong, rather than where in what the file called."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    return f"line {lines[-1]}" if lines else str(path)


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Let the file import its neighbours, as it could if it were run by itself."""
    folder = str(path.absolute().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
