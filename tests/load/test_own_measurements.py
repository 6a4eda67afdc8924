"""What a scenario measures itself counts; what it sleeps, and does before it begins, does not.

Tests `fired.py`, `apart.py` and `pauses.py` of `kampyn_perf/load/scenario`.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.long

SCENARIO = """
import time
import gevent
from locust import constant, events, task
from kampyn_perf.load.flow import FlowUser

@events.test_start.add_listener
def begin(environment, **_):
    environment.events.request.fire(
        request_type="setup", name="/load", response_time=7, response_length=0)

heard = []
@events.request.add_listener
def note(name, **_): heard.append(name)
@events.test_stop.add_listener
def over(**_): print(f"heard {len(heard)}")

class Shopper(FlowUser):
    wait_time = constant(0.4)

    def on_start(self):
        time.sleep(0.5)
        self.client.get("/sign-in")
        self.client.cookies.set("token", "mine")

    def message(self, name, took=5, error=None):
        self.environment.events.request.fire(
            request_type="WSS", name=name, response_time=took, response_length=12, exception=error)

    @task
    def go(self):
        time.sleep(0.4)
        self.client.get(f"/signed-in/{'token' in self.client.cookies}")
        self.client.cookies.set("cart", "full")
        gevent.sleep(0.4)
        self.client.get(f"/carts/{'cart' in self.client.cookies}")
        self.wait()
        with self.client.get("/judged", catch_response=True):
            time.sleep(0.4)
        with gevent.Timeout(0.3, False):
            gevent.sleep(30)
        self.client.get("/last")
        self.message("message")
        self.message("lost", error=ValueError("out of order"))
        gevent.spawn(self.message, "from another greenlet").join()
"""


@pytest.fixture
def result(load, tmp_path):
    scenario = tmp_path / "shop.py"
    scenario.write_text(SCENARIO)
    return load.run(
        "{duration: 1, arrivalRate: 10}", more=("--set", f"config.scenarios={scenario}")
    )


def test_a_run_of_a_scenario_with_measurements_and_sleeps_of_its_own(load, result):
    endpoints = {each.name: each.requests for each in result.endpoints}

    # Fired events: by their own name, in their session's flow, failures with their reason.
    assert endpoints["WSS message"].count == endpoints["WSS from another greenlet"].count == 10
    assert endpoints["WSS message"].failed == 0
    assert endpoints["WSS lost"].failed == endpoints["WSS lost"].count == 10
    assert endpoints["WSS lost"].errors == {"content": 10}
    (failure,) = [each for each in result.failures if each.endpoint == "WSS lost"]
    assert failure.message == "out of order"
    flows = {each.name: each.requests for each in result.flows}
    assert flows["Shopper"].count == 10 * 7
    assert result.sessions.failed == result.sessions.planned == 10

    # What no session measured has a flow of its own, and nothing is counted twice.
    assert flows["(outside of sessions)"].count == endpoints["setup /load"].count == 1
    assert endpoints["setup /load"].service.max_us == 7000
    assert result.requests.count == 10 * 7 + 1
    assert "heard 81" in (load.folder / "run" / "generator.log").read_text()  # with /sign-in

    # Sleeps of any kind are no response time, before, between and while a response is judged.
    for name in ("GET /signed-in/True", "GET /carts/True", "GET /judged", "GET /last"):
        assert endpoints[name].count == 10, endpoints.keys()
        assert (endpoints[name].response.p50_us or 0) < 250_000, name

    # `on_start` is nobody's lateness, its requests are counted apart, and its cookies stay.
    assert (result.validity.lateness.p50_us or 0) < 350_000
    assert [(one.name, one.failed) for one in result.apart] == [("GET /sign-in", 0)]
    assert "GET /carts/True" in endpoints
    assert not any("/False" in name for name in endpoints)


def test_an_on_start_that_fails_is_told(load, tmp_path):
    scenario = tmp_path / "broken.py"
    scenario.write_text(
        "from locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "class Broken(FlowUser):\n"
        "    def on_start(self): raise ValueError('no account')\n"
        "    @task\n    def go(self): self.client.get('/x')\n"
    )
    result = load.run(
        "{duration: 1, arrivalRate: 10}",
        more=("--set", f"config.scenarios={scenario}"),
    )
    assert result.sessions.failed == result.sessions.started == 10
    assert any(
        "no account" in reason and "10 sessions" in reason for reason in result.validity.reasons
    )
