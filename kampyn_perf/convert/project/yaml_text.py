"""Plain data as YAML with comments between, as a person would lay it out. Pure."""

from __future__ import annotations

import io
import textwrap
from typing import Any

import yaml

from kampyn_perf.yaml_dumper import PlainDumper

_WIDTH = 98


def block(value: Any, *, indent: int = 0) -> str:
    """`value`, indented; inside of it, small mappings and lists on one line."""
    stream = io.StringIO()
    dumper = PlainDumper(
        stream,
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=_WIDTH - indent,
    )
    try:
        dumper.open()
        node = dumper.represent_data(value)
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = False
        dumper.serialize(node)
        dumper.close()
    finally:
        dumper.dispose()
    text = stream.getvalue()
    return textwrap.indent(text, " " * indent, lambda _line: True) if indent else text


def comment(text: str, *, indent: int = 0) -> str:
    """Lines of comment."""
    lines = [
        line
        for paragraph in text.splitlines()
        for line in (textwrap.wrap(_printable(paragraph), _WIDTH - indent - 2) or [""])
    ]
    return "".join(f"{' ' * indent}# {line}".rstrip() + "\n" for line in lines)


def _printable(text: str) -> str:
    """Without what would end a line, or is not allowed in YAML at all."""
    return "".join(character if character.isprintable() else " " for character in text)
