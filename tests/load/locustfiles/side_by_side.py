"""Runs locustfiles against the recording server, session by session or under stock Locust, and
tells what arrived: `python side_by_side.py ours|stock PORT < jobs`, a program of its own, since
Locust patches what it is imported into. One JSON line for each job.
"""

from __future__ import annotations

import json
import os
import random
import sys
import urllib.request
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.env import Environment

SIDE, PORT = sys.argv[1], int(sys.argv[2])
HOST = f"http://127.0.0.1:{PORT}"


def stock(job: dict[str, Any]) -> dict[str, Any]:
    """Users that loop, as Locust has them, until enough has arrived."""
    from locust.argument_parser import get_parser
    from locust.util.load_locustfile import load_locustfile

    users, _shapes = load_locustfile(job["file"])
    environment = Environment(
        user_classes=[kind for name, kind in users.items() if name in job.get("only", users)],
        events=events,
        host=HOST,
        tags=job.get("tags") or None,
        exclude_tags=job.get("exclude") or None,
        parsed_options=get_parser(default_config_files=[]).parse_args([]),
    )
    environment._filter_tasks_by_tags()
    environment.user_classes = [kind for kind in environment.user_classes if kind.tasks]
    runner = environment.create_local_runner()
    events.init.fire(environment=environment, runner=runner, web_ui=None)
    runner.start(job["users"], spawn_rate=1000)
    stats = environment.stats
    with gevent.Timeout(30, False):
        while not _enough(stats, job):
            gevent.sleep(0.05)
    runner.stop()
    return {
        "names": {f"{key[1]} {key[0]}": one.num_requests for key, one in stats.entries.items()},
        "failed": {f"{key[1]} {key[0]}": one.num_failures for key, one in stats.entries.items()},
    }


def _enough(stats: Any, job: dict[str, Any]) -> bool:
    """Whether all kinds of requests have come, and so many in all."""
    seen = {f"{method} {name}" for name, method in stats.entries}
    return seen >= set(job["until"]) and stats.total.num_requests >= job["requests"]


def pacer_of(outside: list[Any]) -> Any:
    """One that starts no arrivals, and counts nothing but what is measured by no session."""
    from kampyn_perf.load.clock import now_us
    from kampyn_perf.load.generator.pacer import Pacer
    from kampyn_perf.load.scenario.feed import Feed
    from kampyn_perf.recorder.buffer import SampleBuffer
    from kampyn_perf.schedule import Mix, Phase, Schedule

    class Still(Pacer):
        def began(self, session: Any) -> None:
            pass

        def done(self, user: Any, session: Any, *, success: bool) -> bool:
            return True

        def outside(self, sample: Any) -> None:
            outside.append(sample)

    return Still(
        schedule=Schedule([Phase(name="", duration_us=1)]),
        mix=Mix({"": 1}),
        feed=Feed([]),
        buffer=SampleBuffer(),
        spawn=lambda _kind: None,  # type: ignore[arg-type, return-value]
        clock=now_us,
        max_vusers=1,
        max_waiting=1,
    )


def ours(job: dict[str, Any]) -> dict[str, Any]:
    """Sessions as a schedule would hand them out, one after the other."""
    from kampyn_perf.load.clock import now_us
    from kampyn_perf.load.generator.locustfile import Asked, Scenario
    from kampyn_perf.load.generator.vuser_pool import Pool
    from kampyn_perf.load.locustfiles.install import install
    from kampyn_perf.load.locustfiles.surroundings import Surroundings
    from kampyn_perf.load.scenario.context import LoadContext
    from kampyn_perf.load.scenario.feed import Feed
    from kampyn_perf.load.scenario.pauses import notice_pauses
    from kampyn_perf.load.scenario.session import Session
    from kampyn_perf.load.settings import ClientChoice
    from kampyn_perf.load.target.settings import TargetSettings
    from kampyn_perf.schedule import Mix

    notice_pauses()
    random.seed(1)
    asked = Asked(
        tags=tuple(job.get("tags", ())),
        exclude_tags=tuple(job.get("exclude", ())),
        client=ClientChoice(job.get("client", "auto")),
        flows=tuple(job.get("only", ())),
    )
    scenario = Scenario([Path(one) for one in job.get("files", [job["file"]])], {}, asked)
    environment: Any = Environment(events=events, host=HOST)
    environment.create_local_runner()
    scenario.aim(HOST, (), keep=False)
    environment.kampyn = LoadContext(url=HOST, api=TargetSettings(name="x"), feed=Feed([]))
    install(environment.kampyn, with_requests=scenario.with_requests)
    surroundings = Surroundings(environment, stop=lambda: None, arguments=job.get("arguments", ()))
    surroundings.init()
    pool = Pool(environment, scenario.make)
    outside: list[Any] = []
    pool.pacer = pacer_of(outside)
    surroundings.start()
    counted: dict[str, int] = {}
    failed: dict[str, int] = {}

    class Counting(Session):
        def request_done(self, sample: Any, /) -> None:
            super().request_done(sample)
            counted[f"{sample.method} {sample.name}"] = (
                counted.get(f"{sample.method} {sample.name}", 0) + 1
            )
            failed[f"{sample.method} {sample.name}"] = failed.get(
                f"{sample.method} {sample.name}", 0
            ) + (sample.error is not None)

    mix = Mix(scenario.weights, seed=1)
    workers: dict[str, Any] = {}
    flows: dict[str, int] = {}
    for number in range(job["sessions"]):
        flow = mix[number]
        flows[flow] = flows.get(flow, 0) + 1
        kind = scenario.user_of[flow]
        who = f"{kind} {number % job.get('workers', 1)}"
        worker = workers[who] = workers.get(who) or pool.spawn(kind)
        session = Counting(number=number, flow=flow, phase=0, due_us=now_us(), data={}, buffer=None)
        worker.give(session)
        while worker.session is not None:
            gevent.sleep(0.0005)
    surroundings.stopping()
    pool.cut()
    said = surroundings.end()
    return {
        "names": counted,
        "failed": failed,
        "weights": scenario.weights,
        "flows": flows,
        "errors": dict(pool.errors),
        "idle": dict(pool.idle_sessions),
        "apart": environment.kampyn.apart.to_message(),
        "remarks": scenario.remarks,
        "said": said,
        "outside": len(outside),
    }


def recorded() -> Any:
    with urllib.request.urlopen(f"{HOST}/__recorded", timeout=10) as response:
        return json.load(response)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a scenario prints is no answer
    own = {name: list(hook._handlers) for name, hook in vars(events).items()}
    for line in sys.stdin:
        job = json.loads(line)
        answer = (ours if SIDE == "ours" else stock)(job)
        print(json.dumps({"answer": answer, "recorded": recorded()}), file=answers, flush=True)
        for name, hook in vars(events).items():  # the next one begins without these listeners
            hook._handlers = list(own[name])


main()
