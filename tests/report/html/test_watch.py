"""The page of a watch: how every alert stands, when it fired, what was seen."""

from __future__ import annotations

from dataclasses import replace

from kampyn_perf.report.html import WatchedBackend, watch_page
from kampyn_perf.results.alerts import AlertState
from tests.report.html.reading import Page
from tests.report.html.samples import watched


def page(*backends: WatchedBackend, live: bool = True) -> Page:
    document = watch_page(
        backends, started_at="2026-11-28T09:00:00+00:00", elapsed_us=20_000_000, live=live
    )
    return Page(document.decode())


def only(*states: AlertState) -> WatchedBackend:
    one = watched()
    return replace(one, rules=[rule for rule in one.rules if rule.record.state in states])


def test_what_fires_comes_first() -> None:
    assert page(watched()).headings[0] == "FIRING: slow_<b>"
    assert page(only(AlertState.OK)).headings[0] == "OK: none of 1 alert fires"
    both = page(watched(), watched("http://b")).headings[0]
    assert both == "FIRING: slow_<b> of http://127.0.0.1:1, slow_<b> of http://b"
    some = page(only(AlertState.OK, AlertState.NO_DATA)).headings[0]
    assert some == "OK: none of 2 alerts fires; 1 without data"
    assert page(only(AlertState.NO_DATA)).headings[0] == "No data to judge by yet"
    assert page(only(AlertState.OK), live=False).headings[0].startswith("Ended. OK")


def test_every_rule_has_its_value_and_limit() -> None:
    rows = page(watched()).tables["#0"][1:]
    assert [[cell.text.strip() for cell in row[2:4]] for row in rows] == [
        ["25 %", "> 70 %"],
        ["1.20 ms", "> 1.00 ms"],
        ["–", "> 70 %"],
    ]
    assert rows[1][5].text == "FIRING 1 firing"
    assert rows[2][5].text == "no data nothing has measured memory"


def test_charts_of_two_backends_are_told_apart() -> None:
    both = page(watched(), watched("http://127.0.0.1:2"))
    assert [chart["id"] for chart in both.data["charts"]] == [
        "backend-1-server-cpu",
        "backend-2-server-cpu",
    ]
    assert both.data["charts"][0]["goals"][:1] == [{"name": "hot > 70 %", "value": 0.7}]
    assert {(span["name"], span["start"], span["end"]) for span in both.data["spans"]} == {
        ("slow_<b>", 3.0, 20.0)
    }


def test_it_may_ask_where_it_came_from_only_while_it_goes_on() -> None:
    assert "connect-src 'self'" in page(watched()).policy
    assert "connect-src" not in page(watched(), live=False).policy


def test_nothing_seen_yet_is_said() -> None:
    nothing = replace(watched(), series=[], unmeasured={}, remarks=[])
    assert "Nothing was seen of it yet." in page(nothing).words
