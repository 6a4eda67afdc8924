"""Compiles the generator's innermost loop (`compiled.py` says which modules): `make compiled`, and
the build of a wheel.

    python -m kampyn_perf.compiling

It needs mypy, setuptools, a C compiler and Python's headers, and takes half a minute. What was made
before stays until the new is whole.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

from kampyn_perf.compiled import FOLDER, GROUP, MADE_OF, MODULES, fingerprint, libraries, source_of

_ROOT = Path(__file__).parents[1]
_SETTINGS = """\
[mypy]
python_version = {version}
explicit_package_bases = True
follow_imports = silent
ignore_missing_imports = True
no_site_packages = True
"""
"""What others wrote is of any type here, as it is to most of our modules."""


class NotCompiledError(Exception):
    """There is no compiler, or it refused; with its words."""


def compile_all(folder: Path = FOLDER) -> None:
    """Make `folder`. Raises NotCompiledError, OSError."""
    made_of = fingerprint()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".compiling-", dir=folder.parent) as work:
        built = Path(work, "built")
        _build(Path(work, "parts"), built)
        finished = Path(work, "finished")
        finished.mkdir()
        for name, path in libraries().items():
            inside = built.joinpath(*name.split("."))
            suffix = path.name.removeprefix(name)
            shutil.copy(inside.with_name(inside.name + suffix), finished / path.name)
        (finished / MADE_OF).write_text(made_of, encoding="ascii")
        shutil.rmtree(folder, ignore_errors=True)
        finished.rename(folder)


def _build(parts: Path, built: Path) -> None:
    try:
        from mypyc.build import mypycify
        from setuptools import Distribution
        from setuptools.command.build_ext import build_ext
    except ImportError as error:
        raise NotCompiledError(f"{error.name} is not installed") from error
    parts.mkdir()
    settings = parts / "settings.ini"
    settings.write_text(_SETTINGS.format(version="{}.{}".format(*sys.version_info)), "utf-8")
    sources = [str(source_of(module).relative_to(_ROOT)) for module in MODULES]
    with chdir(_ROOT):
        try:
            extensions = mypycify(
                ["--config-file", str(settings), "--cache-dir", os.devnull, *sources],
                target_dir=str(parts),
                group_name=GROUP,
                multi_file=True,
                debug_level="0",
            )
            if os.name == "posix":
                for extension in extensions:  # arrivals are due to the bit when Python has them due
                    extension.extra_compile_args.append("-ffp-contract=off")
            command = build_ext(Distribution({"name": GROUP, "ext_modules": extensions}))
            command.build_lib, command.build_temp = str(built), str(parts)
            command.parallel = os.cpu_count()
            command.ensure_finalized()
            command.run()
        except (SystemExit, Exception) as error:
            raise NotCompiledError(f"it could not be compiled: {error}") from error


def main() -> int:
    """Compile, and give the exit code."""
    try:
        compile_all()
    except (NotCompiledError, OSError) as error:
        sys.stderr.write(f"kampyn-perf runs without its compiled part: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
