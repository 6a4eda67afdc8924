"""A catalogue from Beanie's documents. Nothing is imported or run: Python files are read as text.

A document is a class that comes from `Document`, through any classes of these files. What cannot be
read without running it (a call, a name from elsewhere) is told with its file and line.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kampyn_perf.errors import Problem
from kampyn_perf.indexes.catalogue.code.files import files_of
from kampyn_perf.indexes.catalogue.code.python_classes import (
    KINDS,
    ROOT,
    PythonClass,
    PythonClasses,
    constant,
)
from kampyn_perf.indexes.catalogue.code.python_values import NotWritten, last_name
from kampyn_perf.indexes.catalogue.declarations import Declarations, Declared
from kampyn_perf.indexes.model.catalogue import Catalogue

_LISTS = ("list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "frozenset")
_SKIPPED = ("node_modules", "site-packages", "__pycache__")


def catalogue_of_beanie(path: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """From a Python file, or a folder of them. Raises ConfigError naming file and line."""
    declarations = Declarations()
    classes = PythonClasses()
    for file in files_of(path, "*.py", none="no Python file in this folder", skipped=_SKIPPED):
        if problem := classes.read(file):
            declarations.problems.append(problem)
    for document in classes.by_name.values():
        if not classes.is_document(document.name):
            continue
        if classes.is_only_a_base(document):
            declarations.notes.append(
                f"{document.file}, {document.line}: {document.name} is taken for a base of other "
                "documents, without a collection of its own"
            )
            continue
        _declare(document, classes, declarations)
    none = f"no class that comes from beanie's {ROOT}"
    return declarations.catalogue(source=str(path), none=none), tuple(declarations.notes)


def _declare(document: PythonClass, classes: PythonClasses, declarations: Declarations) -> None:
    root = classes.root(document)
    named_by, settings = classes.settings(root)
    try:
        name = named_by.values.of(settings["name"]) if "name" in settings else root.name
    except NotWritten as error:
        problem = Problem(
            f"line {error.line}",
            f"the name of {document.name}'s collection is {error}",
            str(document.file),
        )
        declarations.problems.append(problem)
        return
    declared = declarations.of(str(name))
    notes = declarations.notes
    lineage = list(classes.ancestors(document.name))
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
    owner, settings = classes.settings(document)
    if "indexes" in settings:
        _listed(settings["indexes"], owner, declared, notes)


def _stored_name(statement: ast.AnnAssign) -> str:
    """`Field(alias="x")` is stored as x, and the id as `_id`."""
    value = statement.value
    if isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg == "alias" and isinstance(constant(keyword.value), str):
                return str(constant(keyword.value))
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
    path: str, call: ast.Call, owner: PythonClass, declared: Declared, notes: list[str]
) -> None:
    try:
        options = _options(call, owner)
        # The type comes first, then the kind of index; within Annotated the kind alone.
        kinds = [argument for argument in call.args if _kind(argument, owner) is not None]
        kind = options.pop("index_type", _kind(kinds[0], owner) if kinds else 1)
        declared.index({path: kind}, options)
    except (NotWritten, ValueError) as error:
        notes.append(_left_out(owner, call, f"the index on {path} is left out: {error}"))


def _kind(argument: ast.expr, owner: PythonClass) -> Any:
    try:
        value = owner.values.of(argument)
    except NotWritten:
        return None
    return value if value in KINDS.values() and not isinstance(value, bool) else None


def _listed(indexes: ast.expr, owner: PythonClass, declared: Declared, notes: list[str]) -> None:
    """`indexes = ["a", [("b", 1), ("c", -1)], IndexModel([("d", 1)], unique=True)]`."""
    if not isinstance(indexes, ast.List | ast.Tuple):
        notes.append(_left_out(owner, indexes, "indexes are left out: they are no list"))
        return
    for index in indexes.elts:
        try:
            if isinstance(index, ast.Call) and last_name(index.func) == "IndexModel":
                options = _options(index, owner)
                keys = owner.values.of(index.args[0]) if index.args else options.pop("keys", None)
                declared.index(_keys(keys), options)
            else:
                declared.index(_keys(owner.values.of(index)), {})
        except (NotWritten, ValueError) as error:
            notes.append(_left_out(owner, index, f"an index is left out: {error}"))


def _keys(value: Any) -> dict[str, Any]:
    """As pymongo takes them: a name, a list of names and pairs, or an object."""
    if isinstance(value, str):
        return {value: 1}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list):
        pairs = [(key, 1) if isinstance(key, str) else key for key in value]
        if all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
            return {str(path): kind for path, kind in pairs}
    raise ValueError(f"{value!r:.60} is no list of keys")


def _options(call: ast.Call, owner: PythonClass) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise NotWritten(call, "its options come from elsewhere (**)")
        options[keyword.arg] = owner.values.of(keyword.value)
    return options


def _left_out(owner: PythonClass, node: ast.AST, words: str) -> str:
    return f"{owner.file}, line {getattr(node, 'lineno', owner.node.lineno)}: {owner.name}: {words}"
