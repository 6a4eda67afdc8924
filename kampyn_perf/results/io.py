"""Result documents on disk: written whole, read with their schema and version checked.

Every document is a JSON object that begins with `schema` (its kind) and `version`. A version rises
when a reader of the older one would misread the newer; fields may be added without that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, ValidationError

from kampyn_perf.config import format_path
from kampyn_perf.errors import ConfigError, ExitCode, KampynError, Problem
from kampyn_perf.files import write_whole

DAMAGED = "The file was changed or damaged after the run."
_PROBLEMS_SHOWN = 10


class Record(BaseModel):
    """A part of a result. Unknown fields are kept out of the way: a later minor may add some."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        serialize_by_alias=True,
        defer_build=True,  # most are parts of others, or of results that this program will not read
    )

    def pieces(self) -> Iterator[bytes]:
        """As JSON, in parts none of which takes long to make: in one, as most are small."""
        yield orjson.dumps(self.model_dump(mode="json", by_alias=True))


@dataclass(frozen=True, eq=False)
class LongText:
    """A text in parts, which results of one run share: that it grows copies nothing of it. It has
    no character in it that JSON would escape."""

    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, text: object) -> LongText:
        """Of the whole, or itself. Raises ValueError for what is no such text."""
        if isinstance(text, LongText):
            return text
        if not isinstance(text, str):
            raise ValueError("it is no text")
        return cls((text.encode("ascii"),))

    def pieces(self) -> Iterator[bytes]:
        """As JSON."""
        yield b'"'
        yield from self.parts
        yield b'"'

    def __str__(self) -> str:
        return b"".join(self.parts).decode("ascii")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LongText) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


LongTextField = Annotated[
    LongText, PlainValidator(LongText.of), PlainSerializer(str, return_type=str)
]

Model = TypeVar("Model", bound=Record)


def write(path: Path, record: Record, *, durable: bool = True) -> None:
    """Put `record` at `path` as JSON, whole or not at all."""
    write_whole(path, dumps(record), durable=durable)


def dumps(record: Record) -> bytes:
    """`record` as JSON, ending in a newline."""
    return orjson.dumps(
        record.model_dump(mode="json", by_alias=True), option=orjson.OPT_APPEND_NEWLINE
    )


def pieces(record: Record) -> Iterator[bytes]:
    """The same in parts, none of which takes long to make."""
    yield from by_field(record)
    yield b"\n"


def by_field(record: Record) -> Iterator[bytes]:
    """A record as JSON in parts: one for each field, and those of the records in it."""
    opening = b"{"
    for name, field in type(record).model_fields.items():
        if field.exclude:
            continue
        yield opening + orjson.dumps(field.alias or name) + b":"
        yield from _value(record, name)
        opening = b","
    yield b"}"


def _value(record: Record, name: str) -> Iterator[bytes]:
    value = getattr(record, name)
    if isinstance(value, Record | LongText):
        yield from value.pieces()
    elif isinstance(value, list) and value and all(isinstance(one, Record) for one in value):
        for place, one in enumerate(value):
            yield b"," if place else b"["
            yield from one.pieces()
        yield b"]"
    else:
        document = record.model_dump(mode="json", by_alias=True, include={name})
        yield orjson.dumps(*document.values())


def read(path: Path, kinds: Mapping[str, type[Model]]) -> Model:
    """The result at `path`, as the model that `kinds` has for its schema.

    Raises KampynError (usage) for what is missing, broken, of another kind, or newer than this.
    """
    document = read_document(path)
    schema, version = document.get("schema"), document.get("version")
    if not isinstance(schema, str) or schema not in kinds:
        expected = " or ".join(sorted(kinds))
        actual = f"its schema is {schema!r}" if schema else "it has no schema"
        raise KampynError(f"{path} is not a result that can be used here: {actual}, not {expected}")
    if not isinstance(version, int) or version < 1:
        raise KampynError(f"{path} has no version, but {version!r} in its place", hint=DAMAGED)
    newest = kinds[schema].model_fields["version"].default
    if version > newest:
        raise KampynError(
            f"{path} is of version {version}; this kampyn-perf reads versions up to {newest}",
            hint="Upgrade kampyn-perf to read it: pip install --upgrade kampyn-perf",
        )
    try:
        return kinds[schema].model_validate(document)
    except ValidationError as error:
        problems = [
            Problem(format_path(item["loc"]), item["msg"], str(path))
            for item in error.errors()[:_PROBLEMS_SHOWN]
        ]
        raise ConfigError(problems, hint=DAMAGED, what="result") from error


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object at `path`, unchecked but for being one."""
    try:
        document = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise KampynError(
            f"there is no result at {path}",
            hint="Run kampyn-perf load first, or name a run folder or its result.json.",
        ) from None
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except orjson.JSONDecodeError as error:
        raise KampynError(
            f"{path} is not JSON: {error}",
            code=ExitCode.USAGE,
            hint=DAMAGED,
        ) from error
    if not isinstance(document, dict):
        raise KampynError(f"{path} is not a result: it holds no JSON object")
    return document
