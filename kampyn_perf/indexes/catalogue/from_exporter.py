"""A catalogue from what `exporter.js` prints in a Mongoose project: models with their indexes, the
cluster that each lives on, and what their schemas promise of each field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kampyn_perf.config import format_path
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.indexes.catalogue.declarations import Declarations
from kampyn_perf.indexes.catalogue.from_mongoose import catalogue_of_mongoose
from kampyn_perf.indexes.catalogue.load import DEFAULT_VARIABLE
from kampyn_perf.indexes.model.catalogue import DEFAULT_CLUSTER, Catalogue, Cluster
from kampyn_perf.units import counted

SCHEMA = "kampyn-perf/mongoose-indexes"
VERSION = 1
_EXPORTER = Path(__file__).with_name("exporter.js")


def exporter_text() -> str:
    """The program to run with node in the user's project."""
    return _EXPORTER.read_text(encoding="utf-8")


def is_export(data: Any) -> bool:
    return isinstance(data, Mapping) and data.get("schema") == SCHEMA


def catalogue_of_mongoose_file(path: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """From a JSON file: what the exporter printed, or plain declarations. Raises KampynError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise KampynError(f"{path} is not JSON: {error}") from error
    read = catalogue_of_export if is_export(data) else catalogue_of_mongoose
    return read(data, source=str(path))


def catalogue_of_export(data: Any, *, source: str) -> tuple[Catalogue, tuple[str, ...]]:
    """The catalogue, and notes: the exporter's own problems and what was put together. Raises
    ConfigError naming what cannot be read."""
    if data.get("version") != VERSION:
        raise ConfigError([Problem("version", f"{data.get('version')!r} is not {VERSION}", source)])
    declarations = Declarations()
    declarations.notes.extend(str(problem) for problem in data.get("problems") or ())
    for position, model in enumerate(data.get("models") or ()):
        path = format_path(["models", position])
        try:
            _add(declarations, model)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            declarations.problems.append(Problem(path, f"not a model: {error}", source))
    problems = counted(len(declarations.notes), "problem")
    catalogue = declarations.catalogue(
        source=source,
        none=f"no index is declared in it: no model, and {problems}",
        clusters={
            str(name): Cluster(
                name=str(name),
                variable=str(given.get("variable") or DEFAULT_VARIABLE),
                database=str(given.get("database") or ""),
            )
            for name, given in (data.get("clusters") or {}).items()
        },
    )
    return catalogue, tuple(declarations.notes)


def _add(declarations: Declarations, model: Mapping[str, Any]) -> None:
    name, cluster = str(model["collection"]), str(model.get("cluster") or DEFAULT_CLUSTER)
    declared = declarations.of(name, cluster=cluster)
    if declared.cluster != cluster:
        raise ValueError(
            f"the collection {name} is in the clusters {declared.cluster} and {cluster}; a "
            "catalogue knows a collection by its name: import each cluster's models for themselves"
        )
    for keys, options in model.get("indexes") or ():
        declared.index(keys, options)
    declared.fields(
        **{which: map(str, model.get(which) or ()) for which in ("required", "optional", "arrays")}
    )
