"""A catalogue from a Prisma schema (provider `mongodb`). Nothing is run: it is read as text.

Prisma's own names of indexes (`User_email_key`) are not taken over: an index of any name is the one
that is meant. Names given with `map:` are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf.errors import Problem
from kampyn_perf.indexes.catalogue.code.files import files_of
from kampyn_perf.indexes.catalogue.code.prisma_schema import (
    Attribute,
    Block,
    Call,
    Field,
    SchemaError,
    Value,
    parse_schema,
)
from kampyn_perf.indexes.catalogue.declarations import Declarations, Declared
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.options import TEXT

_INDEXES = ("unique", "index", "fulltext")


def catalogue_of_prisma(path: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """From a schema file, or a folder of them. Raises ConfigError naming file and line."""
    declarations = Declarations()
    blocks = [
        (file, block)
        for file in files_of(path, "*.prisma", none="no .prisma file in this folder")
        for block in _blocks(file, declarations)
    ]
    _check_provider(blocks, declarations)
    schema = _Schema({block.name: block for _, block in blocks if block.kind in ("model", "type")})
    for file, block in blocks:
        if block.kind == "model":
            schema.declare(block, str(file), declarations)
    none = "no model in it"
    return declarations.catalogue(source=str(path), none=none), tuple(declarations.notes)


def _blocks(file: Path, declarations: Declarations) -> list[Block]:
    try:
        return parse_schema(file.read_text(encoding="utf-8"))
    except SchemaError as error:
        declarations.problems.append(Problem(f"line {error.line}", str(error), str(file)))
    except (OSError, UnicodeDecodeError) as error:
        declarations.problems.append(Problem("", f"cannot be read: {error}", str(file)))
    return []


def _check_provider(blocks: Sequence[tuple[Path, Block]], declarations: Declarations) -> None:
    for file, block in blocks:
        provider = block.settings.get("provider")
        if block.kind == "datasource" and provider != "mongodb":
            shown = provider if isinstance(provider, str) else "none that is written out"
            declarations.problems.append(
                Problem(
                    f"line {block.line}",
                    f"the datasource's provider is {shown}, not mongodb",
                    str(file),
                )
            )


@dataclass(frozen=True)
class _Stored:
    path: str
    always: bool
    """Whether every document has it."""
    is_list: bool


@dataclass(frozen=True)
class _Schema:
    """Models and composite types by name."""

    blocks: Mapping[str, Block]

    def declare(self, model: Block, source: str, declarations: Declarations) -> None:
        declared = declarations.of(_text(_find(model.attributes, "map"), "name") or model.name)
        stored = list(self._stored_fields(model))
        declared.fields(
            required=[field.path for field in stored if field.always],
            optional=[field.path for field in stored if not field.always and not field.is_list],
            arrays=[field.path for field in stored if field.is_list],
        )
        indexes = [
            (attribute, attribute.get("fields", 0))
            for attribute in model.attributes
            if attribute.name in _INDEXES
        ]
        for field in model.fields:
            unique = _find(field.attributes, "unique")
            if unique:
                indexes.append((unique, [Call(field.name, unique.named)]))
        for attribute, fields in indexes:
            try:
                self._index(model, attribute, fields, declared)
            except ValueError as error:
                problem = Problem(f"line {attribute.line}", f"{model.name}: {error}", source)
                declarations.problems.append(problem)

    def _index(
        self, model: Block, attribute: Attribute, fields: Value | None, declared: Declared
    ) -> None:
        if not isinstance(fields, list):
            raise ValueError("an index without a list of fields")
        keys: dict[str, int | str] = {}
        for field in fields:
            if not isinstance(field, Call):
                raise ValueError(f"{field!r} is no field")
            sort = field.get("sort")
            descends = isinstance(sort, Call) and sort.name == "Desc"
            path = self._path(model, field.name)
            keys[path] = TEXT if attribute.name == "fulltext" else -1 if descends else 1
        options: dict[str, object] = {"unique": True} if attribute.name == "unique" else {}
        name = _text(attribute, "map")
        declared.index(keys, options | ({"name": name} if name else {}))

    def _path(self, block: Block, dotted: str) -> str:
        """As the database has it; fields may have another name there."""
        names: list[str] = []
        inside: Block | None = block
        for name in dotted.split("."):
            fields = inside.fields if inside else []
            field = next((field for field in fields if field.name == name), None)
            if field is None:
                raise ValueError(f"there is no field {dotted}")
            names.append(_stored(field))
            inside = self.blocks.get(field.type)
        return ".".join(names)

    def _stored_fields(
        self, block: Block, prefix: str = "", *, always: bool = True, inside: tuple[str, ...] = ()
    ) -> Iterator[_Stored]:
        """Every field that is stored, with those of composite types, once within each other."""
        for field in block.fields:
            kind = self.blocks.get(field.type)
            if kind is not None and kind.kind == "model":
                continue  # a relation; its key is a field of its own
            path = prefix + _stored(field)
            is_there = always and not (field.is_optional or field.is_list)
            yield _Stored(path, is_there, field.is_list)
            if kind is not None and field.type not in inside:
                yield from self._stored_fields(
                    kind, f"{path}.", always=is_there, inside=(*inside, field.type)
                )


def _stored(field: Field) -> str:
    return _text(_find(field.attributes, "map"), "name") or field.name


def _find(attributes: Sequence[Attribute], name: str) -> Attribute | None:
    return next((attribute for attribute in attributes if attribute.name == name), None)


def _text(attribute: Attribute | None, name: str) -> str:
    """An argument in quotes; `@map` and `@@map` have it as their first."""
    position = 0 if attribute is not None and attribute.name == "map" else None
    value = attribute.get(name, position) if attribute is not None else None
    return value if isinstance(value, str) else ""
