from __future__ import annotations

from collections.abc import Callable

import pytest

from kampyn_perf.bench.declare import Case, build
from kampyn_perf.bench.select import matches, parse_params, select
from kampyn_perf.bench.suite import Suite
from kampyn_perf.errors import KampynError


def sized(name: str, **params: object) -> Case:
    arguments = ", ".join(params)
    function: Callable[..., None] = eval(f"lambda {arguments}: None")
    return build(function, name, params=params)  # type: ignore[arg-type]


SUITE = Suite(
    name="one",
    cases=[
        sized("db.find", size=(1, 2)),
        sized("db.stream", size=(5,), ratio=(0.5,), fast=(True,), order=("up",)),
        sized("cache.get"),
    ],
)


def names(**asked: object) -> list[str]:
    return [v.name for part in select([SUITE], **asked) for v in part.variants]  # type: ignore[arg-type]


def test_without_a_wish_every_variant_is_selected() -> None:
    assert names() == [
        "db.find[size=1]",
        "db.find[size=2]",
        "db.stream[size=5,ratio=0.5,fast=True,order=up]",
        "cache.get",
    ]


@pytest.mark.parametrize(
    ("keyword", "name", "taken"),
    [
        ("db", "db.find", True),
        ("DB", "db.find", True),
        ("not db", "db.find", False),
        ("not not db", "db.find", True),
        ("db and not stream", "db.find", True),
        ("db and not stream", "db.stream", False),
        ("cache or find", "db.find", True),
        ("cache or db and stream", "db.find", False),
        ("db.*nd", "db.find", True),
        ("f?nd[size=1*", "db.find[size=10]", True),
        ("f?nd[size=1]", "db.find[size=10]", False),
        ("size=1", "db.find[size=10]", True),
        ("", "anything", True),
    ],
)
def test_keywords(keyword: str, name: str, taken: bool) -> None:
    assert matches(name, keyword) is taken


@pytest.mark.parametrize("keyword", ["and", "db and", "a b", "not", "or"])
def test_a_keyword_that_cannot_be_read_is_refused(keyword: str) -> None:
    with pytest.raises(KampynError, match="-k: cannot read"):
        matches("db.find", keyword)


@pytest.mark.parametrize("keyword", ["not (find or x)", "db and (find or x)"])
def test_parentheses_are_refused_for_they_do_not_group(keyword: str) -> None:
    with pytest.raises(KampynError, match="-k: parentheses do not group, as in '\\(find'"):
        matches("db.find", keyword)
    assert matches("db.find[of=f(x)]", "f(x)")


def test_parameters_replace_the_declared_values_where_there_are_any() -> None:
    assert names(params={"size": ["10", "100"]}, keyword="find or cache") == [
        "db.find[size=10]",
        "db.find[size=100]",
        "cache.get",
    ]


def test_values_become_what_the_declared_ones_are() -> None:
    (part,) = select(
        [SUITE],
        keyword="stream",
        params={"size": ["7"], "ratio": ["2"], "fast": ["false"], "order": ["7"]},
    )
    assert dict(part.variants[0].values) == {"size": 7, "ratio": 2.0, "fast": False, "order": "7"}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"size": ["ten"]}, "--param size=ten: db.find takes an int there, as in size=1"),
        ({"fast": ["maybe"]}, "db.stream takes true or false there"),
        ({"ratio": ["x"]}, "db.stream takes a number there"),
        ({"order": ["a b"]}, "'order' has a value that is not"),
        ({"size": ["1", "1"]}, "'size' has a value twice"),
        ({"sise": ["1"]}, "--param sise: no case has this parameter"),
    ],
)
def test_parameters_that_fit_nothing_are_refused(
    params: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(KampynError, match=message):
        names(params=params)


def test_the_hint_names_the_parameter_that_was_meant() -> None:
    with pytest.raises(KampynError) as caught:
        names(params={"sise": ["1"]})
    assert caught.value.hint == "Did you mean size?"


@pytest.mark.parametrize("text", ["size", "=1", "size=", "size=1,,2"])
def test_a_parameter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(KampynError, match="expected name=value"):
        parse_params([text])


def test_parameters_are_read_and_given_once() -> None:
    assert parse_params(["size=10, 100", "order=up"]) == {"size": ["10", "100"], "order": ["up"]}
    with pytest.raises(KampynError, match="--param size is given twice"):
        parse_params(["size=1", "size=2"])


def test_nothing_selected_is_an_error_that_helps() -> None:
    with pytest.raises(KampynError, match="none of the 4 cases") as caught:
        names(keyword="cache.got")
    assert caught.value.hint.startswith("Did you mean cache.get?")


def test_two_cases_of_one_name_are_refused() -> None:
    twice = Suite(name="two", cases=[sized("cache.get")])
    with pytest.raises(KampynError, match=r"two cases are named cache\.get: .*<string>"):
        select([SUITE, twice])
