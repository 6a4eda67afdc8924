"""A locustfile as text: what can be said of it without running it. Pure, but for reading files.

The modules beside it that it imports count too; a place is `locustfile.py:12`.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kampyn_perf.errors import KampynError

_MOST_MODULES = 100


@dataclass(frozen=True)
class Found:
    """Something that the text has, and where."""

    what: str
    place: str


class Script:
    """Locustfiles and the modules beside them. Raises KampynError for one that does not parse."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self.modules = {file: tree for path in paths for file, tree in _modules(path)}
        """The parsed text of each file."""

    @cached_property
    def knows_us(self) -> bool:
        """Whether it is written for this program: `FlowUser`, or flows as data."""
        return any(name.startswith("kampyn_perf") for name, _place in self.imports())

    @property
    def has_tests(self) -> bool:
        """Whether it is a file of pytest's."""
        return any(
            isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            for path in self.paths
            for node in self.modules[path].body
        )

    def imports(self) -> Iterator[tuple[str, str]]:
        """Each module that is imported, in full, and where."""
        for path, tree in self.modules.items():
            for node in ast.walk(tree):
                for name in _imported(node):
                    yield name, place(path, node)

    def hosts(self, environ: Mapping[str, str]) -> list[Found]:
        """The `host` of every class that has one in so many words (or in a variable, or in the
        environment), in order."""
        hosts: list[Found] = []
        for path, tree in self.modules.items():
            known = _constants(tree, environ)
            for node in ast.walk(tree):
                for statement in node.body if isinstance(node, ast.ClassDef) else ():
                    hosts += _host(statement, known, environ, path)
                if isinstance(node, ast.Module):
                    for statement in node.body:
                        hosts += _host(statement, known, environ, path, attribute=True)
        return hosts

    def classes(self) -> dict[str, str]:
        """Where each class begins, by name; the locustfile's own come last, and count."""
        return {
            node.name: place(path, node)
            for path, tree in reversed(self.modules.items())
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }


def place(path: Path, node: ast.AST | None) -> str:
    """Where something stands, as messages have it."""
    return f"{shown(path)}:{getattr(node, 'lineno', 1)}"


def shown(path: Path) -> str:
    """A file as messages name it: from the current folder, if it is below that."""
    whole = path.absolute()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def _modules(path: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The file, and what it imports from beside it (or from the current folder), each once."""
    folders = (path.parent, Path.cwd())
    todo, seen = [path], {path}
    while todo and len(seen) < _MOST_MODULES:
        file = todo.pop(0)
        tree = _parsed(file)
        yield file, tree
        for node in ast.walk(tree):
            parts = (part for name in _imported(node) for part in _with_packages(name))
            for part in parts:
                beside = _file_of(part, folders)
                if beside and beside not in seen:
                    seen.add(beside)
                    todo.append(beside)


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise KampynError(f"{shown(path)}:{error.lineno or 1}: {error.msg}") from error
    except (OSError, ValueError) as error:
        raise KampynError(f"{path} cannot be read: {error}") from error


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        yield module
        yield from (f"{module}.{alias.name}".lstrip(".") for alias in node.names)


def _with_packages(name: str) -> list[str]:
    """A module, after the packages that it is in, which are imported with it."""
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _file_of(name: str, folders: tuple[Path, ...]) -> Path | None:
    if not name:
        return None
    parts = Path(*name.split("."))
    for folder in folders:
        for candidate in (folder / parts.with_suffix(".py"), folder / parts / "__init__.py"):
            if candidate.is_file():
                return candidate.absolute()
    return None


def _constants(tree: ast.Module, environ: Mapping[str, str]) -> dict[str, str]:
    """Texts that a module gives names to."""
    known: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, known, environ)
            if text is not None:
                known[node.targets[0].id] = text
    return known


def _host(
    statement: ast.stmt,
    known: Mapping[str, str],
    environ: Mapping[str, str],
    path: Path,
    *,
    attribute: bool = False,
) -> Iterator[Found]:
    """`host = ...` within a class; with `attribute`, `FastHttpUser.host = ...` outside of one."""
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return
    named = any(
        isinstance(target, ast.Attribute) and target.attr == "host"
        if attribute
        else isinstance(target, ast.Name) and target.id == "host"
        for target in targets
    )
    if named and (text := _text(value, known, environ)):
        yield Found(text, place(path, statement))


def _text(node: ast.expr, known: Mapping[str, str], environ: Mapping[str, str]) -> str | None:
    """A text, a name that stands for one, or a variable of the environment with its default."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return known.get(name)
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=name)):
            return environ.get(str(name))
        case ast.Call(func=ast.Attribute(attr="getenv" | "get"), args=[name_node, *rest]):
            asked = ast.unparse(node.func)
            if asked not in ("os.getenv", "os.environ.get", "environ.get"):
                return None
            name_text = _text(name_node, known, environ)
            value = os.environ.get(name_text) if name_text and environ is os.environ else None
            value = environ.get(name_text or "") if value is None else value
            return value if value is not None else _text(rest[0], known, environ) if rest else None
    return None
