"""The runs of a folder: found by name, tag and number; what may go and what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.results import store, tags
from kampyn_perf.results.tags import Tags

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RESULT = (
    '{"schema": "kampyn-perf/load", "status": "%s", "started_at": "%s", "elapsed_us": 1,'
    ' "machine": {"hostname": "h", "cpu": "c", "cores": 1}, "profile": "p",'
    ' "target": {"name": "t"}, "phases": [], "flows": [], "endpoints": [],'
    ' "requests": {"count": 0, "failed": 0,'
    ' "response": {"p50_us": null, "p95_us": null, "p99_us": null}}}'
)


def put(base: Path, day: int, *given: str, status: str = "complete") -> Path:
    folder = base / f"2026-02-{day:02}T00-00-00-load"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(RESULT % (status, f"2026-02-{day:02}T00:00:00+00:00"))
    tags.write(folder, Tags(given))
    return folder


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six runs: the second and fourth are tagged, the last is the newest."""
    monkeypatch.chdir(tmp_path)
    reports = Path("reports")
    for day in (1, 3, 5, 6):
        put(reports, day)
    put(reports, 2, "main")
    put(reports, 4, "main", "v1")
    (reports / "latest").symlink_to("2026-02-06T00-00-00-load")
    (reports / "notes").mkdir()
    return reports


def names(paths: list[Path]) -> list[str]:
    return [path.parent.name[8:10] for path in paths]


def test_runs_are_listed_by_their_start(base: Path) -> None:
    assert [run.name[8:10] for run in store.runs(base)] == ["01", "02", "03", "04", "05", "06"]
    assert store.runs(Path("nowhere")) == []


@pytest.mark.parametrize(
    ("reference", "days"),
    [
        ("main", ["04"]),
        ("main@1", ["04"]),
        ("main@5", ["04", "02"]),
        ("main@all", ["04", "02"]),
        ("2026-02-03T00-00-00-load", ["03"]),
        ("reports/2026-02-01T00-00-00-load/result.json", ["01"]),
        ("latest", ["latest"]),
        ("main, 2026-02-05T00-00-00-load", ["04", "05"]),
        ("reports/2026-02-0[13]*", ["01", "03"]),
    ],
)
def test_a_reference_means_runs(base: Path, reference: str, days: list[str]) -> None:
    found = [
        "latest" if "latest" in path.parts else path.parent.name[8:10]
        for path in store.find(reference)
    ]
    assert found == days


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("nothing", r"there is no run 'nothing'.*the tags are: main, v1"),
        ("nothing@3", "there is no run 'nothing'"),
        ("main@0", "behind @ stands how many runs"),
        ("main@x", "behind @ stands how many runs"),
        (",", "names no run"),
        ("reports/9*", "names no run"),
    ],
)
def test_a_reference_that_means_none(base: Path, reference: str, words: str) -> None:
    with pytest.raises(KampynError, match=words):
        store.find(reference)


def gone(base: Path, **asked: object) -> list[str]:
    options = {"keep": None, "older_than": None, **asked}
    found = store.removable(store.runs(base), base=base, now=NOW, **options)  # type: ignore[arg-type]
    return [run.name[8:10] for run in found]


def test_tagged_runs_and_the_newest_stay(base: Path) -> None:
    assert gone(base, keep=0) == ["01", "03", "05"]
    assert gone(base, keep=2) == ["01", "03"]
    assert gone(base, older_than=timedelta(days=25)) == ["01", "03"]
    assert gone(base, keep=4, older_than=timedelta(days=25)) == ["01"]


def test_a_run_that_goes_on_or_of_unknown_age_stays(base: Path) -> None:
    put(base, 10, status="running")
    put(base, 11)
    assert "10" not in gone(base, keep=0)
    (base / "2026-02-11T00-00-00-load" / "result.json").write_text("{")
    assert "11" not in gone(base, older_than=timedelta(days=1))


def test_what_may_go_goes_whole(base: Path) -> None:
    run = store.runs(base)[0]
    assert store.size_of(run) > 100
    store.remove([run])
    assert not run.folder.exists()
    with pytest.raises(KampynError, match="cannot remove"):
        store.remove([run])
