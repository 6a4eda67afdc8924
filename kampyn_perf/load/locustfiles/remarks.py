"""What of a locustfile means something else where sessions arrive at a rate: said once, before the
run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from locust import User
from locust.user.users import User as BaseUser

from kampyn_perf.load.locustfiles.features import statistics_read
from kampyn_perf.load.locustfiles.loading import Loaded
from kampyn_perf.load.locustfiles.script import Found
from kampyn_perf.load.locustfiles.tree import stays_for_ever

_NEVER_FIRED = (
    "report_to_master",
    "worker_report",
    "worker_connect",
    "heartbeat_sent",
    "heartbeat_received",
    "reset_stats",
    "cpu_warning",
    "usage_monitor",
)
_SHOWN = 3


def remarks(loaded: Loaded, users: Iterable[type[User]], *, needs: Sequence[Found]) -> list[str]:
    """One line each. `needs` is what requests' client is used for."""
    users = list(users)
    said: list[str] = []
    if waiting := [kind for kind in users if kind.wait_time is not BaseUser.wait_time]:
        said.append(
            f"{_names(waiting)}: wait_time lies between the tasks of one session alone; when "
            "sessions begin, the schedule says"
        )
    for shape in loaded.shapes:
        kind = type(shape)
        said.append(
            f"{loaded.place(kind)}: the shape {kind.__name__} is not used: it counts users, and "
            "here phases say when sessions arrive"
        )
    said += [
        f"{loaded.place(kind)}: {kind.__name__} never interrupts itself: Locust's users would "
        "stay in it for ever, and here a session leaves it when it is over"
        for kind in dict.fromkeys(task_set for user in users for task_set in stays_for_ever(user))
    ]
    if needs:
        what = ", ".join(f"{need.what} ({need.place})" for need in needs[:_SHOWN])
        said.append(f"requests' own client is used, at several times the CPU, for: {what}")
    if read := statistics_read(loaded.script):
        said.append(
            f"{read.place}: {read.what} is read, so Locust's statistics are kept too, at some CPU"
        )
    return said


def unheard(events: Any) -> list[str]:
    """Of listeners on events that never come: of masters, workers and the web interface."""
    names = [
        name
        for name in _NEVER_FIRED
        if any(
            not str(getattr(handler, "__module__", "")).startswith("locust")
            for handler in getattr(events, name)._handlers
        )
    ]
    if not names:
        return []
    return [f"nothing fires here what a listener waits for: events.{', events.'.join(names)}"]


def _names(kinds: Iterable[type]) -> str:
    return ", ".join(kind.__name__ for kind in kinds)
