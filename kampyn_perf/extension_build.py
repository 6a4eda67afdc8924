"""Makes C extensions out of Python modules: mypyc, then the C compiler on all cores.

    python -P extension_build.py GROUP BUILT SOURCE...

`compiling.py` starts it, in the folder that the sources' paths are within; it is a program, because
mypyc and compilers print what they like, and knows nothing of the package. It ends with CANNOT, and
the reason as its last line, where it lacks something; with 1 where one of them
refused, below its words.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

CANNOT = 3
_AT_ONCE = 8
"""A compiler may take 300 MB."""
_SETTINGS = """\
[mypy]
python_version = {version}
explicit_package_bases = True
follow_imports = silent
ignore_missing_imports = True
no_site_packages = True
"""
"""What others wrote is of any type here, as it is to most of our modules."""
_PROBE = """\
#include <Python.h>
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "probe", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_probe(void) { return PyModule_Create(&def); }
"""


class LackingError(Exception):
    """What is not there."""


class RefusedError(Exception):
    """By the compiler, whose words were printed."""


def main(arguments: list[str]) -> int:
    """Build, and give the exit code."""
    group, built, *sources = arguments
    try:
        _look_for_tools()
        with TemporaryDirectory(prefix="parts-", dir=".", ignore_cleanup_errors=True) as parts:
            extensions = _translated(sources, group, Path(parts))
            _run(_on_all_cores(_command(extensions, Path(parts), Path(built))))
    except RefusedError as error:
        return _told(str(error), 1)
    except LackingError as error:
        return _told(str(error), CANNOT)
    except OSError as error:  # such as a full disk
        return _told(f"{Path.cwd()}: {error.strerror or error}", CANNOT)
    return 0


def _told(reason: str, code: int) -> int:
    sys.stdout.write(f"{reason}\n")
    return code


def _look_for_tools() -> None:
    """In a second, not after the five that mypyc takes."""
    packages = {"mypyc": "mypy", "setuptools": "setuptools"}
    if lost := [package for module, package in packages.items() if find_spec(module) is None]:
        raise LackingError(f"not installed: {', '.join(lost)} (pip install {' '.join(lost)})")
    from setuptools import Extension

    with TemporaryDirectory(prefix="probe-", dir=".") as folder:
        source = Path(folder, "probe.c")
        source.write_text(_PROBE, encoding="ascii")
        command = _command([Extension("probe", [str(source)])], Path(folder), Path(folder))
        try:
            _run(command)
        except RefusedError as error:
            if lacking := _lacking(command.compiler):
                raise LackingError(lacking) from error
            raise


def _lacking(compiler: Any) -> str:
    """Why the compiler could not build the smallest extension that there is, where it is known."""
    name = getattr(compiler, "compiler_so", ["a C compiler"])[0]
    if which(name) is None:
        return f"there is no {name}: install a C compiler (Debian's package gcc; Xcode's tools)"
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not header.is_file():
        return f"there is no {header}: install Python's headers (Debian's package python3-dev)"
    return ""


def _translated(sources: list[str], group: str, parts: Path) -> list[Any]:
    """In C. SystemExit, with mypy's messages printed, where it refuses."""
    from mypyc.build import mypycify

    settings = parts / "settings.ini"
    settings.write_text(_SETTINGS.format(version="{}.{}".format(*sys.version_info)), "ascii")
    extensions: list[Any] = mypycify(
        ["--config-file", str(settings), "--cache-dir", os.devnull, *sources],
        target_dir=str(parts),
        group_name=group,
        multi_file=True,
        debug_level="0",
    )
    for extension in extensions:
        # A remark that a newer compiler makes is no reason to do without.
        options = extension.extra_compile_args
        extension.extra_compile_args = [option for option in options if option != "-Werror"]
        if os.name == "posix":  # arrivals are due to the bit when Python has them due
            extension.extra_compile_args.append("-ffp-contract=off")
    return extensions


def _command(extensions: list[Any], parts: Path, built: Path) -> Any:
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    command = build_ext(Distribution({"name": "extensions", "ext_modules": extensions}))
    command.build_lib, command.build_temp = str(built), str(parts)
    command.ensure_finalized()
    return command


def _run(command: Any) -> None:
    from setuptools.errors import CompileError, LinkError

    try:
        command.run()
    except (CompileError, LinkError) as error:
        raise RefusedError(str(error)) from error


def _on_all_cores(command: Any) -> Any:
    """setuptools builds several extensions at a time, and the sources of each one after another:
    one of these has nearly all of them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    at_once = min(cores or 1, _AT_ONCE)
    build_extensions = command.build_extensions

    def build_all() -> None:
        compile_in_turn = command.compiler.compile
        with ThreadPoolExecutor(at_once) as pool:

            def compile_each(sources: Sequence[str], **options: Any) -> list[str]:
                largest_first = sorted(sources, key=os.path.getsize, reverse=True)
                objects = pool.map(lambda one: compile_in_turn([one], **options), largest_first)
                return [path for paths in objects for path in paths]

            command.compiler.compile = compile_each
            build_extensions()

    command.parallel, command.build_extensions = at_once, build_all
    return command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
