"""What a load watches beside itself, as the real program.

Tests `watching.py` and `watch_flags.py` of `kampyn_perf/cli`, and `kampyn_perf/measure`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.bench.server import ok, serving
from tests.cli import program

GOALS = {
    names.CPU,
    names.MEMORY,
    names.DISK_IO,
    names.MEMORY_PER_INSTANCE,
    names.DB_QUERY_TIME,
    names.PROBE_AVAILABILITY,
}
SHORT = program.profile("{duration: 3, arrivalRate: 6}")
"""Long enough for two looks at a page of metrics."""


def result_of(folder: Path) -> LoadResult:
    return io.read(folder / "run" / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})


def metrics_of(result: LoadResult) -> set[str]:
    return {series.metric for series in result.measurements}


def load(folder: Path, *arguments: str) -> LoadResult:
    done = program.run(folder, "load", "--out", "run", *arguments)
    assert done.code in (0, 1, 4), done.err
    return result_of(folder)


def test_of_the_bundled_backend_every_goal_is_measured(tmp_path: Path) -> None:
    result = load(tmp_path, *SHORT, *program.CHEAP, *program.SMALL)
    assert metrics_of(result) >= GOALS
    assert result.unmeasured == {}
    assert result.watching is not None
    assert {"Redis", "backend's metrics", "probe of /health"} <= {
        watcher.name for watcher in result.watching.watchers
    }
    workers = {
        series.subject
        for series in result.measurements
        if series.metric == names.MEMORY_PER_INSTANCE
    }
    assert workers >= {"worker 1", "worker 2"} or len(workers) == 1
    (probe,) = (one for one in result.measurements if one.metric == names.PROBE_AVAILABILITY)
    assert all(0 <= at_us <= result.elapsed_us + 1_000_000 for at_us in probe.at_us)
    queries = sum(
        sum(series.weights or [])
        for series in result.measurements
        if series.metric == names.DB_QUERY_TIME
    )
    assert queries > 0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, backend: RunningBackend) -> LoadResult:
    """A run with a warm-up, of which nobody told what is to be watched."""
    data = ("--target", backend.url, "--data", str(backend.data_file))
    return load(tmp_path_factory.mktemp("watched"), *SHORT, *data, "--warm-up", "1s")


def test_a_warm_up_is_in_no_series(watched: LoadResult) -> None:
    assert watched.warm_up is not None
    assert min(at for one in watched.measurements for at in one.at_us) >= 1_000_000


def test_of_a_backend_on_this_machine_its_port_tells_its_processes(watched: LoadResult) -> None:
    assert metrics_of(watched) >= GOALS - {names.DB_QUERY_TIME}
    assert set(watched.unmeasured) == {names.DB_QUERY_TIME}
    gap = watched.unmeasured[names.DB_QUERY_TIME]
    assert gap.reason == "neither the backend's metrics nor its database were named"
    assert "--scrape URL" in gap.remedy


def test_a_page_that_is_named_tells_the_rest(
    tmp_path: Path, backend: RunningBackend, against: tuple[str, ...]
) -> None:
    result = load(tmp_path, *SHORT, *against, "--scrape", f"{backend.url}/metrics")
    assert metrics_of(result) >= GOALS
    assert result.unmeasured == {}
    assert any(
        series.metric == names.METRIC_HTTP and series.labels.get("status") == "200"
        for series in result.measurements
    )


def test_nothing_is_watched_where_that_is_asked_for(
    tmp_path: Path, against: tuple[str, ...]
) -> None:
    brief = program.profile("{duration: 1, arrivalRate: 6}")
    result = load(tmp_path, *brief, *against, "--no-watch")
    assert result.measurements == []
    assert set(result.unmeasured) == GOALS
    assert result.unmeasured[names.CPU].text == "nothing was watched; leave out --no-watch"


def test_a_watcher_that_fails_is_told_of_and_harms_nothing(
    tmp_path: Path, against: tuple[str, ...]
) -> None:
    with serving(lambda _request: ok(b"hello", status="500 Oops")) as url:
        done = program.run(
            tmp_path,
            "load",
            "--out",
            "run",
            *SHORT,
            *against,
            *("--scrape", url.replace("//", "//me:hunter2@") + "/metrics"),
            *("--probe", "/nowhere"),
        )
    result = result_of(tmp_path)
    assert result.sessions.completed == result.sessions.planned == 18
    assert "answers 500" in result.unmeasured[names.DB_QUERY_TIME].reason
    assert "/nowhere answers 404" in result.unmeasured[names.PROBE_AVAILABILITY].reason
    assert "as no health route does" in " ".join(done.out.split())
    everything = done.out + done.err + (tmp_path / "run" / names.RESULT_FILE).read_text()
    assert "hunter2" not in everything


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--scrape", "http://192.0.2.1:9100/metrics"), "--allow-host 192.0.2.1"),
        (("--scrape", "metrics"), "neither a URL nor the name of an environment variable"),
        (("--watch-redis", "http://x"), "not the URL of a Redis"),
        (("--watch-mongo", "http://x"), "not a MongoDB URI"),
        (("--probe", "health"), "--probe takes a path, not 'health'"),
        (("--set", "watch.prob.every=1s"), "watch.prob"),
        (("--set", "watch.probe.every=1ms"), "--set watch.probe.every"),
    ],
)
def test_what_cannot_be_watched_is_said_before_anything_is_sent(
    tmp_path: Path, flags: tuple[str, ...], words: str
) -> None:
    with serving(lambda _request: ok()) as url:
        done = program.here(tmp_path, "load", url, "--rate", "5", "--for", "1s", *flags)
    assert done.code == 2
    assert words in " ".join(done.err.split())
    assert not (tmp_path / "reports").exists() or not any((tmp_path / "reports").iterdir())


def test_a_dry_run_says_what_will_not_be_known(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("{}")
    done = program.here(
        tmp_path,
        *("load", "--dry-run", "--target", "http://192.0.2.1:8000", "--allow-host", "192.0.2.1"),
        *("--data", "data.json"),
    )
    said = " ".join(done.out.split())
    assert done.code == 0, done.err
    assert "watched beside it: probe" in said
    assert "not measured: cpu, memory, disk_io: the backend runs on another machine" in said


def test_the_target_file_names_what_is_watched(
    tmp_path: Path, backend: RunningBackend, against: tuple[str, ...]
) -> None:
    targets = tmp_path / "configs" / "targets"
    targets.mkdir(parents=True)
    shipped = (program.ROOT / "configs" / "targets" / "reference.yaml").read_text()
    watch = (
        f"\nwatch:\n  probe: {{path: /api/health}}\n  scrape: [{{url: {backend.url}/metrics}}]\n"
    )
    (targets / "shop.yaml").write_text(shipped.replace("name: reference", "name: shop") + watch)
    _, _, *data = against
    result = load(tmp_path, *SHORT, "--target", "shop", "--url", backend.url, *data)
    assert result.watching is not None
    assert "probe of /api/health" in {watcher.name for watcher in result.watching.watchers}
    assert names.DB_QUERY_TIME in metrics_of(result)
    (targets / "shop.yaml").write_text(shipped + "\nwatch: {porbe: {}}\n")
    line = shipped.count("\n") + 2
    done = program.run(
        tmp_path, "load", "--dry-run", "--target", "shop", "--url", backend.url, *data
    )
    assert done.code == 2
    said = " ".join(done.err.split())
    assert f"shop.yaml:{line}: watch.porbe: unknown key; did you mean probe?" in said
