"""All files or none, whatever goes wrong on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kampyn_perf.convert.project.files import File
from kampyn_perf.convert.project.write import write_project
from kampyn_perf.errors import KampynError

FILES = {"a/one.yaml": File(b"1"), "b/c/two.csv": File(b"2", 0o600), "three": File(b"3")}


def files_in(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_all_of_them_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new/project"
    paths = write_project(folder, FILES)
    assert paths == [folder / name for name in FILES]
    assert files_in(folder) == {"a/one.yaml": "1", "b/c/two.csv": "2", "three": "3"}
    assert (folder / "b/c/two.csv").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "three"]


def test_what_is_there_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "three").write_text("old")
    with pytest.raises(KampynError, match="three is there already, and nothing was written"):
        write_project(tmp_path, FILES)
    assert files_in(tmp_path) == {"three": "old"}
    write_project(tmp_path, FILES, force=True)
    assert files_in(tmp_path)["three"] == "3"


def test_a_link_that_leads_nowhere_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "three").symlink_to(tmp_path / "nowhere")
    with pytest.raises(KampynError, match="is there already"):
        write_project(tmp_path, FILES)
    write_project(tmp_path, FILES, force=True)
    assert not (tmp_path / "three").is_symlink()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("existing", ["a", "b/c"])
def test_a_file_where_a_folder_belongs_changes_nothing(tmp_path: Path, existing: str) -> None:
    path = tmp_path / existing
    path.parent.mkdir(exist_ok=True)
    path.write_text("file")
    with pytest.raises(KampynError):
        write_project(tmp_path, FILES, force=True)
    assert files_in(tmp_path) == {existing: "file"}


def test_a_folder_where_a_file_belongs(tmp_path: Path) -> None:
    (tmp_path / "three").mkdir()
    with pytest.raises(KampynError, match="three is a folder"):
        write_project(tmp_path, FILES, force=True)
    assert files_in(tmp_path) == {}


def test_a_failure_half_way_puts_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.yaml").write_text("old")
    moves = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target) == tmp_path / "three":
            raise OSError(28, "No space left on device")
        return moves(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KampynError, match="No space left on device"):
        write_project(tmp_path, FILES, force=True)
    assert files_in(tmp_path) == {"a/one.yaml": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KampynError, match="file is a file, not a folder"):
        write_project(tmp_path / "file", FILES)
    with pytest.raises(KampynError, match="cannot make the folder"):
        write_project(tmp_path / "file/below", FILES)
    assert os.listdir(tmp_path) == ["file"]
