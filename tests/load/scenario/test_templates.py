"""Names filled in: types, encoding, functions, and what is missing."""

from __future__ import annotations

import pytest

from kampyn_perf.load.scenario.templates import MissingFieldError, Templates

DATA = {"user": {"id": 7, "email": "a b/c@x", "tags": ["t"]}, "n": 2.5, "yes": True, "nil": None}


def fill(value, **options):
    filler = Templates().value(value, **options)
    return filler(DATA) if filler else value


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{user.id}", 7),
        ("{{ user.id }}", 7),
        ("id={user.id}, {{n}}", "id=7, 2.5"),
        ("{{ user.tags[0] }}", "t"),
        ("{{ user }}", DATA["user"]),
        ("a {{ user.tags }} {{ yes }}", 'a ["t"] true'),
        ({"a": ["{user.id}", 1], "b": {"c": "x{n}"}}, {"a": [7, 1], "b": {"c": "x2.5"}}),
        ('{"a": 1} { n }', '{"a": 1} { n }'),
    ],
)
def test_a_template(template, filled):
    assert fill(template) == filled


def test_in_an_address_single_braces_are_encoded_and_double_ones_are_not():
    assert fill("/u/{user.email}", encoded=True) == "/u/a%20b%2Fc%40x"
    assert fill("/u/{{ user.email }}", encoded=True) == "/u/a b/c@x"
    assert fill("{user.id}", encoded=True) == "7"


def test_what_is_the_same_for_everybody_is_not_filled_in():
    assert Templates().value({"a": [1, "text"]}) is None
    assert Templates(single_braces=False).value("{user.id}") is None


def test_the_value_itself_is_not_changed():
    value = {"a": "{n}", "b": {"c": 1}}
    assert fill(value) == {"a": 2.5, "b": {"c": 1}}
    assert value == {"a": "{n}", "b": {"c": 1}}


@pytest.mark.parametrize("path", ["user.phone", "nobody", "user.tags.x", "nil", "n.x"])
def test_what_is_missing_is_named(path):
    with pytest.raises(MissingFieldError, match=rf"\{{{path}\}} is not in the session's data"):
        fill(f"{{{{ {path} }}}}")


def test_functions_and_the_environment(monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "k")
    assert fill("{{ $env.SHOP_KEY }}/{{ $processEnvironment.SHOP_KEY }}") == "k/k"
    assert fill("{{ $randomNumber(3, 3) }}") == 3
    assert len(fill("{{ $randomString(12) }}")) == 12
    assert fill("{{ $uuid() }}") != fill("{{ $uuid() }}")


@pytest.mark.parametrize("text", ["{{ $random(1) }}", "{{ a + b }}", "{{ $env.NO_SUCH_VARIABLE }}"])
def test_what_is_no_template_is_told(text):
    with pytest.raises(ValueError, match=r"is no|is not set"):
        fill(text)
