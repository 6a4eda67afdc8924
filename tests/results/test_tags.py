"""Names that people give to runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.results import tags
from kampyn_perf.results.folder import find_result
from kampyn_perf.results.tags import Tags


def run(base: Path, name: str, *given: str, note: str = "") -> Path:
    folder = base / name
    folder.mkdir(parents=True)
    (folder / "result.json").write_text("{}")
    tags.write(folder, Tags(given, note))
    return folder


def test_they_are_kept_beside_the_result(tmp_path: Path) -> None:
    folder = run(tmp_path, "one", "main", "v1.2", note="after index X")
    assert tags.read(folder) == Tags(("main", "v1.2"), "after index X")
    tags.write(folder, Tags())
    assert not (folder / "tags.json").exists()
    assert tags.read(folder) == Tags()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "other"}', '{"tags": 3}', ""])
def test_a_file_that_is_none_of_ours_has_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "tags.json").write_text(text)
    assert tags.read(tmp_path) == Tags()


@pytest.mark.parametrize("tag", ["latest", "latest-load", "", "-x", "a b", "a@b", "x" * 64, "a,b"])
def test_what_cannot_be_a_tag(tag: str) -> None:
    with pytest.raises(KampynError, match="cannot be a tag"):
        tags.checked([tag])


def test_each_is_kept_once() -> None:
    assert tags.checked(["main", "feature/x", "main"]) == ("main", "feature/x")


def test_a_tag_means_the_newest_run_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reports = Path("reports")
    run(reports, "2026-01-01T00-00-00-load", "main")
    newest = run(reports, "2026-01-02T00-00-00-load", "main", "feature/x")
    (reports / "link").symlink_to("2026-01-02T00-00-00-load")
    assert [path.name for path in tags.tagged(reports, "main")] == [
        "2026-01-02T00-00-00-load",
        "2026-01-01T00-00-00-load",
    ]
    assert find_result(Path("main")) == newest / "result.json"
    assert find_result(Path("feature/x")) == newest / "result.json"
    assert find_result(Path("2026-01-01T00-00-00-load")).parent.name.startswith("2026-01-01")
    assert find_result(Path("nothing")) == Path("nothing/result.json")
    assert tags.tagged(tmp_path / "nowhere", "main") == []
