"""A catalogue from Beanie's documents. Nothing is imported or run: Python files are read as text.

A document is a class that comes from `Document`, through any classes of these files. What cannot be
read without running it (a call, a name from elsewhere) is told with its file and line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kampyn_perf.errors import Problem
from kampyn_perf.indexes.catalogue.code.files import files_of
from kampyn_perf.indexes.catalogue.code.python_values import NotWritten, Values, last_name
from kampyn_perf.indexes.catalogue.declarations import Declarations, Declared
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.options import PLANE, TEXT
from kampyn_perf.indexes.model.spec import HASHED, SPHERE

_KINDS = {
    "ASCENDING": 1,
    "DESCENDING": -1,
    "TEXT": TEXT,
    "HASHED": HASHED,
    "GEOSPHERE": SPHERE,
    "GEO2D": PLANE,
}
"""pymongo's names of directions."""
_LISTS = ("list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "frozenset")
_ROOT = "Document"
_SKIPPED = ("node_modules", "site-packages", "__pycache__")


@dataclass
class _Class:
    name: str
    node: ast.ClassDef
    file: Path
    values: Values
    bases: list[str]
    settings: dict[str, ast.expr] | None = None
    """Of its own `Settings`."""

    @property
    def line(self) -> str:
        return f"line {self.node.lineno}"


@dataclass
class _Project:
    """Every class of the files, by name."""

    classes: dict[str, _Class] = field(default_factory=dict)

    def ancestors(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[_Class]:
        """The class, then what it comes from, as Python would look for an attribute."""
        one = self.classes.get(name)
        if one is None or name in seen:
            return
        yield one
        for base in one.bases:
            yield from self.ancestors(base, (*seen, name))

    def is_document(self, name: str) -> bool:
        return any(_ROOT in one.bases for one in self.ancestors(name))

    def root(self, one: _Class) -> _Class:
        """Whose collection it shares: of the ancestor that says `is_root = True`, else its own."""
        for ancestor in list(self.ancestors(one.name))[1:]:
            flag = (ancestor.settings or {}).get("is_root")
            if flag is not None and _constant(flag) is True:
                return ancestor
        return one

    def settings(self, one: _Class) -> tuple[_Class, Mapping[str, ast.expr]]:
        """The nearest `Settings`, and whose it is."""
        for ancestor in self.ancestors(one.name):
            if ancestor.settings is not None:
                return ancestor, ancestor.settings
        return one, {}

    def is_only_a_base(self, one: _Class) -> bool:
        """Whether others come from it, and nothing says that it has documents of its own."""
        if self.root(one) is not one:
            return False
        if not any(one.name in other.bases for other in self.classes.values()):
            return False
        own = one.settings or {}
        return "name" not in own and _constant(own.get("is_root")) is not True


def catalogue_of_beanie(path: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """From a Python file, or a folder of them. Raises ConfigError naming file and line."""
    declarations = Declarations()
    project = _Project()
    for file in files_of(path, "*.py", none="no Python file in this folder", skipped=_SKIPPED):
        _read(file, project, declarations)
    for one in project.classes.values():
        if not project.is_document(one.name):
            continue
        if project.is_only_a_base(one):
            declarations.notes.append(
                f"{one.file}, {one.line}: {one.name} is taken for a base of other documents, "
                "without a collection of its own"
            )
            continue
        _declare(one, project, declarations)
    none = f"no class that comes from beanie's {_ROOT}"
    return declarations.catalogue(source=str(path), none=none), tuple(declarations.notes)


def _read(file: Path, project: _Project, declarations: Declarations) -> None:
    try:
        tree = ast.parse(file.read_bytes(), filename=str(file))
    except SyntaxError as error:
        problem = Problem(f"line {error.lineno}", f"not Python: {error.msg}", str(file))
        declarations.problems.append(problem)
        return
    except (OSError, ValueError) as error:
        declarations.problems.append(Problem("", f"cannot be read: {error}", str(file)))
        return
    values = Values(tree, _KINDS)
    aliases = {
        one.asname: one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
        if one.asname
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = [last_name(base) for base in node.bases]
            one = _Class(node.name, node, file, values, [aliases.get(name, name) for name in names])
            one.settings = _settings(node)
            project.classes.setdefault(node.name, one)


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


def _declare(one: _Class, project: _Project, declarations: Declarations) -> None:
    root = project.root(one)
    named_by, settings = project.settings(root)
    try:
        name = named_by.values.of(settings["name"]) if "name" in settings else root.name
    except NotWritten as error:
        problem = Problem(
            f"line {error.line}", f"the name of {one.name}'s collection is {error}", str(one.file)
        )
        declarations.problems.append(problem)
        return
    declared = declarations.of(str(name))
    notes = declarations.notes
    lineage = list(project.ancestors(one.name))
    required, optional, arrays = set[str](), set[str](), set[str]()
    seen: set[str] = set()
    for owner in lineage:
        for statement in owner.node.body:
            if not isinstance(statement, ast.AnnAssign) or last_name(statement.target) in seen:
                continue
            seen.add(last_name(statement.target))
            path = _stored_name(statement)
            if _is_optional(statement.annotation):
                optional.add(path)
            elif _is_list(statement.annotation):
                arrays.add(path)
            else:
                required.add(path)
            call = _indexed(statement.annotation)
            if call is not None:
                _index_of_field(path, call, owner, declared, notes)
    declared.fields(required=required, optional=optional, arrays=arrays)
    owner, settings = project.settings(one)
    if "indexes" in settings:
        _listed(settings["indexes"], owner, declared, notes)


def _stored_name(statement: ast.AnnAssign) -> str:
    """`Field(alias="x")` is stored as x, and the id as `_id`."""
    value = statement.value
    if isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg == "alias" and isinstance(_constant(keyword.value), str):
                return str(_constant(keyword.value))
    name = last_name(statement.target)
    return "_id" if name == "id" else name


def _indexed(annotation: ast.expr) -> ast.Call | None:
    """`Indexed(str, unique=True)`, also within `Annotated[str, Indexed(unique=True)]`."""
    if isinstance(annotation, ast.Call) and last_name(annotation.func) == "Indexed":
        return annotation
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        return next((call for part in parts if (call := _indexed(part))), None)
    return None


def _is_optional(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Subscript):
        if last_name(annotation.value) == "Optional":
            return True
        inner = annotation.slice
        if last_name(annotation.value) in ("Annotated", "Union") and isinstance(inner, ast.Tuple):
            return any(_is_optional(part) for part in inner.elts)
        return False
    if isinstance(annotation, ast.BinOp):
        return _is_optional(annotation.left) or _is_optional(annotation.right)
    if isinstance(annotation, ast.Call):
        return any(_is_optional(argument) for argument in annotation.args)
    return isinstance(annotation, ast.Constant) and annotation.value is None


def _is_list(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Subscript):
        if last_name(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
            return _is_list(annotation.slice.elts[0])
        return last_name(annotation.value) in _LISTS
    if isinstance(annotation, ast.Call):
        return any(_is_list(argument) for argument in annotation.args)
    return last_name(annotation) in _LISTS


def _index_of_field(
    path: str, call: ast.Call, owner: _Class, declared: Declared, notes: list[str]
) -> None:
    try:
        options = _options(call, owner)
        # The type comes first, then the kind of index; within Annotated the kind alone.
        kinds = [argument for argument in call.args if _kind(argument, owner) is not None]
        kind = options.pop("index_type", _kind(kinds[0], owner) if kinds else 1)
        declared.index({path: kind}, options)
    except (NotWritten, ValueError) as error:
        notes.append(_left_out(owner, call, f"the index on {path} is left out: {error}"))


def _kind(argument: ast.expr, owner: _Class) -> Any:
    try:
        value = owner.values.of(argument)
    except NotWritten:
        return None
    return value if value in _KINDS.values() and not isinstance(value, bool) else None


def _listed(indexes: ast.expr, owner: _Class, declared: Declared, notes: list[str]) -> None:
    """`indexes = ["a", [("b", 1), ("c", -1)], IndexModel([("d", 1)], unique=True)]`."""
    if not isinstance(indexes, ast.List | ast.Tuple):
        notes.append(_left_out(owner, indexes, "indexes are left out: they are no list"))
        return
    for one in indexes.elts:
        try:
            if isinstance(one, ast.Call) and last_name(one.func) == "IndexModel":
                options = _options(one, owner)
                keys = owner.values.of(one.args[0]) if one.args else options.pop("keys", None)
                declared.index(_keys(keys), options)
            else:
                declared.index(_keys(owner.values.of(one)), {})
        except (NotWritten, ValueError) as error:
            notes.append(_left_out(owner, one, f"an index is left out: {error}"))


def _keys(value: Any) -> dict[str, Any]:
    """As pymongo takes them: a name, a list of names and pairs, or an object."""
    if isinstance(value, str):
        return {value: 1}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list):
        pairs = [(one, 1) if isinstance(one, str) else one for one in value]
        if all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
            return {str(path): kind for path, kind in pairs}
    raise ValueError(f"{value!r:.60} is no list of keys")


def _options(call: ast.Call, owner: _Class) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise NotWritten(call, "its options come from elsewhere (**)")
        options[keyword.arg] = owner.values.of(keyword.value)
    return options


def _left_out(owner: _Class, node: ast.AST, words: str) -> str:
    return f"{owner.file}, line {getattr(node, 'lineno', owner.node.lineno)}: {owner.name}: {words}"


def _constant(node: ast.expr | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None
