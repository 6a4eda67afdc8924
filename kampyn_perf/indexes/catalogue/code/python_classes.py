"""Classes of Python files, as Beanie's documents are written: what they come from, and the
`Settings` of each. Nothing is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kampyn_perf.errors import Problem
from kampyn_perf.indexes.catalogue.code.python_values import Values, last_name
from kampyn_perf.indexes.model.options import PLANE, TEXT
from kampyn_perf.indexes.model.spec import HASHED, SPHERE

ROOT = "Document"
"""Beanie's own class, which documents come from."""
KINDS = {
    "ASCENDING": 1,
    "DESCENDING": -1,
    "TEXT": TEXT,
    "HASHED": HASHED,
    "GEOSPHERE": SPHERE,
    "GEO2D": PLANE,
}
"""pymongo's names of directions."""


@dataclass
class PythonClass:
    """One class, and where it is written."""

    name: str
    node: ast.ClassDef
    file: Path
    values: Values
    bases: list[str]
    settings: dict[str, ast.expr] | None = None
    """Of its own `Settings`."""

    @property
    def line(self) -> str:
        """As messages have it."""
        return f"line {self.node.lineno}"


@dataclass
class PythonClasses:
    """Every class of the files, by name."""

    by_name: dict[str, PythonClass] = field(default_factory=dict)

    def read(self, file: Path) -> Problem | None:
        """Those of one file; what is wrong with it, if anything."""
        try:
            tree = ast.parse(file.read_bytes(), filename=str(file))
        except SyntaxError as error:
            return Problem(f"line {error.lineno}", f"not Python: {error.msg}", str(file))
        except (OSError, ValueError) as error:
            return Problem("", f"cannot be read: {error}", str(file))
        values = Values(tree, KINDS)
        aliases = {
            name.asname: name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
            if name.asname
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                named = [last_name(base) for base in node.bases]
                bases = [aliases.get(name, name) for name in named]
                made = PythonClass(node.name, node, file, values, bases, _settings(node))
                self.by_name.setdefault(node.name, made)
        return None

    def ancestors(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[PythonClass]:
        """The class, then what it comes from, as Python would look for an attribute."""
        own = self.by_name.get(name)
        if own is None or name in seen:
            return
        yield own
        for base in own.bases:
            yield from self.ancestors(base, (*seen, name))

    def is_document(self, name: str) -> bool:
        """Whether it comes from Beanie's own, through any of these."""
        return any(ROOT in ancestor.bases for ancestor in self.ancestors(name))

    def root(self, document: PythonClass) -> PythonClass:
        """Whose collection it shares: of the ancestor that says `is_root = True`, else its own."""
        for ancestor in list(self.ancestors(document.name))[1:]:
            flag = (ancestor.settings or {}).get("is_root")
            if flag is not None and constant(flag) is True:
                return ancestor
        return document

    def settings(self, document: PythonClass) -> tuple[PythonClass, Mapping[str, ast.expr]]:
        """The nearest `Settings`, and whose it is."""
        for ancestor in self.ancestors(document.name):
            if ancestor.settings is not None:
                return ancestor, ancestor.settings
        return document, {}

    def is_only_a_base(self, document: PythonClass) -> bool:
        """Whether others come from it, and nothing says that it has documents of its own."""
        if self.root(document) is not document:
            return False
        if not any(document.name in other.bases for other in self.by_name.values()):
            return False
        own = document.settings or {}
        return "name" not in own and constant(own.get("is_root")) is not True


def _settings(node: ast.ClassDef) -> dict[str, ast.expr] | None:
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name in ("Settings", "Collection"):
            return {name: value for name, value in _assigned(inner) if value is not None}
    return None


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield last_name(target), statement.value
        elif isinstance(statement, ast.AnnAssign):
            yield last_name(statement.target), statement.value


def constant(node: ast.expr | None) -> Any:
    """What a literal says; None for anything else."""
    return node.value if isinstance(node, ast.Constant) else None
