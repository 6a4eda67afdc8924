"""Path parameters as data: a list for each set of them, so that those of one address stay together.

`/orders/{orderId}/items/{itemId}` asks for an item of that very order: both stand in one row.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from kampyn_perf.convert.draft import Name, Table, Template, Text
from kampyn_perf.convert.naming import entity, identifier, unused

_ROWS = 3
_PARAMETER = re.compile(r"\{([^{}]+)\}")


def parameters_of(path: str) -> list[str]:
    """The parameters in a path, in their order."""
    return list(dict.fromkeys(_PARAMETER.findall(path)))


class PathTables:
    """The lists that the paths of one API need."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._reserved = reserved
        self._columns: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, list[tuple[str, ...]]] = {}
        self._paths: dict[str, list[str]] = {}

    def fill(self, path: str, values: dict[str, list[Any]]) -> Text:
        """The path with a value of the data for each parameter; `values` are examples of each."""
        names = parameters_of(path)
        if not names:
            return path
        table = self._table(path, names, values)
        parts: list[str | Name] = []
        for index, part in enumerate(_PARAMETER.split(path)):
            if index % 2:
                parts.append(Name(f"{table}.{identifier(part)}"))
            elif part:
                parts.append(part)
        return Template(tuple(parts))

    def made(self) -> tuple[Table, ...]:
        """Those that were asked for."""
        return tuple(
            Table(
                name=name,
                columns=columns,
                rows=tuple(self._rows[name]),
                note=f"{', '.join(columns)} of what is there, for {_shortly(self._paths[name])}",
            )
            for name, columns in self._columns.items()
        )

    def _table(self, path: str, names: list[str], values: dict[str, list[Any]]) -> str:
        columns = tuple(dict.fromkeys(identifier(name) for name in names))
        wanted = "_".join(dict.fromkeys(entity(name, _before(path, name)) for name in names))
        same = (name for name, known in self._columns.items() if known == columns)
        table = next((name for name in same if name == wanted), "")
        if not table:
            table = unused(wanted, {*self._columns, *self._reserved})
            self._columns[table] = columns
            self._rows[table] = _rows(names, columns, values)
            self._paths[table] = []
        self._paths[table].append(path)
        return table


def _rows(
    names: list[str], columns: tuple[str, ...], values: dict[str, list[Any]]
) -> list[tuple[str, ...]]:
    count = max(len(values[name]) for name in names)
    by_column = {identifier(name): values[name] for name in names}
    rows = (
        tuple(_cell(by_column[column][number % len(by_column[column])]) for column in columns)
        for number in range(min(count, _ROWS))
    )
    return list(dict.fromkeys(rows))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _before(path: str, parameter: str) -> str:
    """The last plain part of the path ahead of a parameter."""
    ahead = path.partition("{" + parameter + "}")[0].split("/")
    return next((part for part in reversed(ahead) if part and "{" not in part), "")


def _shortly(paths: list[str]) -> str:
    several = list(dict.fromkeys(paths))
    rest = f" and {len(several) - 3} more" if len(several) > 3 else ""
    return ", ".join(several[:3]) + rest
