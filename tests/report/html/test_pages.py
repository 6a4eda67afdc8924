"""What holds of every page: headings in order, tables with captions, figures that are the result's,
readable colours.

Tests `kampyn_perf/report/html`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.report.html import (
    Against,
    capacity_page,
    comparison_page,
    load_page,
    watch_page,
)
from kampyn_perf.report.html.trend import trend_page
from kampyn_perf.results.io import Record, dumps
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from tests.report.comparison.test_formats import comparison
from tests.report.html.reading import Page
from tests.report.html.samples import MARKUP, failing_run, judged, watched
from tests.report.html.test_capacity import search
from tests.report.html.test_trend import trend

run = cache(failing_run)


@cache
def verdict() -> Verdict:
    return judged(run())


def _watch_page() -> bytes:
    watchers = [watched(), watched("http://127.0.0.1:2")]
    started = "2026-11-28T09:00:00+00:00"
    return watch_page(watchers, started_at=started, elapsed_us=20_000_000, live=False)


def _page_against() -> bytes:
    against = Against(MARKUP, failing_run(seconds=10), comparison())
    return load_page(run(), verdict(), against=against)


PAGES: Mapping[str, Callable[[], bytes]] = {
    "load": lambda: load_page(run(), verdict(), name="a run"),
    "against": _page_against,
    "capacity": lambda: capacity_page(search()),
    "comparison": lambda: comparison_page(comparison()),
    "watch": _watch_page,
    "trend": lambda: trend_page(trend([1.0, 2.0, 3.0])),
}


@cache
def document_of(name: str) -> bytes:
    """The page, once for all tests."""
    return PAGES[name]()


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(document_of(request.param).decode())


def test_headings_are_in_order(page: Page) -> None:
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    for before, after in zip(page.levels, page.levels[1:], strict=False):
        assert after <= before + 1


def test_every_table_has_a_caption_and_every_id_is_one_things(page: Page) -> None:
    assert page.captions == len(page.tables) > 0
    assert len(page.ids) == len(set(page.ids))


def test_links_lead_somewhere(page: Page) -> None:
    places = {where.removeprefix("#") for where in page.references if where.startswith("#")}
    assert places <= set(page.ids)


def test_nothing_is_asked_of_the_network_and_nothing_runs_but_ours(page: Page) -> None:
    assert page.policy.startswith("default-src 'none';")
    assert "unsafe" not in page.policy
    assert page.styled == []
    assert "<img" not in page.html


def numbers(value: Any) -> set[str]:
    """Every number that stands anywhere in a document, as JSON writes it."""
    if isinstance(value, dict):
        return {number for one in value.values() for number in numbers(one)}
    if isinstance(value, list):
        return {number for one in value for number in numbers(one)}
    return {str(value)} if isinstance(value, int | float) else set()


def shares(result: LoadResult) -> set[str]:
    """Of failed requests: what is worked out of two figures of the result."""
    groups = [result.requests, *(one.requests for one in result.endpoints)]
    return {str(one.failed / one.count if one.count else 0.0) for one in groups}


def stored(*records: Record) -> set[str]:
    return {number for one in records for number in numbers(json.loads(dumps(one)))}


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("load", lambda: stored(run(), verdict()) | shares(run())),
        ("against", lambda: stored(run(), verdict(), comparison()) | shares(run())),
        ("capacity", lambda: stored(search())),
        ("comparison", lambda: stored(comparison())),
        ("watch", lambda: {"0.25", "1200.5"}),
        ("trend", lambda: {"1.0", "2.0", "3.0"}),
    ],
)
def test_every_figure_is_one_of_the_result_to_the_digit(
    name: str, figures: Callable[[], set[str]]
) -> None:
    page = Page(document_of(name).decode())
    known = figures()
    assert len(page.figures) >= 3
    for text, value in page.figures:
        assert value in known, (text, value)
        assert text.strip() or value == "0"


def test_the_key_figures_are_the_results() -> None:
    page = Page(document_of("load").decode())
    requests = run().requests
    key = [value for _, value in page.figures[:4]]
    assert key == [
        str(figure)
        for figure in (
            requests.response.p95_us,
            requests.count,
            requests.failed,
            run().sessions.started,
        )
    ]


def palettes() -> dict[str, dict[str, str]]:
    path = Path(__file__).parents[3] / "kampyn_perf/report/html/assets/page.css"
    light, dark = re.findall(r":root[^{]*\{([^}]*--ground[^}]*)\}", path.read_text())
    found = {}
    for name, block in (("light", light), ("dark", dark)):
        found[name] = dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6})", block))
    return found


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    darker, lighter = sorted((luminance(a), luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_lines_can_be_read(scheme: str) -> None:
    colours = palettes()[scheme]
    for ground in ("ground", "raised"):
        for name in ("text", "quiet", "pass", "fail", "doubt", "info", "invalid"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for number in range(14):
        assert contrast(colours[f"c{number}"], colours["ground"]) >= 3, number


def test_the_page_says_why_and_where_that_is_seen() -> None:
    page = Page(document_of("load").decode())
    finding = verdict().explanation[0]
    assert finding.words in page.words
    link = r'<a href="#([^"]+)" data-place data-from="([^"]+)" data-to="([^"]+)"'
    links = re.findall(link, page.html)
    start, end = finding.from_us or 0, finding.to_us or 0
    assert ("times", str(start / 1e6), str(end / 1e6)) in links


def test_a_finding_about_the_whole_run_leads_to_its_chart_alone() -> None:
    whole = (
        verdict()
        .explanation[0]
        .model_copy(
            update={"from_us": 0, "to_us": run().elapsed_us, "evidence": ["cpu", "not watched"]}
        )
    )
    html = load_page(run(), verdict().model_copy(update={"explanation": [whole]})).decode()
    assert 'See in the charts: <a href="#server-cpu" data-place>CPU</a></p>' in html


def test_a_finding_of_an_earlier_version_has_its_words() -> None:
    without = {"from_us": None, "to_us": None, "evidence": []}
    old = verdict().explanation[0].model_copy(update=without)
    html = load_page(run(), verdict().model_copy(update={"explanation": [old]})).decode()
    assert 'class="places"' not in html
    assert old.rule in html
