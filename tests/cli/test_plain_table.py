"""The lines of a plain table are those that rich makes of it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kampyn_perf.cli import console, plain_table

TEXTS = st.text("ab /µ-", max_size=12).map(str.strip)
BEYOND_PLAIN = [
    " a",
    "a ",
    "[bold]a",
    "two\nlines",
    "\N{CJK UNIFIED IDEOGRAPH-4E2D}",
    "a\tb",
    "\x1b",
]
BEYOND = st.sampled_from(BEYOND_PLAIN)


def of_rich(table, width):
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, emoji=False, soft_wrap=True).print(table)
    return out.getvalue()


@st.composite
def tables(draw, cells=TEXTS):
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        show_header=draw(st.booleans()),
        padding=draw(st.sampled_from([(0, 1), (0, 2, 0, 0)])),
    )
    count = draw(st.integers(1, 4))
    for _ in range(count):
        table.add_column(
            draw(TEXTS) or "name",
            justify=draw(st.sampled_from(["left", "right"])),
            no_wrap=draw(st.booleans()),
        )
    for _ in range(draw(st.integers(0, 4))):
        kinds = draw(st.lists(st.sampled_from([str, Text]), min_size=count, max_size=count))
        style = draw(st.sampled_from([None, "bold"]))
        table.add_row(*(kind(draw(cells)) for kind in kinds), style=style)
        if draw(st.booleans()):
            table.add_section()
    return table


@given(tables())
def test_they_are_richs_own_where_they_fit(table):
    natural = len(of_rich(table, 1000).partition("\n")[0])
    headers = table.show_header
    shown = [[*([each.header] if headers else []), *each.cells] for each in table.columns]
    some = all(any(map(str, cells)) for cells in shown)
    assert plain_table.lines(table, natural - 1) is None
    for width in (natural, natural + 20):
        lines = plain_table.lines(table, width)
        assert (lines is not None) == some
        assert lines is None or "".join(f"{line}\n" for line in lines) == of_rich(table, width)


@given(tables(st.one_of(TEXTS, BEYOND)))
def test_nothing_is_shown_in_another_way_than_by_rich(table):
    lines = plain_table.lines(table, 140)
    assert lines is None or "".join(f"{line}\n" for line in lines) == of_rich(table, 140)


@pytest.mark.parametrize("cell", BEYOND_PLAIN)
def test_what_is_beyond_plain_text_is_left_to_rich(cell):
    table = Table("name", "rate", box=None, pad_edge=False)
    table.add_row("a", cell)
    assert plain_table.lines(table, 140) is None


@pytest.mark.parametrize(
    "text", [Text("a\nb"), Text.from_markup("a [bold]b"), Text("a", justify="right")]
)
def test_so_is_a_text_with_more_than_words(text):
    table = Table("name", "rate", box=None, pad_edge=False)
    table.add_row("a", text)
    assert plain_table.lines(table, 140) is None


@pytest.mark.parametrize(
    "more",
    [
        {"box": box.SIMPLE},
        {"pad_edge": True},
        {"title": "figures"},
        {"expand": True},
        {"show_footer": True},
        {"padding": (1, 1)},
        {"width": 30},
    ],
)
def test_what_is_more_than_columns_is_left_to_rich(more):
    table = Table("name", "rate", **{"box": None, "pad_edge": False, **more})
    table.add_row("a", "1")
    assert plain_table.lines(table, 140) is None


@pytest.mark.parametrize("justify", ["center", "full"])
def test_columns_of_another_kind_are_left_to_rich(justify):
    table = Table(box=None, pad_edge=False)
    table.add_column("name", justify=justify)
    assert plain_table.lines(table, 140) is None


def test_a_table_is_shown_so_where_nobody_watches(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    console.stderr.cache_clear()
    for name in ("short", "longer than the twenty columns"):
        table = Table(box=None, pad_edge=False)
        table.add_column("name")
        table.add_column("rate", justify="right")
        table.add_row(Text(name), "7")
        console.show(table)
        assert capsys.readouterr().err == of_rich(table, 20)
    console.stderr.cache_clear()
