"""Result files and run folders: old ones can be read, newer and broken ones say so.

Tests `kampyn_perf/names.py` too.
"""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field

from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.results import io
from kampyn_perf.results.io import Record


class Note(Record):
    schema_: Literal["kampyn-perf/note"] = Field(default="kampyn-perf/note", alias="schema")
    version: int = 1
    text: str


KINDS = {"kampyn-perf/note": Note}


def test_a_result_survives_the_disk(tmp_path):
    io.write(tmp_path / "n.json", Note(text="ü"))
    assert io.read(tmp_path / "n.json", KINDS) == Note(text="ü")


def test_a_field_of_a_later_version_is_no_obstacle(tmp_path):
    path = tmp_path / "n.json"
    path.write_text('{"schema": "kampyn-perf/note", "version": 1, "text": "a", "later": 1}')
    assert io.read(path, KINDS).text == "a"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "n.json is not JSON"),
        ("[]", "it holds no JSON object"),
        ("{}", "it has no schema, not kampyn-perf/note"),
        ('{"schema": "other", "version": 1}', "its schema is 'other', not kampyn-perf/note"),
        ('{"schema": "kampyn-perf/note", "version": 99}', "n.json is of version 99"),
        ('{"schema": "kampyn-perf/note"}', "n.json has no version, but None in its place"),
        ('{"schema": "kampyn-perf/note", "version": 1}', "n.json: text: Field required"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, content, message):
    path = tmp_path / "n.json"
    path.write_text(content)
    with pytest.raises(KampynError) as caught:
        io.read(path, KINDS)
    assert message in caught.value.message
    assert caught.value.code == 2


def test_a_newer_result_says_how_to_read_it(tmp_path):
    path = tmp_path / "n.json"
    path.write_text('{"schema": "kampyn-perf/note", "version": 2}')
    with pytest.raises(KampynError) as caught:
        io.read(path, KINDS)
    assert "Upgrade kampyn-perf" in caught.value.hint


def test_a_damaged_result_is_no_defect_of_the_program(tmp_path):
    path = tmp_path / "n.json"
    path.write_text('{"schema": "kampyn-perf/note", "version": 1, "text": 5}')
    with pytest.raises(ConfigError):
        io.read(path, KINDS)


def test_a_missing_result_says_what_to_do(tmp_path):
    with pytest.raises(KampynError) as caught:
        io.read(tmp_path / "none" / "result.json", KINDS)
    assert "there is no result at" in caught.value.message
    assert "kampyn-perf load" in caught.value.hint
