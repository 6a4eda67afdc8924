"""What an index is made of in one annotation of Spring Data: its keys and options. Pure."""

from __future__ import annotations

import re
from typing import Any

import yaml

from kampyn_perf.indexes.catalogue.code.java_classes import Annotation, Unwritten
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.spec import HASHED, SPHERE, WILDCARD

_SAME = {"unique": "unique", "sparse": "sparse", "min": "min", "max": "max", "bits": "bits"}
_TIGHT = re.compile(r"""('[^']*'|"[^"]*")|:(?=\S)""")
"""A text in quotes, or a colon that YAML would take for a part of a name."""
RUNNING = "which only the running program knows"
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)


def index_of(
    annotation: Annotation, *, prefix: str, field: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Keys and options; None for an annotation that makes no index of its own. `prefix` leads to
    the class, `field` is the name of its member, empty for the class itself. Raises ValueError."""
    path = prefix + field
    name = ""
    keys: dict[str, Any]
    match annotation.name:
        case "Indexed":
            keys, name = {path: -1 if _is(annotation, "direction", "DESCENDING") else 1}, field
        case "GeoSpatialIndexed":
            if _is(annotation, "type", "HAYSTACK"):
                raise ValueError("MongoDB 5.0 and newer have no haystack indexes")
            keys, name = {path: SPHERE if _is(annotation, "type", "2DSPHERE") else PLANE}, field
        case "HashIndexed":
            keys = {path: HASHED}
        case "WildcardIndexed":
            keys = {f"{path}.{WILDCARD}" if field else f"{path}{WILDCARD}": 1}
        case "CompoundIndex":
            keys = _compound_keys(annotation, prefix)
        case _:
            return None
    return keys, _options(annotation, prefix, name)


def _is(annotation: Annotation, key: str, ending: str) -> bool:
    """Whether a value is the constant of that name."""
    value = annotation.values.get(key)
    return isinstance(value, Unwritten) and value.text.endswith(ending)


def _compound_keys(annotation: Annotation, prefix: str) -> dict[str, Any]:
    given = annotation.values.get("def")
    if not isinstance(given, str):
        raise ValueError("its def is not written out")
    keys = _json(given)
    if not isinstance(keys, dict) or not keys:
        raise ValueError(f"its def is no object: {given[:60]}")
    return {f"{prefix}{path}": kind for path, kind in keys.items()}


def _options(annotation: Annotation, prefix: str, default_name: str) -> dict[str, Any]:
    values = annotation.values
    for key in (*_SAME, "name", "expireAfterSeconds", "expireAfter", "partialFilter", "collation"):
        if isinstance(values.get(key), Unwritten):
            raise ValueError(f"its {key} is {values[key].text}, {RUNNING}")
    options = {name: _plain(values[key]) for key, name in _SAME.items() if values.get(key)}
    name = str(values.get("name") or default_name)
    if name and values.get("useGeneratedName") is not True:
        options["name"] = f"{prefix}{name}"
    seconds = values.get("expireAfterSeconds", -1.0)
    if isinstance(seconds, float) and seconds >= 0:
        options["expireAfterSeconds"] = _plain(seconds)
    if values.get("expireAfter"):
        options["expireAfterSeconds"] = _duration(str(values["expireAfter"]))
    if values.get("partialFilter"):
        options["partialFilterExpression"] = _json(str(values["partialFilter"]))
    if values.get("collation"):
        text = str(values["collation"])
        options["collation"] = _json(text) if text.lstrip().startswith("{") else {"locale": text}
    return options


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value


def _json(text: str) -> Any:
    """MongoDB's relaxed JSON, of which single quotes and bare names are YAML, too."""
    if "#{" in text or "?{" in text:
        raise ValueError(f"{text[:60]} is an expression, {RUNNING}")
    try:
        return yaml.safe_load(_TIGHT.sub(lambda match: match[1] or ": ", text.replace("\t", " ")))
    except yaml.YAMLError as error:
        raise ValueError(f"{text[:60]} is no JSON") from error


def _duration(text: str) -> int | str:
    """Seconds of `P10DT1H`; what is like `10d` is read as it stands."""
    match = _ISO.fullmatch(text)
    if match is None:
        return text
    sizes = (86_400, 3_600, 60, 1)
    return sum(int(part or 0) * size for part, size in zip(match.groups(), sizes, strict=True))
