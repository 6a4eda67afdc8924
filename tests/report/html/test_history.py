"""What a load's page says of the runs before it: figures as they were kept, no more of them than
there is room for, and nothing where there is nothing to see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.html import load_page
from kampyn_perf.report.html.history import past_of
from tests.report.html.reading import Page
from tests.report.html.samples import MARKUP, failing_run, judged
from tests.report.html.test_trend import trend


def test_this_run_is_marked_and_the_others_are_told_in_words() -> None:
    one = past_of(trend([10_000.0, 12_000.0, 30_000.0]), "P95")
    assert (one.text, one.value) == ("30.0 ms", 30_000.0)
    assert one.before == "10.0 ms to 12.0 ms in the 2 runs before it"
    assert one.picture.count('class="ring"') == 1
    ring = one.picture.index('class="ring"')
    assert one.picture.index("run-1") < ring < one.picture.index("run-2")


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=30))
def test_the_picture_begins_at_nothing(values: list[int]) -> None:
    """So that runs that hardly differ look so."""
    one = past_of(trend([float(value) for value in values]), "P95")
    assert bool(one.picture) == any(values)
    assert one.value == values[-1]
    if one.picture:
        assert ">0 s</text>" in one.picture


def test_the_page_has_it_between_the_verdict_and_the_charts() -> None:
    result = failing_run()
    past = [
        past_of(trend([1_000.0, 2_000.0, 2_500.0], 1, words=MARKUP), "P95"),
        past_of(trend([0.0, 0.0]), "Failed requests"),
    ]
    page = Page(load_page(result, judged(result), past=past).decode())
    assert "<img" not in page.html
    wanted = ["Verdict", "Beside the runs before it", "Over time, as the client saw it"]
    assert [title for title in page.headings if title in wanted] == wanted
    assert ("2.50 ms", "2500.0") in page.figures
    assert f"changed at run-1{MARKUP}" in page.words
    assert "#history" in page.references
    assert "Beside the runs before it" not in Page(load_page(result).decode()).headings
