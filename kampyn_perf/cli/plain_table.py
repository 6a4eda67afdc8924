"""A table without a frame, where nothing is too wide: lines for a pipe or a file.

The same lines as rich makes of it, which weighs each cell for breaks, styles and markup: that costs
a run of five hundred endpoints two thirds of all the CPU of its report. What is beyond plain text
in plain columns is left to rich.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Column, Table


def lines(table: Table, width: int) -> list[str] | None:
    """Those of its header and rows; None where rich is needed, for one wider than `width` too."""
    columns = [_cells(table, column) for column in table.columns]
    if not _is_plain(table) or not columns or None in columns:
        return None
    padded = [_padded(table, place, cells or []) for place, cells in enumerate(columns)]
    if sum(len(column[0]) for column in padded if column) > width:
        return None
    return ["".join(row) for row in zip(*padded, strict=True)]


def _is_plain(table: Table) -> bool:
    above, _right, below, _left = table.padding
    asked = (table.box, table.title, table.caption, table.width, table.min_width)
    return (
        not any(asked)
        and not (table.pad_edge or table.expand or table.show_footer or table.collapse_padding)
        and not (above or below or table.leading)
        and all(map(_is_plain_column, table.columns))
    )


def _is_plain_column(column: Column) -> bool:
    asked = (column.width, column.min_width, column.max_width, column.ratio)
    return asked == (None,) * len(asked) and column.justify in ("left", "right")


def _cells(table: Table, column: Column) -> list[str] | None:
    """From the top; None where one is more than a line of plain text, or all are empty."""
    header = [column.header] if table.show_header else []
    cells = [_text(cell) for cell in (*header, *column.cells)]
    if None in cells or not any(cells):
        return None
    return [cell for cell in cells if cell is not None]


def _text(cell: Any) -> str | None:
    from rich.cells import cell_len
    from rich.text import Text

    if isinstance(cell, Text):
        text = "" if cell.spans or cell.justify or cell.overflow else cell.plain
        plain = bool(text) or not cell.plain
    else:
        text = cell if isinstance(cell, str) else ""
        plain = isinstance(cell, str) and "[" not in cell  # a word of markup
    plain = plain and text == text.strip() and text.isprintable() and cell_len(text) == len(text)
    return text if plain else None


def _padded(table: Table, place: int, cells: list[str]) -> list[str]:
    """As wide as the widest of the column, and with the gaps beside it, but not at the edges."""
    width = max(map(len, cells))
    _above, right, _below, left = table.padding
    before = " " * (left if place else 0)
    after = " " * (right if place < len(table.columns) - 1 else 0)
    if table.columns[place].justify == "right":
        return [before + cell.rjust(width) + after for cell in cells]
    return [before + cell.ljust(width) + after for cell in cells]
