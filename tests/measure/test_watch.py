"""Watching the real bundled backend, without a load."""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import measure, names
from kampyn_perf.backend import RunningBackend
from kampyn_perf.measure import OwnBackend, WatchRequest, WatchSettings


def request(backend: RunningBackend, **settings: object) -> WatchRequest:
    own = OwnBackend(
        processes=lambda: {"worker": backend.pids, "supervisor": [backend.supervisor_pid]},
        folder=Path(backend.data_file).parent,
    )
    probe = {"every": "20ms", "timeout": "5s"}
    made = WatchSettings.model_validate({"probe": probe} | settings)
    return WatchRequest(url=backend.url, local=True, own=own, settings=made)


def test_samples_come_as_they_are_taken(backend: RunningBackend) -> None:
    wanted = {names.PROBE_AVAILABILITY, names.MEMORY_PER_INSTANCE, names.CPU, names.DISK_IO}
    seen: set[str] = set()
    with measure.watch(measure.watchers_for(request(backend))) as watching:
        moments = []
        for at_us, sample in watching.samples(timeout=30):
            moments.append(at_us)
            seen.add(sample.quantity.metric)
            if wanted <= seen:
                break
        measured = watching.stop()
    assert wanted <= seen
    assert {one.metric for one in measured.series} >= wanted
    # No query was made, and it is said of it.
    assert set(measured.unmeasured) == {names.DB_QUERY_TIME}
    assert measured.watching.cpu_share > 0


def test_stopping_ends_whoever_follows(backend: RunningBackend) -> None:
    with measure.watch(measure.watchers_for(request(backend))) as watching:
        followed = watching.samples()
        next(followed)
        watching.stop()
        assert sum(1 for _ in followed) < 100_000


def test_a_backend_whose_port_is_known_is_found_by_it(backend: RunningBackend) -> None:
    plan = measure.watchers_for(WatchRequest(url=backend.url, local=True))
    with measure.watch(plan) as watching:
        subjects = _instances(watching)
    assert {"worker 1", "worker 2"} <= subjects


def _instances(watching: measure.Watch) -> set[str]:
    subjects: set[str] = set()
    for _, sample in watching.samples(timeout=30):
        if sample.quantity.metric == names.MEMORY_PER_INSTANCE:
            subjects.add(sample.quantity.subject)
        if len(subjects) >= 2:
            break
    return subjects
