"""A result as JSON for the eye. Pure."""

from __future__ import annotations

import orjson

from kampyn_perf.results.io import Record


def indented_json(record: Record) -> bytes:
    """`record` as it is in its file, for the eye."""
    document = record.model_dump(mode="json", by_alias=True)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
