"""A catalogue from Mongoose declarations, given as JSON.

Three forms are read, per collection or model:
- what `schema.indexes()` answers: `[[{vendorId: 1}, {unique: true}], ...]`;
- a schema definition: `{schema: {email: {type: "String", required: true, unique: true}},
  indexes: [...]}`, with a `collection` where it is not the model's plural;
- a list of such models, each with its `model` name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.config import format_path
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.indexes.catalogue.declarations import Declarations, Declared
from kampyn_perf.indexes.model.catalogue import Catalogue

_NOTHING = (
    "no model in it. Models of createConnection are not in mongoose.modelNames(): use "
    "`kampyn-perf indexes exporter`"
)
_FIELD_OPTIONS = ("unique", "index", "sparse", "text", "expires", "required")
"""Options of a field that are no fields themselves where their value is a flag, number or word."""
_TYPES = (
    "String",
    "Number",
    "Date",
    "Boolean",
    "Buffer",
    "ObjectId",
    "Mixed",
    "Map",
    "UUID",
    "BigInt",
)
"""A word that is one of these is a field's type: `{index: "Number"}` has a field called index."""
_PLURALS = (
    (r"person$", "people"),
    (r"man$", "men"),
    (r"child$", "children"),
    (r"(alias|status|x|ch|ss|sh)$", r"\1es"),
    (r"sis$", "ses"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"s$", "s"),
)


def catalogue_of_mongoose(data: Any, *, source: str) -> tuple[Catalogue, tuple[str, ...]]:
    """The catalogue, and notes on what was left out. Raises ConfigError naming what is no
    declaration."""
    declarations = Declarations()
    for path, name, declared in _models(data, source):
        if name in declarations.collections:
            declarations.notes.append(f"{name}: declared twice; the indexes are put together")
        try:
            _collection(declared, declarations.of(name))
        except ValueError as error:
            declarations.problems.append(Problem(path, str(error), source))
    return declarations.catalogue(source=source, none=_NOTHING), tuple(declarations.notes)


def plural(model: str) -> str:
    """The collection's name that Mongoose makes of a model's, in the common cases."""
    name = model.lower()
    for ending, instead in _PLURALS:
        if re.search(ending, name):
            return re.sub(ending, instead, name)
    return name + "s"


def _models(data: Any, source: str) -> Iterator[tuple[str, str, Any]]:
    """Path, collection and declaration of each."""
    if isinstance(data, Mapping):
        for key, declared in data.items():
            given = declared.get("collection") if isinstance(declared, Mapping) else None
            # Models have a capital, collections do not.
            name = plural(str(key)) if str(key)[:1].isupper() else str(key)
            yield format_path([str(key)]), str(given or name), declared
        return
    if not isinstance(data, list):
        raise ConfigError([Problem("", "expected an object of collections, or a list", source)])
    for position, declared in enumerate(data):
        path = format_path([position])
        if not isinstance(declared, Mapping) or not (
            declared.get("collection") or declared.get("model") or declared.get("name")
        ):
            raise ConfigError([Problem(path, "needs a collection or a model", source)])
        model = declared.get("model") or declared.get("name") or ""
        yield path, str(declared.get("collection") or plural(str(model))), declared


def _collection(declared: Any, model: Declared) -> None:
    if isinstance(declared, list):
        _declared_indexes(declared, model)
    elif isinstance(declared, Mapping):
        _schema(declared.get("schema") or declared.get("fields") or {}, "", model)
        _declared_indexes(declared.get("indexes") or [], model)
    else:
        raise ValueError("expected a list of [keys, options], or an object with schema or indexes")


def _declared_indexes(declared: Any, model: Declared) -> None:
    if not isinstance(declared, list):
        raise ValueError("indexes: expected a list of [keys, options]")
    for item in declared:
        pair = item if isinstance(item, list) else [item]
        if not pair or len(pair) > 2 or not all(isinstance(part, Mapping) for part in pair):
            raise ValueError(f"not an index: {item!r:.60} (expected [keys, options])")
        model.index(pair[0], pair[1] if len(pair) > 1 else {})


def _schema(schema: Mapping[str, Any], prefix: str, model: Declared) -> None:
    for key, declared in schema.items():
        path = f"{prefix}{key}"
        _check_type(path, declared)
        inner = declared
        if isinstance(declared, list):
            model.arrays.add(path)
            inner = declared[0] if declared else {}
        if isinstance(inner, Mapping) and isinstance(inner.get("type"), list):
            model.arrays.add(path)
        if not isinstance(inner, Mapping):
            continue  # `name: "String"`: a field without options
        if _is_field(inner):
            _field(path, inner, model)
            nested = (
                inner["type"][0] if isinstance(inner.get("type"), list) and inner["type"] else None
            )
            nested = inner["type"] if isinstance(inner.get("type"), Mapping) else nested
        else:
            nested = inner
        if isinstance(nested, Mapping) and nested:
            _schema(nested, path + ".", model)


def _check_type(path: str, declared: Any) -> None:
    """JSON has no functions: of `{type: String, unique: true}` it keeps `{unique: true}`, which
    would be read as a document with a field called `unique`, and the index be lost."""
    inner = declared[0] if isinstance(declared, list) and declared else declared
    if not isinstance(inner, Mapping) or "type" in inner:
        return
    lost = [
        key
        for key in _FIELD_OPTIONS
        if isinstance(inner.get(key), bool | int | str) and inner[key] not in _TYPES
    ]
    if lost:
        raise ValueError(
            f"{path} has {lost[0]} and no type: types are functions, which JSON loses. Use "
            "`kampyn-perf indexes exporter`, or write types as names"
        )


def _is_field(declared: Mapping[str, Any]) -> bool:
    """A field with options has a `type`; anything else is a document with fields of its own. (A
    field called `type` is told by what stands beside it, as Mongoose does.)"""
    kind = declared.get("type")
    if isinstance(kind, Mapping) and "type" in kind:
        return False
    return "type" in declared


def _field(path: str, declared: Mapping[str, Any], model: Declared) -> None:
    required = declared.get("required")
    is_required = required is True or (isinstance(required, list) and required[:1] == [True])
    direction: Any = None
    options: dict[str, Any] = {}
    index = declared.get("index")
    if isinstance(index, Mapping):
        options = {key: value for key, value in index.items() if key != "type"}
        direction = index.get("type", 1)
    elif index is not None and index is not False:
        direction = 1 if index is True else index
    if declared.get("text"):
        direction = "text"
    for option in ("unique", "sparse"):
        if declared.get(option):
            options[option] = True
    if declared.get("expires") is not None:
        options["expires"] = declared["expires"]
    if direction is None and options:
        direction = 1
    if direction is None:
        return
    (model.required if is_required else model.optional).add(path)
    model.index({path: direction}, options)
