"""The innermost loop of the generator, compiled: the same modules, by mypyc.

`python -m kampyn_perf.compiling` makes it of the sources beside it, and keeps it apart from them;
`use`, at the start of a generator's process, puts it before them. It is used only where it was made
of these very sources, for this Python: else the sources are, with the same results, for about a
third more CPU. Nothing else uses it: the command line and tests import the sources.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

MODULES = (
    "kampyn_perf.load.clock",
    "kampyn_perf.load.client.caught",
    "kampyn_perf.load.client.connection",
    "kampyn_perf.load.client.connection_pool",
    "kampyn_perf.load.client.cookies",
    "kampyn_perf.load.client.counted",
    "kampyn_perf.load.client.parser",
    "kampyn_perf.load.client.requests",
    "kampyn_perf.load.client.response",
    "kampyn_perf.load.client.sender",
    "kampyn_perf.load.client.set_cookie",
    "kampyn_perf.load.client.template",
    "kampyn_perf.load.client.watchdog",
    "kampyn_perf.load.generator.allocation",
    "kampyn_perf.load.generator.pacer",
    "kampyn_perf.load.generator.timer",
    "kampyn_perf.load.generator.vuser_pool",
    "kampyn_perf.load.partition",
    "kampyn_perf.load.scenario.answers",
    "kampyn_perf.load.scenario.apart",
    "kampyn_perf.load.scenario.feed",
    "kampyn_perf.load.scenario.own_state",
    "kampyn_perf.load.scenario.prepared",
    "kampyn_perf.load.scenario.ready",
    "kampyn_perf.load.scenario.sending",
    "kampyn_perf.load.scenario.session",
    "kampyn_perf.load.scenario.templates",
    "kampyn_perf.load.scenario.tokens",
    "kampyn_perf.recorder.buffer",
    "kampyn_perf.schedule",
)
"""What a request passes through. Compiled as one: calls between them are C's."""
GROUP = "kampyn_perf"
"""mypyc puts all of it into one library, and a stub for each module."""
_LIBRARY = f"{GROUP}__mypyc"
MADE_BY = ("compiling.py", "extension_build.py")
"""How they are compiled, within the package."""
PURE_VARIABLE = "KAMPYN_PERF_PURE"
"""Set to 1, nothing compiled is used."""
MADE_OF = "sources"
"""The file that says what it was made of."""
_PACKAGE = Path(__file__).parent
FOLDER = _PACKAGE / "_compiled"
_SUFFIX = EXTENSION_SUFFIXES[0]


def source_of(module: str) -> Path:
    """The file of one of ours."""
    return _PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")


def fingerprint(others: Iterable[str] = (), package: Path | None = None) -> str:
    """What MADE_OF holds: a digest, and `others` below it, in a line each.

    The digest is of the sources, of how they are compiled, and of the others: what of the package
    the sources import, as paths within it; constants and types of theirs are compiled in. Raises
    OSError where one cannot be read.
    """
    digest = hashlib.sha256()
    others = tuple(others)
    sources = (source_of(module).relative_to(_PACKAGE).as_posix() for module in MODULES)
    for path in (*sources, *MADE_BY, *others):
        content = (package or _PACKAGE).joinpath(path).read_bytes()
        digest.update(f"{path} {len(content)}\n".encode())
        digest.update(content)
    return "\n".join((digest.hexdigest(), *others))


def libraries() -> dict[str, Path]:
    """The files of this Python, by the module that each is."""
    names = (*MODULES, _LIBRARY)
    return {name: FOLDER / f"{name}{_SUFFIX}" for name in names}


def out_of_date() -> str:
    """Why what is there cannot be used with these sources, by this Python; empty where it can."""
    try:
        made_of = (FOLDER / MADE_OF).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return "it was not made"
    try:
        if made_of != fingerprint(made_of.split("\n")[1:]):
            return "it was made of other sources"
    except (OSError, ValueError):
        return "it was made of other sources"
    if not all(path.is_file() for path in libraries().values()):
        return "it was made for another Python"
    try:
        # No module is made of it yet: this asks whether the machine's own libraries fit.
        ctypes.CDLL(str(libraries()[_LIBRARY]))
    except OSError as error:
        return f"it was made on another machine: {error}"
    return ""


def why_not() -> str:
    """Why it would not be used; empty where it would be."""
    return f"{PURE_VARIABLE} is set" if switched_off() else out_of_date()


def switched_off() -> bool:
    """Whether somebody wants to do without."""
    return os.environ.get(PURE_VARIABLE) == "1"


def use() -> str:
    """Have it imported in place of the sources, from now on; why not, where it cannot be."""
    if in_use():
        return ""
    if reason := why_not():
        return reason
    if early := sorted(sys.modules.keys() & set(MODULES)):
        return f"{early[0]} was imported before"
    finder = _Finder(libraries())
    sys.meta_path.insert(0, finder)
    import_module(_LIBRARY)
    return ""


def in_use() -> bool:
    """Whether this process has it."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


class _Finder:
    """Of `sys.meta_path`."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 (what finders are given)
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Where a module is loaded from; None for the others."""
        file = self._files.get(name)
        if file is None:
            return None
        loader = ExtensionFileLoader(name, str(file))
        return spec_from_file_location(name, file, loader=loader)
