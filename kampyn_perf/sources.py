"""YAML as plain data that remembers where each value stood: read safely, keys that stand twice
refused (YAML itself keeps the last, silently)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kampyn_perf.errors import ConfigError, KampynError, Problem

PathKey = tuple[str | int, ...]

_MAX_BYTES = 4 * 2**20
_MAX_VALUES = 200_000
"""Aliases written out; a few lines can stand for billions of values."""


class Override(NamedTuple):
    """A value that came from elsewhere than the file."""

    path: tuple[str, ...]
    origin: str
    """The variable or flag, as the user wrote it."""
    above: str = ""
    """What stands before the path there: `backend` in `--set backend.workers=2`."""


@dataclass(frozen=True)
class Source:
    """Plain data and where it came from: a name for messages, and the line of each path."""

    data: Any
    name: str
    lines: Mapping[PathKey, int] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    """What came from elsewhere; the last wins."""

    def spelled(self, path: PathKey) -> str:
        """`path` as whoever set it would write it."""
        override = self._override(path)
        above = (override.above,) if override and override.above else ()
        return format_path((*above, *path))

    def where(self, path: PathKey) -> str:
        """The variable or flag that set `path`, or `name:line` of its deepest part in the file.

        Where a flag set only something below `path`, both: either may be what is wrong.
        """
        override = self._override(path)
        if override:
            return override.origin
        length = self._depth(path)
        place = f"{self.name}:{self.lines[path[:length]]}" if length else self.name
        inside = [
            override for override in self.overrides if _common(override.path, path) == len(path)
        ]
        return f"{place} with {inside[-1].origin}" if path and inside else place

    def _override(self, path: PathKey) -> Override | None:
        """What set `path`, or something that it lies in, or would, and that the file lacks."""
        shared = [(override, _common(override.path, path)) for override in reversed(self.overrides)]
        known = self._depth(path)
        covers = (override for override, common in shared if common == len(override.path))
        makes = (override for override, common in shared if common > known)
        return next(covers, None) or next(makes, None)

    def _depth(self, path: PathKey) -> int:
        """How many steps of `path` stand in the file."""
        return next((n for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)


def _common(at: tuple[str, ...], path: PathKey) -> int:
    """How many steps two paths share; an index is written as text in `at`."""
    pairs = enumerate(zip(at, path, strict=False))
    return next((n for n, (one, other) in pairs if one != str(other)), min(len(at), len(path)))


@cache
def _fast_loader() -> Any:
    """Tokens by libyaml, ten times as fast as PyYAML's own. Nodes by Python: libyaml's binding
    makes them without a limit of its depth, and a file of a million brackets ends the process."""
    import yaml
    from yaml.composer import Composer

    if not yaml.__with_libyaml__:
        return yaml.SafeLoader

    class FastLoader(Composer, yaml.CSafeLoader):
        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    return FastLoader


def read_yaml(path: Path) -> Source:
    """The file's data, read safely. Raises ConfigError for what is not YAML or has a key twice."""
    try:
        with path.open("rb") as file:
            body = file.read(_MAX_BYTES + 1)
        if len(body) > _MAX_BYTES:
            message = "is larger than 4 MB: no configuration of this program"
            raise ConfigError([Problem("", message, str(path))])
        text = body.decode("utf-8-sig")
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            [Problem("", f"is not UTF-8 text ({error.reason})", str(path))]
        ) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str) -> Source:
    """`read_yaml` for a text; `name` is what messages call it."""
    import yaml  # here: most processes read none

    try:
        try:
            return _parse(text, name, _fast_loader())
        except (yaml.YAMLError, ValueError):
            return _parse(text, name, yaml.SafeLoader)  # whose errors say more
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date or number that is none
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigError([Problem("", f"is not valid YAML: {problem}", where)]) from error
    except RecursionError as error:
        raise ConfigError([Problem("", "is nested too deeply", name)]) from error


def _parse(text: str, name: str, kind: Any) -> Source:
    loader = kind(text)
    try:
        node = loader.get_single_node()
        lines: dict[PathKey, int] = {}
        problems: list[Problem] = []
        if node is not None:
            _walk(node, (), lines, problems, name, frozenset())
        if len(lines) > _MAX_VALUES:
            problems = [Problem("", "its aliases stand for too many values", name)]
        if problems:
            raise ConfigError(problems)
        data = None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()
    return Source({} if data is None else data, name, lines)


def format_path(path: Iterable[str | int]) -> str:
    """`config.phases[1].duration` of ("config", "phases", 1, "duration")."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def parse_path(text: str) -> PathKey:
    """The other way, of keys that have neither dots nor brackets."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", text)
    return tuple(int(index) if index else key for index, key in parts)


def _walk(
    node: Any,
    path: PathKey,
    lines: dict[PathKey, int],
    problems: list[Problem],
    name: str,
    above: frozenset[int],
) -> None:
    """Note the line of every path, and keys that stand twice (YAML silently keeps the last)."""
    lines[path] = node.start_mark.line + 1
    if len(lines) > _MAX_VALUES:
        return
    if id(node) in above:
        problems.append(Problem(format_path(path), "contains itself", f"{name}:{lines[path]}"))
        return
    above = above | {id(node)}
    if node.id == "sequence":
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, problems, name, above)
    elif node.id == "mapping":
        seen: dict[str, int] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            text = str(key.value)
            if text in seen and text != "<<":
                message = f"stands twice (first on line {seen[text]})"
                problems.append(Problem(format_path((*path, text)), message, f"{name}:{line}"))
            seen[text] = line
            _walk(item, (*path, text), lines, problems, name, above)
            lines[(*path, text)] = line
