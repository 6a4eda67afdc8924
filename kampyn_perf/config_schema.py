"""JSON Schema of a configuration's model, for editors, and what its reference is written from.

What a key means stands in the model, as the text below it; Python keeps no such text, so that it is
read from the module's source, here and nowhere in the way of a run.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/"


def schema_of(
    model: type[BaseModel], *, title: str, beside: Mapping[tuple[str, str], type[BaseModel]]
) -> dict[str, Any]:
    """The schema of a file. `beside`: by model and key, the section whose own key of that name says
    what another feature reads there."""
    roots = {model.__name__: model, **{model.__name__: model for model in beside.values()}}
    definitions: dict[str, Any] = {}
    for root in roots.values():
        own = root.model_json_schema(by_alias=True, mode="validation")
        definitions |= own.pop("$defs", {})
        definitions[root.__name__] = own
    models = {model.__name__: model for root in roots.values() for model in models_in(root)}
    for name, definition in definitions.items():
        if name in models:
            _describe(definition, models[name])
    for (name, key), section in beside.items():
        if name in definitions:
            described = definitions[section.__name__]["properties"][key]
            about = definitions[name]["properties"][key].get("description", "")
            definitions[name]["properties"][key] = {**described, "description": about}
    whole = definitions.pop(model.__name__)
    return {"$schema": DIALECT, **whole, "title": title, "$defs": dict(sorted(definitions.items()))}


def models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    """It, and every section below it, each once, in the order of their keys."""
    models: dict[type[BaseModel], None] = {}
    waiting = [model]
    while waiting:
        one = waiting.pop(0)
        if one not in models:
            models[one] = None
            waiting += [
                part for field in one.model_fields.values() for part in _sections(field.annotation)
            ]
    return list(models)


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field's own text says, in one line; of a field without one, nothing."""
    words: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if one is not BaseModel and issubclass(one, BaseModel):
            words |= dict(_texts(one))
    given = {name: field.description for name, field in model.model_fields.items()}
    return words | {name: text for name, text in given.items() if text}


def _texts(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for before, after in pairwise(_classes(model.__module__).get(model.__qualname__, ())):
        if not isinstance(before, ast.AnnAssign) or not isinstance(before.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield before.target.id, " ".join(str(after.value.value).split())


@cache
def _classes(module: str) -> dict[str, list[ast.stmt]]:
    """What stands in each class of a module, by its name. Of what a program has made, and nobody
    written down, there is nothing. `inspect.getsource` of a class reads the whole module again."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, TypeError, OSError, SyntaxError):
        return {}
    return {
        statement.name: statement.body
        for statement in tree.body
        if isinstance(statement, ast.ClassDef)
    }


def _describe(definition: dict[str, Any], model: type[BaseModel]) -> None:
    words = meanings(model)
    for name, field in model.model_fields.items():
        field_schema = definition.get("properties", {}).get(field.alias or name)
        if field_schema is not None and name in words:
            field_schema["description"] = words[name]


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)
