"""What is written is filled in as it was meant: literal texts stay, values are in their places."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.convert.draft import Name, Template, Text, joined
from kampyn_perf.convert.project.texts import Texts
from kampyn_perf.load.scenario.templates import Templates

LITERALS = st.one_of(
    st.text(alphabet="{} a$.\n", max_size=8),
    st.sampled_from(["{", "}", "{{", "}}", "{a}", "{{ a }}", "{{a", '{"id": ', "{x.y}"]),
    st.text(max_size=6),
)  # fmt: skip
PARTS = st.lists(st.one_of(LITERALS, st.sampled_from([Name("a"), Name("x.y")])), max_size=5)
DATA = {"a": "A", "x": {"y": "Y"}}


def filled(text: str, texts: Texts) -> Any:
    fill = Templates().value(text)
    return text if fill is None else fill({**DATA, **texts.variables})


def filled_in(text: Text) -> str:
    parts = text.parts if isinstance(text, Template) else (text,)
    return "".join(
        part if isinstance(part, str) else {"a": "A", "x.y": "Y"}[part.path]
        for part in parts
        if isinstance(part, str | Name)
    )


@given(PARTS)
def test_a_text_is_filled_in_as_it_was_meant(parts: list[str | Name]) -> None:
    text = joined(parts)
    texts = Texts({})
    assert filled(texts.text(text), texts) == filled_in(text)


def test_a_text_that_needs_no_variable_is_written_as_it_is() -> None:
    texts = Texts({})
    assert texts.text(Template(('{"id": ', Name("a"), "}"))) == '{"id": {a}}'
    assert texts.variables == {}


def test_the_braces_of_an_address_are_percent_encoded() -> None:
    texts = Texts({})
    assert texts.url(Template(("/{b}/", Name("a")))) == "/%7Bb%7D/{a}"


def test_the_same_literal_is_one_variable_and_takes_no_name_of_another() -> None:
    texts = Texts({"text_2": "mine"})
    first = texts.text("{b}")
    assert texts.text("{b}") == first
    assert sorted(texts.variables.values()) == ["mine", "{b}"]
