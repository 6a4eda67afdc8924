"""Run folders: one for each run, and nothing of anybody else's lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.results import folder
from kampyn_perf.results.folder import RunKind

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


def test_two_runs_of_one_second_have_two_folders(tmp_path):
    one, two = (folder.create_run_folder(tmp_path, label="load", now=NOW) for _ in range(2))
    assert (one.name, two.name) == ("2026-11-23T20-30-00-load", "2026-11-23T20-30-00-load-2")


def test_latest_points_at_the_newest(tmp_path):
    for label in ("a", "b"):
        run = folder.create_run_folder(tmp_path, label=label, now=NOW)
        (run / "result.json").write_text(label)
        folder.point_latest(run, base=tmp_path, kind=RunKind.LOAD)
    assert folder.find_result(tmp_path / "latest").read_text() == "b"
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left[-2:] == ["latest", "latest-load"], "nothing else is left"
    assert len(left) == 4


def test_latest_can_be_a_plain_file(tmp_path, monkeypatch):
    """Where the file system has no symbolic links."""
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    (run / "result.json").write_text("a")

    def refuse(*_args, **_options):
        raise OSError("no links here")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    folder.point_latest(run, base=tmp_path, kind=RunKind.LOAD)
    assert folder.find_result(tmp_path / "latest").read_text() == "a"


@pytest.mark.parametrize("text", ["important\n", "", "two\nlines\n"])
def test_a_file_of_the_users_named_latest_is_left_alone(tmp_path, text):
    (tmp_path / "latest").write_text(text)
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    folder.point_latest(run, base=tmp_path, kind=RunKind.LOAD)
    assert (tmp_path / "latest").read_text() == text


def test_latest_points_at_a_run_wherever_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = folder.claim_run_folder(tmp_path / "elsewhere" / "mine")
    (run / "result.json").write_text("mine")
    folder.point_latest(run, kind=RunKind.LOAD)
    assert folder.find_result(folder.REPORTS / "latest").read_text() == "mine"


def test_a_folder_of_the_users_named_latest_is_left_alone(tmp_path):
    (tmp_path / "latest").mkdir()
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    folder.point_latest(run, base=tmp_path, kind=RunKind.LOAD)
    assert not (tmp_path / "latest").is_symlink()


@pytest.mark.parametrize("name", ["result.json", "config.json", "verdict.json"])
def test_a_run_never_overwrites_another(tmp_path, name):
    (tmp_path / name).write_text("{}")
    with pytest.raises(KampynError, match=f"holds a {name} already"):
        folder.claim_run_folder(tmp_path)


def test_two_runs_at_once_have_not_one_folder(tmp_path):
    claimed = folder.claim_run_folder(tmp_path / "mine")
    with pytest.raises(KampynError, match="another run is writing to"):
        folder.claim_run_folder(claimed)


def test_a_folder_of_the_users_outlives_a_run_that_could_not_begin(tmp_path):
    (tmp_path / "notes.log").write_text("")
    run = folder.claim_run_folder(tmp_path)
    (run / "config.json").write_text("{}")
    (run / "generator.log").write_text("")
    (run / "backend.log").write_text("why it could not begin")
    folder.discard_run_folder(run, own=False)
    assert sorted(each.name for each in run.iterdir()) == ["backend.log", "notes.log"]


def test_a_folder_of_the_runs_own_goes_with_it(tmp_path):
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    (run / "generator.log").write_text("")
    folder.discard_run_folder(run, own=True)
    assert not run.exists()


def test_a_place_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(KampynError, match="reports"):
        folder.create_run_folder(tmp_path / "reports", label="a", now=NOW)


@pytest.mark.parametrize("given", ["run", "run/result.json", "run/"])
def test_a_result_is_found_by_folder_or_file(tmp_path, given):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "result.json").write_text("x")
    assert folder.find_result(tmp_path / given) == tmp_path / "run" / "result.json"


def test_the_newest_of_each_kind_has_a_name_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind, label in ((RunKind.LOAD, "a"), (RunKind.BENCH, "b")):
        run = folder.create_run_folder(folder.REPORTS, label=label, now=NOW)
        (run / "result.json").write_text(label)
        folder.point_latest(run, kind=kind)
    newest = {
        name: folder.find_result(Path(name)).read_text()
        for name in ("latest", "latest-load", "reports/latest-load", "latest-bench")
    }
    assert newest == {
        "latest": "b",
        "latest-load": "a",
        "reports/latest-load": "a",
        "latest-bench": "b",
    }
    assert folder.find_newest(RunKind.LOAD).read_text() == "a"


def test_names_of_the_newest_need_no_symbolic_links(tmp_path, monkeypatch):
    def refused(*_arguments, **_options):
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    folder.point_latest(run, base=tmp_path, kind=RunKind.BENCH)
    assert (tmp_path / "latest-bench").is_file()
    assert folder.find_newest(RunKind.BENCH, base=tmp_path) == run / "result.json"


def test_reports_from_before_have_one_newest_for_all(tmp_path):
    run = folder.create_run_folder(tmp_path, label="a", now=NOW)
    (tmp_path / "latest").symlink_to(run)
    assert folder.find_newest(RunKind.LOAD, base=tmp_path).parent.resolve() == run
