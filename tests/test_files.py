from __future__ import annotations

import os
import stat

import pytest

from kampyn_perf import files
from kampyn_perf.errors import KampynError


def test_a_file_is_written_whole_with_its_mode(tmp_path):
    path = tmp_path / "deep" / "x.json"
    files.write_whole(path, b"one")
    files.write_whole(path, "two", mode=0o600)
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["x.json"], "nothing is left beside it"


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x"
    files.write_whole(path, b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KampynError, match=r"cannot write .*x: No space left on device"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KampynError) as caught:
        files.ensure_writable(tmp_path / "file" / "below")
    assert str(tmp_path / "file" / "below") in caught.value.message
    assert caught.value.code == 2


def test_ensure_writable_leaves_nothing(tmp_path):
    files.ensure_writable(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
