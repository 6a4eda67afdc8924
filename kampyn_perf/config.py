"""YAML, environment and flags into typed, checked sections; every problem at once, with its path.

A feature declares its section as a subclass of `Section` and calls `load`. The order of strength
is: defaults of the model, file, environment, `--set`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)

from kampyn_perf import units
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.problems import child, problems
from kampyn_perf.redact import is_secret, redact_text
from kampyn_perf.sources import Override, PathKey, Source, format_path, parse_yaml, read_yaml
from kampyn_perf.suggest import did_you_mean

__all__ = [
    "Duration",
    "Milliseconds",
    "PathKey",
    "Rate",
    "Section",
    "Seed",
    "SetText",
    "Size",
    "Source",
    "apply_sets",
    "find",
    "format_path",
    "load",
    "own_sets",
    "parse",
    "parse_yaml",
    "read_yaml",
    "shipped",
    "written",
]

# As JSON, durations and sizes are written with their unit, so that what was dumped can be read.
_WithUnit = PlainSerializer(units.spell_duration, return_type=str, when_used="json")

_LONGEST = 366 * 86_400 * units.MICROSECONDS


def _duration(value: object, *, default_unit: str = "s") -> int:
    us = units.parse_duration(value, default_unit=default_unit)
    if us > _LONGEST:
        raise ValueError(f"is longer than 366 days: {value!r}")
    return us


def written(kind: str, *types: str) -> WithJsonSchema:
    """What a value looks like in a file, where it is another one inside: for editors, and for the
    reference."""
    return WithJsonSchema({"x-written": kind, "type": list(types)}, mode="validation")


Duration = Annotated[
    int, BeforeValidator(_duration), _WithUnit, written("duration (s)", "number", "string")
]
"""Microseconds; written as seconds (`60`) or with a unit (`1m30s`)."""
Milliseconds = Annotated[
    int,
    BeforeValidator(lambda value: _duration(value, default_unit="ms")),
    _WithUnit,
    written("duration (ms)", "number", "string"),
]
"""Microseconds; a bare number is in milliseconds."""
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""Decides what comes by chance; numpy takes none below 0, JSON none above."""
Size = Annotated[
    int, BeforeValidator(units.parse_size), written("size (bytes)", "number", "string")
]
"""Bytes; written as a number or with a unit (`256MB`)."""
Rate = Annotated[
    Fraction,
    BeforeValidator(units.parse_rate),
    PlainSerializer(lambda rate: f"{rate}/s", return_type=str, when_used="json"),
    written("rate (1/s)", "number", "string"),
]
"""Events per second, exactly."""


class Section(BaseModel):
    """A piece of configuration: closed (an unknown key is an error) and frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # most are parts of others, and never validated by themselves
    )


Model = TypeVar("Model", bound=BaseModel)


def shipped(folder: str) -> Path:
    """The folder of `configs`, `scenarios` or `docs` that came with the program."""
    installed = Path(__file__).parent / "_shipped" / folder
    return installed if installed.is_dir() else Path(__file__).parent.parent / folder


def find(name: str, folder: str = "configs") -> Path:
    """`name` as a path, or in `./configs`, or as shipped: the user's own file comes first."""
    given = Path(name)
    candidates = [given] if given.suffix or given.parent != Path() else []
    file_name = name if Path(name).suffix else f"{name}.yaml"
    candidates += [Path(folder) / file_name, shipped(folder) / file_name]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    places = ", ".join(redact_text(str(path)) for path in candidates)
    raise KampynError(
        f"no such configuration: {redact_text(name)}",
        hint=f"{_meant(given, folder)} Looked at {places}.".lstrip(),
    )


def _meant(given: Path, folder: str) -> str:
    """Which file a name without one was probably meant to be; empty for none."""
    for ending in (".yaml", ".yml"):
        if (here := Path(f"{given.stem}{ending}")).is_file():
            return f"Did you mean {here}, in this folder? Its ending belongs to its name."
    places = (Path(folder) / given.parent, shipped(folder) / given.parent)
    known = sorted({path.stem for place in places for path in place.glob("*.yaml")})
    return did_you_mean(given.stem, known)


def parse(model: type[Model], source: Source, *, prefix: PathKey = ()) -> Model:
    """`source.data` as a `model`. Raises ConfigError with all its problems, each with its place."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise ConfigError(list(problems(error, model, source, prefix))) from error


def load(
    model: type[Model],
    source: Source,
    *,
    environ: Mapping[str, str] | None = None,
    prefix: str = "",
    sets: Sequence[str] = (),
) -> Model:
    """A checked section from a file's data, `PREFIX_A__B=value` of the environment, and `--set`."""
    if environ is not None and prefix:
        for key, value in sorted(environ.items()):
            if key.startswith(prefix):
                path = _spell(model, key.removeprefix(prefix).split("__"))
                source = _put_into(source, Override(tuple(path), key), value)
    return parse(model, apply_sets(source, sets))


class SetText(str):
    """A `key=value` as `--set` takes it, and what the user wrote: another flag, or a longer key."""

    flag: str
    above: str

    def __new__(cls, text: str, *, flag: str = "", above: str = "") -> Self:
        """`flag` where it was one of its own; `above`, a section's name that was taken off."""
        made = super().__new__(cls, text)
        made.flag = flag
        made.above = above
        return made


def own_sets(sets: Iterable[str], section: str) -> list[str]:
    """`--set` values of one file, which may be written as beside other files, with the file's own
    name before them: `slo.objectives.cpu.target=...`. Messages keep it."""
    prefix = f"{section}."
    return [
        SetText(text.removeprefix(prefix), above=section) if text.startswith(prefix) else text
        for text in sets
    ]


def apply_sets(source: Source, sets: Iterable[str]) -> Source:
    """`source` with each `a.b[0].c=value` of the command line put in; values are read as YAML."""
    for text in sets:
        given = text if isinstance(text, SetText) else SetText(text)
        above = f"{given.above}." if given.above else ""
        key, equals, value = text.partition("=")
        path = [part for part in re.split(r"\.|\[|\]\.?", key.strip()) if part]
        if not equals or not path:
            words = redact_text(f"--set {above}{text}")
            raise KampynError(f"{words}: expected key=value, as in --set backend.workers=2")
        origin = given.flag or f"--set {above}{key}"
        source = _put_into(source, Override(tuple(path), origin, given.above), value)
    return source


def _put_into(source: Source, override: Override, value: str) -> Source:
    """`source` with `value`, read as YAML, where `override` says; problems name its origin."""
    path, origin = override.path, override.origin
    data = _put(source.data, path, _flag_value(value, origin, path), origin)
    return Source(data, source.name, source.lines, (*source.overrides, override))


def _flag_value(text: str, name: str, path: Sequence[str]) -> Any:
    """`text` as YAML; a leading > or | is meant as it stands (`>= 99 %`), not as a block."""
    if not text or text.lstrip()[:1] in (">", "|"):
        return text.strip()
    try:
        return parse_yaml(text, name).data
    except ConfigError:
        if any(is_secret(part) for part in path):  # the words of the parser quote what it met
            problem = Problem("", "is not valid YAML; put quotes around it", name)
            raise ConfigError([problem]) from None
        raise


def _put(data: Any, path: Sequence[str], value: Any, source: str) -> Any:
    """A copy of `data` with `value` at `path`; mappings are made on the way, lists are not."""
    head, rest = path[0], path[1:]
    if isinstance(data, list):
        if not head.isdigit() or int(head) >= len(data):
            raise ConfigError([Problem(head, f"no such entry; the list has {len(data)}", source)])
        index = int(head)
        item = _put(data[index], rest, value, source) if rest else value
        return [*data[:index], item, *data[index + 1 :]]
    if data is not None and not isinstance(data, Mapping):
        raise ConfigError(
            [Problem(head, "has nothing below it: its parent is a plain value", source)]
        )
    copy = dict(data or {})
    copy[head] = _put(copy.get(head), rest, value, source) if rest else value
    return copy


def _spell(model: Any, path: Sequence[str]) -> list[str]:
    """`path` of an environment variable, in the model's own spelling: shells know no small letters.

    What the model does not have stays, in small letters, and becomes a problem with that name.
    """
    spelled: list[str] = []
    current = model
    below_mapping = False
    for part in path:
        if below_mapping or part.isdigit():
            below_mapping = False  # a key or an index: the model of the entries is known already
            spelled.append(part.lower())
            continue
        fields = getattr(current, "model_fields", None) or {}
        known = {(info.alias or name).lower(): info.alias or name for name, info in fields.items()}
        spelled.append(known.get(part.lower(), part.lower()))
        current, below_mapping = child(current, spelled[-1])
    return spelled
