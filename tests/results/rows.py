"""Rows of a breakdown, as a result's file has them."""

from __future__ import annotations

from collections.abc import Iterable

from kampyn_perf.results.breakdown import BreakdownGroup, Row, join_rows, pack_row, rows_text
from kampyn_perf.results.io import LongText


def group_of(rows: Iterable[Row]) -> BreakdownGroup:
    """One endpoint's, of one flow in one phase."""
    packed = rows_text(join_rows((row.at, pack_row(row)) for row in rows))
    return BreakdownGroup(endpoint="GET /", flow="f", phase=0, packed=LongText((packed,)))
