"""The state folder is emptied for each load: only what is a backend's goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.backend.state import StateFolder
from kampyn_perf.errors import KampynError


@pytest.mark.parametrize("name", ["data.json", "backend.json"])
def test_files_of_the_users_are_never_taken_for_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("important")
    with pytest.raises(KampynError, match=f"no state folder of a backend, and has a {name}"):
        StateFolder(tmp_path).clear()
    assert [each.name for each in tmp_path.iterdir()] == [name], "nothing was put there either"
    assert (tmp_path / name).read_text() == "important"


def test_what_a_backend_left_is_emptied_and_the_rest_stays(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    state.clear()
    state.lock().close()
    for path in (state.database, state.data_file, tmp_path / "notes.txt"):
        path.write_text("x")
    state.clear()
    left = {each.name for each in tmp_path.iterdir()}
    assert "notes.txt" in left
    assert not left & {state.database.name, state.data_file.name}
