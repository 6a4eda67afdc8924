"""Writes docs/configuration.md, and the tables of keys in other pages, from the models:

python docs/configuration.py          # writes them
python docs/configuration.py --check  # exit code 1 where a page is not what it would write
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

from kampyn_perf.cli.schemas import FILES, ConfigFile  # noqa: E402 (of this checkout)
from kampyn_perf.config_schema import REF, models_in  # noqa: E402

PAGE = DOCS / "configuration.md"
WITH_TABLES = ("load.md", "targets.md", "scenarios.md")
# By the name that a page gives a table: the file and the section.
TABLES = {
    "config": ("load", "RunSettings"),
    "phase": ("load", "PhaseSettings"),
    "profile": ("load", "ProfileSettings"),
    "timeouts": ("load", "TimeoutSettings"),
    "validity": ("load", "ValidityLimits"),
    "data": ("load", "FeedSettings"),
    "target": ("targets", "TargetSettings"),
    "operation": ("targets", "Operation"),
    "request": ("targets", "RequestSettings"),
    "sign_in": ("targets", "SignIn"),
    "flow": ("targets", "FlowSettings"),
    "step": ("targets", "Step"),
    "capture": ("targets", "Capture"),
    "expect": ("targets", "Expect"),
    "match": ("targets", "Match"),
    "once": ("targets", "Once"),
    "audit": ("targets", "AuditSettings"),
}
_MARK = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- /keys -->)", re.S)
_HEAD = """\
# Every key of every file

Written by `python docs/configuration.py` from the models that read the files, and held to them
by a test. The reasons of the defaults stand as comments in the files themselves, in `configs/`.
A file of your own in `./configs` takes the place of the shipped one, whole; of `load.yaml` the
shipped profiles stay.

**Units.** A duration is a number in the unit that its type names, or carries its own: `250ms`,
`90s`, `1m30s`. A rate is per second, or says otherwise: `3000/min`. A size is bytes, or `256MB`.

**One value.** `--set config.maxVusers=500` on the command line;
`KAMPYN_LOAD_CONFIG__MAXVUSERS=500` in the environment (two underscores between keys). The order
of strength: file, environment, `--set`. With `load` the files other than load.yaml keep their
name in front (`--set slo.objectives.cpu.required=false`, `--set backend.workers=2`). Every
problem is told at once, with its line; an unknown key is one.

**In your editor.** `kampyn-perf docs --schema load > load.schema.json` prints a file's JSON
Schema (`load`, `targets`, `slo`, `alerts`, `backend`, `indexes`), and a first line of the file
such as `# yaml-language-server: $schema=./load.schema.json` makes an editor complete and check
its keys.

`bench` has no file: its `--set` takes the keys of backend.yaml.
"""


def whole() -> str:
    """The page."""
    shown: dict[str, str] = {}
    parts = [part for file in FILES.values() for part in _file(file, shown)]
    return "\n".join([_HEAD, *parts])


def page(text: str) -> str:
    """`text` with every table written anew."""
    return _MARK.sub(lambda mark: mark[1] + _named(mark[2]) + mark[3], text)


def _file(file: ConfigFile, shown: dict[str, str]) -> Iterator[str]:
    """A section that another file has too stands there; `shown`: where, by its name."""
    yield f"## {file.title}\n\n{file.about}\n"
    schema = file.schema()
    elsewhere: list[str] = []
    models = {
        one.__name__: one for root in (file.model, *file.beside.values()) for one in models_in(root)
    }
    for name, place in _places(schema, file.model.__name__):
        if name in shown:
            # What lies below it there needs no line of its own here.
            if not place.strip("`").startswith(tuple(elsewhere)):
                elsewhere.append(place.strip("`"))
                yield f"### {place}\n\nAs {shown[name]}.\n"
        elif name in models:
            shown[name] = f"{place} of {file.title}"
            yield f"### {place}\n\n{table(models[name], schema)}"


def _places(schema: dict[str, Any], root: str) -> Iterator[tuple[str, str]]:
    """Where each section first stands, as headings."""
    waiting = [(root, "")]
    seen = set()
    while waiting:
        name, path = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield name, f"`{path}`" if path else "The file"
        for key, found in _definition(schema, name, root).get("properties", {}).items():
            below = f"{path}.{key}" if path else key
            waiting += [(ref, below + more) for ref, more in _refs(found, schema)]


def _definition(schema: dict[str, Any], name: str, root: str = "") -> dict[str, Any]:
    return schema if name == root else schema["$defs"].get(name, schema)


def _refs(found: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Sections that a key leads to, with what a path needs in between."""
    if "$ref" in found:
        name = found["$ref"].removeprefix(REF)
        if "properties" in schema["$defs"][name]:
            yield name, ""
    for one in (*found.get("anyOf", ()), *found.get("oneOf", ())):
        yield from _refs(one, schema)
    if isinstance(found.get("items"), dict):
        yield from ((name, f"[]{more}") for name, more in _refs(found["items"], schema))
    for values in _values(found):
        yield from ((name, f".NAME{more}") for name, more in _refs(values, schema))


def _named(table_name: str) -> str:
    file, name = TABLES[table_name]
    schema = _schema(file)
    models = {one.__name__: one for one in models_in(FILES[file].model)}
    model = models.get(name) or next(
        base for one in models.values() for base in one.__mro__ if base.__name__ == name
    )
    return table(model, schema, own=True)


@cache
def _schema(file: str) -> dict[str, Any]:
    return FILES[file].schema()


def table(model: type[BaseModel], schema: dict[str, Any], *, own: bool = False) -> str:
    """A row for each key; with `own`, what a section has in common with others stands elsewhere."""
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    properties = _definition_of(model, schema)["properties"]
    defaults = _defaults(model)
    for name, field in model.model_fields.items():
        if own and name not in model.__annotations__:
            continue
        key = field.alias or name
        found = properties[key]
        kind = _type(found, schema)
        default = "needed" if field.is_required() else _spelled(defaults.get(key), kind)
        about = (
            found.get("description", "")
            .replace("|", "\\|")
            .replace(". None:", ". Left out:")
            .replace("None:", "left out:")
        )
        rows.append(f"| `{key}` | {kind} | {default} | {about} |")
    return "\n".join(rows) + "\n"


def _definition_of(model: type[BaseModel], schema: dict[str, Any]) -> dict[str, Any]:
    if model.__name__ in schema["$defs"]:
        found: dict[str, Any] = schema["$defs"][model.__name__]
        return found
    if set(schema["properties"]) == {f.alias or n for n, f in model.model_fields.items()}:
        return schema
    # What several sections have in common is none of the file's own: as one of them has it.
    keys = {f.alias or n for n, f in model.model_fields.items()}
    return next(one for one in schema["$defs"].values() if keys <= set(one.get("properties", ())))


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_construct().model_dump(
        mode="json", by_alias=True, exclude_none=True, warnings=False
    )


_PLAIN = {"boolean": "true, false", "integer": "whole number", "string": "text", None: "any"}


def _type(found: dict[str, Any], schema: dict[str, Any]) -> str:  # noqa: PLR0911 (one form each)
    """In words."""
    if "x-written" in found:
        return str(found["x-written"])
    if "$ref" in found:
        return _type(schema["$defs"][found["$ref"].removeprefix(REF)], schema)
    if "enum" in found or "const" in found:
        return ", ".join(f"`{value}`" for value in found.get("enum", [found.get("const")]))
    if several := found.get("anyOf") or found.get("oneOf"):
        kinds = [_type(one, schema) for one in several if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    kind = found.get("type")
    if kind == "array":
        items = found.get("items")
        return f"list of {_type(items, schema)}" if items else "list"
    if kind == "object" and "properties" not in found:
        values = next(_values(found), None)
        return f"names to {_type(values, schema)}" if values else "mapping"
    return "keys" if kind == "object" else _PLAIN.get(kind, str(kind))


def _values(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What names lead to."""
    several = (found.get("additionalProperties"), *found.get("patternProperties", {}).values())
    yield from (values for values in several if isinstance(values, dict))


def _spelled(value: Any, kind: str) -> str:  # noqa: PLR0911 (one form each)
    """A default as the file would have it."""
    if value in (None, "", {}, []):
        return ""
    if kind == "keys":
        return "below"
    if kind.startswith("size") and isinstance(value, int) and value % 1024**2 == 0:
        return f"`{value // 1024**2}MB`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value == "0ms":
        return "`0`"
    if isinstance(value, dict):
        return f"`{{{', '.join(f'{name}: {one}' for name, one in value.items())}}}`"
    if isinstance(value, list):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def main() -> int:
    """Entry point."""
    wanted = {PAGE: whole()} | {
        path: page(path.read_text()) for path in (DOCS / name for name in WITH_TABLES)
    }
    wrong = 0
    for path, text in wanted.items():
        if path.is_file() and path.read_text() == text:
            continue
        if "--check" in sys.argv:
            sys.stderr.write(f"{path} is not what docs/configuration.py would write\n")
            wrong = 1
        else:
            path.write_text(text)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
