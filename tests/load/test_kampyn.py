"""`--target kampyn` against a stand-in with KAMPYN's rules: the mix that is sent is the planned
one, signing in comes before it, and no session fails by the data.

Tests `configs/targets/kampyn.yaml`, `kampyn_perf/load/generator/signing.py` and
`kampyn_perf/load/scenario`.
"""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf import config, names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.cli.docs import pages
from tests.forked_function import Function
from tests.load import kampyn_stand_in

USERS, VENDORS = 12, 2
LOGIN, VENDOR_LOGIN = "POST /api/user/auth/login", "POST /api/vendor/auth/login"


class StandIn:
    def __init__(self, valid_seconds: float = kampyn_stand_in.VALID_SECONDS) -> None:
        self.process = Function(kampyn_stand_in.serve, valid_seconds)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    @property
    def seen(self) -> list[tuple[str, int]]:
        with urllib.request.urlopen(f"{self.url}/seen", timeout=10) as response:
            # Without what watches beside the load: the probe of a health route, that it has not.
            return [(path, status) for path, status in json.load(response) if status != 404]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    running = StandIn()
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    document = {
        "schema": names.DATA_SCHEMA,
        "uniId": "1",
        "users": [
            {"id": f"u{n}", "email": f"u{n}@x", "password": f"pw-u{n}", "phone": "1"}
            for n in range(USERS)
        ],
        "vendors": [
            {"id": f"v{n}", "email": f"v{n}@x", "password": f"pw-v{n}"} for n in range(VENDORS)
        ],
        "items": [{"id": f"i{n}", "vendorId": f"v{n % VENDORS}"} for n in range(5)],
    }
    path = tmp_path / "data.json"
    path.write_text(json.dumps(document))
    return path


def load(folder: Path, stand_in: StandIn, data: Path, *more: str) -> LoadResult:
    """As the README says it."""
    (line,) = (line for line in pages.of_blocks("README.md") if line.endswith("--data users.json"))
    there = {
        "https://staging.kampyn.example": stand_in.url,
        "staging.kampyn.example": "127.0.0.1",
        "users.json": str(data),
    }
    done = program.run(
        folder,
        *pages.typed(line, there),
        *("--out", "run", *program.profile("{duration: 5, arrivalRate: 40}"), *more),
    )
    assert (folder / "run" / "result.json").exists(), done.err
    return io.read(folder / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})


@pytest.mark.parametrize("workers", [1, 2])
def test_the_mix_that_was_sent_is_the_planned_one(tmp_path, stand_in, data, workers):
    result = load(tmp_path, stand_in, data, "--workers", str(workers))
    assert result.validity.reasons == []
    assert result.sessions.completed == result.sessions.planned == 200
    assert {one.name: one.requests.count for one in result.endpoints} == {
        LOGIN: 60,
        "GET /api/user/auth/check": 60,
        "GET /api/item/retail/uni/{uniId}": 80,
        "POST /cart/add/{userId}": 80,
        "POST /order-approval/submit/{userId}": 80,
        "GET /api/vendor/list/uni/{uniId}": 60,
        "GET /order/vendor/{vendorId}/active": 60,
    }
    # Each of 12 users orders some seven times: beyond 15 of an item, were it not taken out again.
    beside = {one.name: (one.count, one.failed) for one in result.apart}
    assert beside["POST /cart/remove-item/{userId}"] == (80, 0)
    assert VENDORS <= beside[VENDOR_LOGIN][0] <= VENDORS * workers
    assert beside[LOGIN][0] <= USERS * workers
    assert set(beside) == {"POST /cart/remove-item/{userId}", LOGIN, VENDOR_LOGIN}
    server_saw_it_and_whoever_signs_in_did_so_first(stand_in.seen, result)


def server_saw_it_and_whoever_signs_in_did_so_first(
    seen: list[tuple[str, int]], result: LoadResult
) -> None:
    counted = result.requests.count + sum(one.count for one in result.apart)
    assert len(seen) == counted
    assert {status for _path, status in seen} <= {200, 201}
    ahead = sum(one.count for one in result.apart if "login" in one.name)
    assert Counter(path for path, _status in seen[:ahead]).keys() == {LOGIN, VENDOR_LOGIN}
    logins = Counter(path for path, _status in seen)
    assert logins[LOGIN] == 60 + next(one.count for one in result.apart if one.name == LOGIN)


def test_nobody_who_can_sign_in_is_told_before_the_run(tmp_path, stand_in, data):
    data.write_text(data.read_text().replace("pw-", "wrong-"))
    done = program.run(
        tmp_path,
        *("load", "--target", "kampyn", "--url", stand_in.url, "--data", str(data)),
        *program.profile("{duration: 2, arrivalRate: 20}"),
    )
    assert done.code == 2, done.err
    assert "could sign in" in done.err
    assert "status 400" in done.err
    assert not [path for path, _status in stand_in.seen if "login" not in path]


def test_a_cart_that_will_be_full_is_told_before_the_run(tmp_path, stand_in, data):
    """Without what empties it: 12 users, 5 items, and at most 7 orders of each together."""
    shipped = (config.shipped("configs") / "targets" / "kampyn.yaml").read_text()
    emptied = "    after: [{call: cart_remove}]\n"
    assert shipped.count(emptied) == 1
    (tmp_path / "own.yaml").write_text(shipped.replace(emptied, ""))
    command = ("load", "--target", "own.yaml", "--url", stand_in.url, "--data", str(data))
    done = program.run(
        tmp_path, *command, *program.profile("{duration: 60, arrivalRate: 40}"), timeout=30
    )
    assert done.code == 2, done.err
    assert "around.Order placement flow.uses: 'Order placement flow' uses user with item 7" in (
        " ".join(done.err.split())
    )
    assert "of 2,400 planned sessions number " in " ".join(done.err.split())
    assert "after: [{call: cart_remove}]" in " ".join(done.err.split())
    assert not [path for path, _status in stand_in.seen if "/seen" not in path]


def test_a_token_is_renewed_before_it_ends(tmp_path, data):
    stand_in = StandIn(3)
    (tmp_path / "short.yaml").write_text(
        "name: short\n"
        "sign_in: {user: {operation: login, validFor: 2s}}\n"
        "operations:\n"
        "  login: {method: POST, path: /api/user/auth/login, expect: [token],\n"
        '    json: {identifier: "{user.email}", password: "{user.password}"}}\n'
        "  check: {path: /api/user/auth/check, as: user}\n"
        "flows: [{name: Check, flow: [{call: check}]}]\n"
    )
    try:
        done = program.run(
            tmp_path,
            *("load", "--target", "short.yaml", "--url", stand_in.url, "--data", str(data)),
            *("--out", "run", *program.profile("{duration: 6, arrivalRate: 20}")),
        )
        result = io.read(tmp_path / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})
        assert result.requests.failed == 0, done.err
        (sign_ins,) = result.apart
        assert sign_ins.count > USERS
        assert sign_ins.failed == 0
    finally:
        stand_in.process.kill()
        stand_in.process.communicate()
