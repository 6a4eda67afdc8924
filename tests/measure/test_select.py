"""Which watchers a target gets, and what a run of it will not know.

Tests `plan.py` and `unmeasured.py` of `kampyn_perf/measure` too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.measure.plan import GOALS, Kind, OwnBackend, WatchPlan, WatchRequest
from kampyn_perf.measure.select import watchers_for
from kampyn_perf.measure.settings import WatchFlags, WatchSettings

OWN = WatchRequest(
    url="http://127.0.0.1:5001",
    local=True,
    own=OwnBackend(processes=lambda: {}, folder=Path("/data"), redis="unix:///data/redis.sock"),
)
HERE = WatchRequest(url="http://localhost:8000/api", local=True)
THERE = WatchRequest(url="https://shop.example.edu", local=False)


def kinds(plan: WatchPlan) -> dict[Kind, list[str]]:
    made: dict[Kind, list[str]] = {}
    for spec in plan.specs:
        made.setdefault(spec.kind, []).append(spec.what)
    return made


def settled(request: WatchRequest, **settings: Any) -> WatchPlan:
    return watchers_for(replace(request, settings=WatchSettings.model_validate(settings)))


def test_of_the_bundled_backend_everything_is_measured() -> None:
    plan = watchers_for(OWN)
    made = kinds(plan)
    made.pop(Kind.PRESSURE, None)
    assert made == {
        Kind.MACHINE: ["this one"],
        Kind.DISK: ["under /data"],
        Kind.NETWORK: ["all interfaces"],
        Kind.PROCESSES: ["the bundled backend"],
        Kind.BACKEND_METRICS: ["http://127.0.0.1:5001/metrics"],
        Kind.REDIS: ["unix:///data/redis.sock"],
        Kind.PROBE: ["http://127.0.0.1:5001/health"],
    }
    assert plan.unmeasured == {}


def test_of_a_backend_here_its_port_tells_its_processes() -> None:
    plan = watchers_for(HERE)
    assert kinds(plan)[Kind.PROCESSES] == ["port 8000"]
    assert kinds(plan)[Kind.DISK] == ["the busiest one"]
    assert kinds(plan)[Kind.PROBE] == ["http://localhost:8000/health"]
    assert set(plan.unmeasured) == {names.DB_QUERY_TIME}
    assert plan.unmeasured[names.DB_QUERY_TIME].remedy == (
        "give --scrape URL of a page with db_query_duration_seconds, or --watch-mongo URI"
    )


def test_of_a_backend_elsewhere_only_the_probe_is_left() -> None:
    plan = watchers_for(THERE)
    assert kinds(plan) == {Kind.PROBE: ["https://shop.example.edu/health"]}
    assert set(plan.unmeasured) == set(GOALS) - {names.PROBE_AVAILABILITY}
    for metric in (names.CPU, names.MEMORY, names.DISK_IO):
        assert plan.unmeasured[metric].reason == "the backend runs on another machine"
        assert "--scrape http://HOST:9100/metrics" in plan.unmeasured[metric].remedy
    assert "another machine" in plan.unmeasured[names.MEMORY_PER_INSTANCE].reason


@pytest.mark.parametrize("forwarder", ["ssh", "kubectl"])
def test_a_tunnel_leads_to_another_machine(forwarder: str) -> None:
    plan = watchers_for(replace(HERE, forwarder=forwarder))
    assert set(kinds(plan)) == {Kind.PROBE}
    assert plan.unmeasured[names.CPU].reason == (
        f"port 8000 leads to another machine, through {forwarder}"
    )


def test_a_proxy_here_is_on_this_machine_and_is_not_the_backend() -> None:
    plan = watchers_for(replace(HERE, forwarder="docker-proxy"))
    assert Kind.MACHINE in kinds(plan)
    assert Kind.PROCESSES not in kinds(plan)
    gap = plan.unmeasured[names.MEMORY_PER_INSTANCE]
    assert "held by docker-proxy, which only passes on" in gap.reason
    assert "--watch-cgroup" in gap.remedy


def test_what_is_named_takes_the_place_of_what_is_guessed() -> None:
    plan = settled(HERE, pids=[7], ports=[9000], names=["node"])
    assert kinds(plan)[Kind.PROCESSES] == ["pid 7", "port 9000", "name node"]
    plan = settled(HERE, cgroups=["/sys/fs/cgroup/system.slice/shop.service"])
    assert Kind.PROCESSES not in kinds(plan)
    assert kinds(plan)[Kind.CONTAINER] == ["system.slice/shop.service"]
    assert names.MEMORY_PER_INSTANCE not in plan.unmeasured


def test_a_database_speaks_for_the_queries() -> None:
    plan = settled(THERE, mongo=["mongodb://me:hunter2@db/shop"])
    (what,) = kinds(plan)[Kind.MONGO]
    assert what == "mongodb://me:***@db/shop"
    assert names.DB_QUERY_TIME not in plan.unmeasured


def test_uris_may_stand_in_the_environment() -> None:
    request = replace(THERE, environ={"MONGO_URI_ORDER": "mongodb://db/orders"})
    plan = settled(request, mongo=["MONGO_URI_ORDER"])
    assert kinds(plan)[Kind.MONGO] == ["mongodb://db/orders"]
    with pytest.raises(KampynError, match="MONGO_URI_USER is neither a URL nor the name of an"):
        settled(request, mongo=["MONGO_URI_USER"])
    with pytest.raises(KampynError) as caught:
        settled(request, mongo=["hunter2"])
    assert "hunter2" not in str(caught.value)


def test_pages_are_asked_only_where_that_is_allowed() -> None:
    def check(url: str) -> None:
        if "elsewhere" in url:
            raise KampynError(f"not allowed: {url}")

    request = replace(THERE, check_host=check)
    plan = settled(request, scrape=[{"url": "http://shop.example.edu:9100/metrics"}])
    assert kinds(plan)[Kind.SCRAPE] == ["http://shop.example.edu:9100/metrics"]
    with pytest.raises(KampynError, match="not allowed"):
        settled(request, scrape=[{"url": "http://elsewhere/metrics"}])


def test_a_page_is_hoped_for_where_nothing_else_measures() -> None:
    plan = settled(THERE, scrape=[{"url": "http://shop.example.edu:9100/metrics"}])
    (spec,) = (spec for spec in plan.specs if spec.kind is Kind.SCRAPE)
    assert set(spec.make(lambda: 0).provides) == set(plan.unmeasured)


def test_no_watching_says_so_of_every_goal() -> None:
    plan = settled(OWN, enabled=False)
    assert plan.specs == ()
    assert set(plan.unmeasured) == set(GOALS)
    assert plan.unmeasured[names.CPU].text == "nothing was watched; leave out --no-watch"


def test_a_probe_that_is_switched_off_says_so() -> None:
    plan = settled(OWN, probe={"enabled": False})
    assert Kind.PROBE not in kinds(plan)
    assert plan.unmeasured[names.PROBE_AVAILABILITY].reason == (
        "no health route was named, or the probe is switched off"
    )


def test_flags_add_to_the_file_and_replace_what_can_be_only_one() -> None:
    section = WatchSettings.model_validate(
        {"ports": [1], "probe": {"path": "/a", "every": "1s", "enabled": False}}
    )
    flags = WatchFlags(
        ports=(2,), scrape=("http://localhost:9100/metrics",), probe="/b", redis="redis://r"
    )
    settings = flags.over(section)
    assert settings.ports == (1, 2)
    assert [page.url for page in settings.scrape] == ["http://localhost:9100/metrics"]
    assert (settings.probe.path, settings.probe.every, settings.probe.enabled) == (
        "/b",
        1_000_000,
        True,
    )
    assert settings.redis is not None
    assert settings.redis.policy == "allkeys-lru"
    assert WatchFlags().over(section) == section
    with pytest.raises(KampynError, match="--probe takes a path, not 'health'"):
        WatchFlags(probe="health").over(section)
    assert not WatchFlags(off=True).over(section).enabled
