"""What is watched beside the client: processes, machine, database, Redis, any Prometheus page, and
the health route.

    plan = watchers_for(WatchRequest(url="http://localhost:5001", local=True))
    with watch(plan) as watching:
        for at_us, sample in watching.samples():
            ...

Inside: `settings` (what users write), `plan` and `select` (which watchers), `watchers` (one kind a
module) over `prometheus`, `http` and `finding`, and `lane`, `runner` and `store`, which run them.
"""

from kampyn_perf.measure.finding import forwarder_at, is_this_machine
from kampyn_perf.measure.plan import OwnBackend, WatchPlan, WatchRequest
from kampyn_perf.measure.readings import Quantity, Sample
from kampyn_perf.measure.runner import Measured, Runner
from kampyn_perf.measure.select import watchers_for
from kampyn_perf.measure.settings import WatchFlags, WatchSettings, load_settings
from kampyn_perf.measure.watch import Watch, runner_of, watch

__all__ = [
    "Measured",
    "OwnBackend",
    "Quantity",
    "Runner",
    "Sample",
    "Watch",
    "WatchFlags",
    "WatchPlan",
    "WatchRequest",
    "WatchSettings",
    "forwarder_at",
    "is_this_machine",
    "load_settings",
    "runner_of",
    "watch",
    "watchers_for",
]
