"""The result of a load: what an earlier version wrote is read as it was meant.

Tests `kampyn_perf/results/consistency.py` too.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.consistency import contradictions
from kampyn_perf.results.load import LoadResult, RunStatus

STORED = Path(__file__).parent / "stored"
"""Written by the version of 27 November 2026, before anything was renamed."""
LOADS = {names.LOAD_SCHEMA: LoadResult}


def test_a_load_of_version_1_is_read_in_full() -> None:
    document = io.read_document(STORED / "load-1.json")
    old = document["certificate"]

    result = io.read(STORED / "load-1.json", LOADS)

    assert (result.version, result.status) == (names.LOAD_VERSION, RunStatus.COMPLETE)
    assert result.validity.model_dump(mode="json", include=set(old)) == old
    assert result.validity.generators[0].planned == result.sessions.planned == 12
    assert result.requests.count == document["requests"]["count"]
    assert result.requests.response.decode().count == result.requests.count
    assert contradictions(result, "load-1.json") == []
    assert result.interrupted == ""


def test_its_pieces_are_the_whole() -> None:
    result = io.read(STORED / "load-1.json", LOADS)
    for one in (result, result.model_copy(update={"folder": STORED, "seconds": []})):
        pieces = list(io.pieces(one))
        assert orjson.loads(b"".join(pieces)) == orjson.loads(io.dumps(one))
        assert b"".join(pieces) == io.dumps(one)


def test_it_is_written_as_the_newest_version_and_read_again(tmp_path: Path) -> None:
    result = io.read(STORED / "load-1.json", LOADS)
    io.write(tmp_path / "result.json", result)
    document = io.read_document(tmp_path / "result.json")
    assert (document["version"], "certificate" in document) == (2, False)
    assert io.read(tmp_path / "result.json", LOADS) == result
