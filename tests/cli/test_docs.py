"""`kampyn-perf docs`: the pages, by name."""

from __future__ import annotations

import pytest

from tests.cli import program

PAGES = [page for page in sorted((program.ROOT / "docs").glob("*.md")) if page.stem != "README"]


def test_the_list_has_every_page_with_its_heading(tmp_path):
    done = program.run(tmp_path, "docs")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == [page.stem for page in PAGES]
    assert ["exit-codes", "Exit codes"] in [line.split(maxsplit=1) for line in lines]
    listed = program.run(tmp_path, "docs", "--json").json
    assert {"name": "slo", "title": "Objectives and verdicts"} in listed


@pytest.mark.parametrize("name", ["slo", "slo.md", "docs/slo.md#objectives", "SLO"])
def test_a_page_is_printed_as_it_is(tmp_path, name):
    done = program.here(tmp_path, "docs", name)
    assert done.out == (program.ROOT / "docs" / "slo.md").read_text()
    assert done.err == ""
    assert program.here(tmp_path, "docs", name, "--json").json["text"] == done.out


def test_a_name_that_is_none(tmp_path):
    done = program.here(tmp_path, "docs", "target")
    assert (done.code, done.out) == (2, "")
    assert "no such page: target" in done.err
    assert "Did you mean targets?" in done.err
    assert "`kampyn-perf docs` lists them" in program.here(tmp_path, "docs", "xyzzy").err
