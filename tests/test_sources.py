"""YAML as plain data: read by libyaml's tokens where there are some, with the same outcome.

What a file may not say is in `test_config.py`, with what users read then.
"""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import sources
from kampyn_perf.errors import ConfigError
from tests.cli import program

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@pytest.fixture
def by_python(monkeypatch):
    """Reads without libyaml."""

    def read(text: str) -> sources.Source:
        with monkeypatch.context() as patch:
            patch.setattr(sources, "_fast_loader", lambda: yaml.SafeLoader)
            return sources.parse_yaml(text, "x.yaml")

    return read


@given(values, st.sampled_from([None, True, False]))
def test_what_was_written_is_read(value, flow_style):
    text = yaml.safe_dump({"key": value}, default_flow_style=flow_style, allow_unicode=True)
    assert sources.parse_yaml(text, "x.yaml").data == {"key": value}


@pytest.mark.parametrize("path", sorted(program.ROOT.glob("configs/**/*.yaml")), ids=str)
def test_shipped_files_are_the_same_with_their_lines_either_way(path, by_python):
    text = path.read_text()
    assert sources.parse_yaml(text, "x.yaml") == by_python(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\n\tb: 2", "x.yaml:2: is not valid YAML: found character '\\t' that cannot start"),
        ("a: [1,\n b: 2", "x.yaml:2: is not valid YAML: expected ',' or ']', but got"),
        ("a: @home", "x.yaml:1: is not valid YAML: found character '@' that cannot start"),
        ("a: 1\0", "x.yaml: is not valid YAML: unacceptable character #x0000"),
        ("a: \ud83d", "x.yaml: is not valid YAML: unacceptable character #xd83d"),
        ("a: !!python/name:os.system x", "x.yaml:1: is not valid YAML: could not determine"),
        ("[\n" * 100_000, "x.yaml: is nested too deeply"),
        ("[\n" * 100_000 + "]" * 100_000, "x.yaml: is nested too deeply"),
    ],
)  # fmt: skip
def test_an_error_names_the_character_and_the_line(text, problem, by_python):
    with pytest.raises(ConfigError) as caught:
        sources.parse_yaml(text, "x.yaml")
    (told,) = caught.value.problems
    assert str(told).startswith(problem)
    with pytest.raises(ConfigError) as plain:
        by_python(text)
    assert plain.value.problems == caught.value.problems
