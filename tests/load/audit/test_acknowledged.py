"""Ids on disk, as they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.audit.acknowledged import AcknowledgedIds


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")))))
def test_what_came_is_what_is_there(tmp_path_factory, seconds):
    path = tmp_path_factory.mktemp("run") / "acknowledged.jsonl"
    ids = AcknowledgedIds(path)
    for one in seconds:
        ids.keep(one)
    assert list(ids) == [each for one in seconds for each in one]
    assert list(AcknowledgedIds(path)) == list(ids)
    assert ids.trouble == ""


def test_what_cannot_be_kept_is_told(tmp_path):
    (tmp_path / "acknowledged.jsonl").mkdir()
    ids = AcknowledgedIds(tmp_path / "acknowledged.jsonl")
    ids.keep(["a"])
    assert "directory" in ids.trouble
