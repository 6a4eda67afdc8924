"""Flows as data, as Locust users: for `kampyn-perf load`, and for stock Locust in a locustfile:

    from kampyn_perf.load.data_flows import users_of_target

    globals().update(users_of_target())

There KAMPYN_TARGET names the file of configs/targets whose flows they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from kampyn_perf.errors import KampynError
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.scenario.context import ENV_TARGET, target_of
from kampyn_perf.load.target.flow import FlowSettings


def _run(user: FlowUser) -> None:
    """The flow of the user's name, once."""
    user.kampyn.flows[user.flow].steps(user)


def users(flows: Iterable[FlowSettings]) -> dict[str, type[FlowUser]]:
    """A class for each flow, by its name."""
    return {
        flow.name: _user_class(f"DataFlow{number}", flow)
        for number, flow in enumerate(flows, start=1)
    }


def _user_class(name: str, flow: FlowSettings) -> type[FlowUser]:
    members = {"flow": flow.name, "weight": flow.weight, "tasks": [_run], "__module__": __name__}
    kind: Any = type(FlowUser)  # Locust's own metaclass, which collects tasks
    made: type[FlowUser] = kind(name, (FlowUser,), members)
    return made


def users_of_target(environ: Mapping[str, str] | None = None) -> dict[str, type[FlowUser]]:
    """The classes of the flows in the target's file, by their own names. Raises KampynError."""
    target = target_of(os.environ if environ is None else environ)
    if not target.flows:
        raise KampynError(
            f"the target {target.name} has no flows",
            hint=f"{ENV_TARGET} names a file of configs/targets that has some.",
        )
    return {user.__name__: user for user in users(target.flows).values()}
