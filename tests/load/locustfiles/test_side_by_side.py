"""Eleven locustfiles in the styles that people have, session by session and under stock Locust,
against one recording server: the same requests, order within a session, and shares.

Tests `kampyn_perf/load/locustfiles`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import chdtrc

from tests import forked_generator
from tests.cli import program
from tests.load.locustfiles import recording

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("locustfiles")]

HERE = Path(__file__).parent
FILES = HERE / "files"
SIDE_BY_SIDE = HERE / "side_by_side.py"
JOBS: dict[str, dict[str, Any]] = {
    "nested_sets": {"sessions": 60, "users": 1, "requests": 200},
    "sequence": {"sessions": 8, "users": 1, "requests": 30},
    "tagged": {"sessions": 60, "users": 4, "requests": 200, "tags": ["read"], "exclude": ["slow"]},
    "weights": {"sessions": 96, "users": 12, "requests": 200},
    "counted": {"sessions": 80, "users": 4, "requests": 200},
    "listeners": {"sessions": 60, "users": 2, "requests": 200},
    "shaped": {"sessions": 40, "users": 4, "requests": 200},
    "pool": {"sessions": 60, "users": 3, "requests": 200, "workers": 3},
    "checked": {"sessions": 100, "users": 4, "requests": 200},
    "adapters": {"sessions": 40, "users": 2, "requests": 60},
    "wire": {"sessions": 50, "users": 2, "requests": 200},
}
_OUR_OWN = {"host", "content-length", "connection"}
"""Headers that say nothing of the scenario; what is compared is the rest."""


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    with recording.started() as port:
        yield port


def run_ours(port: int, jobs: str) -> subprocess.CompletedProcess[str]:
    return forked_generator.script(SIDE_BY_SIDE.read_text(), "ours", str(port), given=jobs)


def run_stock(port: int, jobs: str) -> subprocess.CompletedProcess[str]:
    """From nothing: a process that has a generator's modules has Locust as that imports it."""
    return subprocess.run(
        [sys.executable, str(SIDE_BY_SIDE), "stock", str(port)],
        input=jobs,
        capture_output=True,
        text=True,
        env=program.environment(),
        timeout=120,
        check=False,
    )


SIDES = {"ours": run_ours, "stock": run_stock}


def run(side: str, port: int, jobs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    lines = [json.dumps({"file": str(FILES / f"{name}.py"), **job}) for name, job in jobs.items()]
    done = SIDES[side](port, "\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(jobs), done.stderr
    return {
        name: {**one["answer"], "recorded": one["recorded"], "log": done.stderr}
        for name, one in zip(jobs, answers, strict=True)
    }


@pytest.fixture(scope="session")
def ours(port: int) -> dict[str, Any]:
    return run("ours", port, JOBS)


@pytest.fixture(scope="session")
def stock(port: int, ours: dict[str, Any]) -> dict[str, Any]:
    """Until all has come that came from us, and enough of it."""
    return run(
        "stock", port, {name: {**job, "until": until(ours[name])} for name, job in JOBS.items()}
    )


@pytest.fixture(scope="session")
def sides(ours: dict[str, Any], stock: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By name. Who asks for a fixture by its name when it runs is not among those that share it."""
    return {"ours": ours, "stock": stock}


def until(run: dict[str, Any]) -> list[str]:
    return list(run["names"])


def shape(request: dict[str, Any]) -> tuple[Any, ...]:
    """A request as it counts: without what is chance or a clock's."""
    boundary = re.search(r"boundary=(\w+)", request["headers"].get("content-type", ""))
    headers = {name: value for name, value in request["headers"].items() if name not in _OUR_OWN}
    text = json.dumps([headers, request["body"]], sort_keys=True)
    text = text.replace(boundary[1], "BOUNDARY") if boundary else text
    return request["method"], re.sub(r"_=\d+", "_=NOW", request["path"]), text


def lines(run: dict[str, Any]) -> list[str]:
    return [f"{one['method']} {one['path']}" for one in run["recorded"]]


@pytest.mark.parametrize("name", JOBS)
def test_the_same_requests_arrive(ours, stock, name):
    assert {shape(one) for one in ours[name]["recorded"]} == {
        shape(one) for one in stock[name]["recorded"]
    }
    assert ours[name]["errors"] == {}
    assert ours[name]["idle"] == {}


@pytest.mark.parametrize("name", JOBS)
def test_they_are_counted_under_the_same_names_with_the_same_failures(ours, stock, name):
    apart = {one["name"] for one in ours[name]["apart"]}
    mine, theirs = ours[name], stock[name]
    names = {one for one in theirs["names"] if theirs["names"][one]} - apart
    assert set(mine["names"]) == names
    assert {one for one, count in mine["failed"].items() if count} == {
        one for one, count in theirs["failed"].items() if count
    }
    for endpoint, failed in mine["failed"].items():  # each endpoint fails always, or never
        assert failed in (0, mine["names"][endpoint])


@pytest.mark.parametrize("side", ["ours", "stock"])
def test_steps_come_in_their_order(side, sides):
    login, *rest = lines(sides[side]["sequence"])
    steps = ["GET /items", "GET /choose", "POST /cart/1", "POST /cart/1", "PUT /pay"]
    assert login == "POST /login"
    assert rest == (steps * len(rest))[: len(rest)]
    assert len(rest) >= len(steps)


@pytest.mark.parametrize("side", ["ours", "stock"])
def test_a_set_is_entered_and_left(side, sides):
    said = lines(sides[side]["nested_sets"])
    visits, inside = 0, False
    for line in said:
        if line in ("GET /forum", "GET /forum/bye"):
            assert inside == line.endswith("bye"), said
            inside = not inside
            visits += inside
        else:
            assert inside == ("/forum" in line), said
    assert visits


SHARES = {
    "tagged": ["GET a page", "GET /admin/report"],
    "weights": ["GET /home?from=Guest", "GET /home?from=Member", "GET /account"],
    "counted": ["PUT /stock", "POST /buy"],
    "listeners": ["GET /shop/[name]", "GET /status/404"],
    "wire": ["WIRE good", "WIRE wrong", "WIRE inner"],
}


@pytest.mark.parametrize("name", SHARES)
def test_the_shares_are_the_same(ours, stock, name):
    table = [[side[name]["names"][one] for one in SHARES[name]] for side in (ours, stock)]
    assert chance_of_as_uneven(table) > 1e-5, table


def chance_of_as_uneven(table):
    """Pearson's chi-square test of independence. (`scipy.stats` takes a second to import.)"""
    counts = np.array(table, dtype=float)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return chdtrc(freedom, ((counts - expected) ** 2 / expected).sum())


def test_shares_that_differ_are_seen():
    assert chance_of_as_uneven([[50, 50], [60, 40]]) == pytest.approx(0.15522, abs=1e-5)
    assert chance_of_as_uneven([[90, 30, 30], [30, 30, 90]]) < 1e-5


def test_weights_hold_exactly(ours):
    assert ours["weights"]["weights"] == {
        "Guest.home": 12,
        "Member.home": 3,
        "Member.account": 1,
        "Robot.crawl": 8,
    }
    assert ours["counted"]["weights"] == {"Clerk.stock": 1, "Customer.buy": 3}
    assert ours["tagged"]["weights"] == {"Visitor.Admin": 1, "Visitor.page": 3}


def test_what_a_user_does_once_is_done_once_and_counted_apart(ours):
    apart = {one["name"]: one["count"] for one in ours["pool"]["apart"]}
    assert apart == {"POST /people/login": 3, "POST /people/logout": 3}
    assert Counter(lines(ours["pool"]))["POST /people/login"] == 3


def test_events_come_in_their_order(ours, stock):
    for side in (ours, stock):
        assert re.search(
            r"started LocalRunner\nspawned\n(.*\n)*?stopping\n(.*\n)*?stopped after .*\n",
            side["listeners"]["log"],
        )
    heard = re.search(
        r"stopped after {'request': (\d+), 'failed': (\d+)}", ours["listeners"]["log"]
    )
    assert heard
    names, failed = ours["listeners"]["names"], ours["listeners"]["failed"]
    assert [int(one) for one in heard.groups()] == [sum(names.values()), sum(failed.values())]
    assert "quitting corner" in ours["listeners"]["log"]


def test_what_means_something_else_is_said(ours):
    (waits, shape) = ours["shaped"]["remarks"]
    assert "Steady, Paced: wait_time lies between the tasks of one session alone" in waits
    assert "shaped.py:22: the shape Steps is not used" in shape
    (_waits, client) = ours["adapters"]["remarks"]
    assert client.startswith("requests' own client is used, at several times the CPU, for: ")
    assert "adapters.py:4), " in client
    assert any("Writer takes no part" in one for one in ours["tagged"]["remarks"])


def test_requests_own_client_sends_the_same(port, stock):
    jobs = {"checked": JOBS["checked"] | {"client": "requests"}}
    done = run("ours", port, jobs)["checked"]
    assert {shape(one) for one in done["recorded"]} == {
        shape(one) for one in stock["checked"]["recorded"]
    }
    assert done["errors"] == {}
