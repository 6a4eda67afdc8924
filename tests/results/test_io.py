"""Result files and run folders: old ones can be read, newer and broken ones say so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from pydantic import Field

from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.results import folder, io
from kampyn_perf.results.io import Record

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


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
        ('{"schema": "kampyn-perf/note"}', "n.json is of version None"),
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


def test_two_runs_of_one_second_have_two_folders(tmp_path):
    one, two = (folder.create_run_folder(tmp_path, label="load", now=NOW) for _ in range(2))
    assert (one.name, two.name) == ("2026-11-23T20-30-00-load", "2026-11-23T20-30-00-load-2")


def test_latest_points_at_the_newest(tmp_path):
    for label in ("a", "b"):
        run = folder.create_run_folder(tmp_path, label=label, now=NOW)
        (run / "result.json").write_text(label)
        folder.point_latest(run)
    assert folder.find_result(tmp_path / "latest").read_text() == "b"
    assert sorted(each.name for each in tmp_path.iterdir())[-1] == "latest", "nothing else is left"


def test_latest_can_be_a_plain_file(tmp_path, monkeypatch):
    """Where the file system has no symbolic links."""
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    (run / "result.json").write_text("a")

    def refuse(*_args, **_options):
        raise OSError("no links here")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    folder.point_latest(run)
    assert folder.find_result(tmp_path / "latest").read_text() == "a"


def test_a_folder_of_the_users_named_latest_is_left_alone(tmp_path):
    (tmp_path / "latest").mkdir()
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    folder.point_latest(run)
    assert not (tmp_path / "latest").is_symlink()


def test_a_run_never_overwrites_another(tmp_path):
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(KampynError, match="holds a result already"):
        folder.claim_run_folder(tmp_path)


def test_a_place_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(KampynError, match="reports"):
        folder.create_run_folder(tmp_path / "reports", label="a", now=NOW)


@pytest.mark.parametrize("given", ["run", "run/result.json", "run/"])
def test_a_result_is_found_by_folder_or_file(tmp_path, given):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "result.json").write_text("x")
    assert folder.find_result(tmp_path / given) == tmp_path / "run" / "result.json"
