"""Values of answers: by JSONPath, header, regular expression and CSS selector, names filled in.

Tests `kampyn_perf/load/target/html.py` too.
"""

from __future__ import annotations

from types import SimpleNamespace

import orjson
import pytest

from kampyn_perf.load.scenario.locator import Answer, Locator
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.target.checks import Capture
from kampyn_perf.load.target.jsonpath import MISSING

PAGE = """<form action="/buy"><input name="csrf" value="t-1"><input name="n" value="2" disabled>
</form><p> one <b>two</b></p><a href="/a">A</a><a href="/b">B</a>"""


def find(place, text=PAGE, *, artillery=True, data=None):
    response = SimpleNamespace(
        text=text, headers={"location": "/next"}, json=lambda: orjson.loads(text)
    )
    templates = Templates(artillery=artillery)
    locator = Locator(Capture.model_validate({**place, "as": "x"}), templates)
    return locator.find(Answer(response), data or {})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ({"selector": "input[name=csrf]", "attr": "value"}, "t-1"),
        ({"selector": "input", "attr": "value", "index": "last"}, "2"),
        ({"selector": "input", "attr": "value", "index": 1}, "2"),
        ({"selector": "input", "attr": "value", "index": 2}, MISSING),
        ({"selector": "input", "attr": "disabled", "index": 0}, MISSING),
        ({"selector": "table"}, MISSING),
        ({"selector": "form"}, {"action": "/buy"}),
        ({"selector": "input[name={{ field }}]", "attr": "value"}, "t-1"),
        ({"header": "location"}, "/next"),
        ({"header": "x-none"}, MISSING),
        ({"regexp": 'name="{{ field }}" value="([^"]+)"', "group": 1}, "t-1"),
        ({"json": "$.a"}, MISSING),
    ],
)
def test_in_a_page(place, value):
    assert find(place, data={"field": "csrf"}) == value


def test_any_of_several_elements():
    place = {"selector": "a", "attr": "href", "index": "random"}
    assert {find(place) for _ in range(50)} == {"/a", "/b"}


def test_the_text_of_an_element_where_no_attribute_is_named():
    assert find({"selector": "p"}, artillery=False) == "onetwo"


@pytest.mark.parametrize(
    ("path", "value"),
    [("$.items[{{ n }}].id", 8), ("$['{{ key }}']", 3), ("$.{{ key }}.x", MISSING)],
)
def test_names_in_a_path(path, value):
    text = '{"items": [{"id": 7}, {"id": 8}], "n": 3}'
    assert find({"json": path}, text, data={"n": 1, "key": "n"}) == value


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"selector": "a[["}, "is no CSS selector: 'a[['"),
        ({"selector": "a", "index": "first"}, "is a number from 0, last or random"),
        ({"header": "a", "attr": "b"}, "attr and index belong to a selector"),
        ({"selector": "a", "header": "b"}, "needs one of json, header, regexp, selector"),
    ],
)
def test_what_is_no_place(place, words):
    with pytest.raises(ValueError, match="value") as error:
        Capture.model_validate({**place, "as": "x"})
    assert words in str(error.value)


def test_without_the_parser_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "selectolax.lexbor", None)
    with pytest.raises(ValueError, match="kampyn-perf\\[html\\]"):
        Capture.model_validate({"selector": "a", "as": "x"})
