"""The flows of a run: those that a locustfile declares, and those that are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from locust.util.load_locustfile import load_locustfile

from kampyn_perf.errors import KampynError
from kampyn_perf.load.data_flows import users
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.target.flow import FlowSettings


def declared(classes: dict[str, type[FlowUser]]) -> dict[str, int]:
    """The weight of each flow."""
    return {name: int(flow.weight) for name, flow in classes.items()}


def all_flows(scenarios: Path | None, data: Iterable[FlowSettings]) -> dict[str, type[FlowUser]]:
    """Both kinds, by name. Raises KampynError."""
    flows = dict(load_flows(scenarios)) if scenarios else {}
    made = users(data)
    refuse_same(scenarios, flows, made)
    return {**flows, **made}


def refuse_same(
    scenarios: Path | None, python: Mapping[str, object], data: Mapping[str, object]
) -> None:
    """Raises KampynError for a name that flows of both kinds have."""
    for name in data:
        if name in python:
            raise KampynError(f"{scenarios} and the flows as data both have a flow {name!r}")


@cache
def load_flows(path: Path) -> dict[str, type[FlowUser]]:
    """The flows of a locustfile by name, in the order they stand. Raises KampynError."""
    try:
        classes, _shapes = load_locustfile(str(path.absolute()))
    except (Exception, SystemExit) as error:
        raise KampynError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    flows: dict[str, type[FlowUser]] = {}
    for user in classes.values():
        if not issubclass(user, FlowUser):
            raise KampynError(
                f"{path}: {user.__name__} is a Locust user, but no FlowUser",
                hint="Derive it from kampyn_perf.load.flow.FlowUser, so that it can be scheduled.",
            )
        name = user.flow_name()
        if name in flows:
            raise KampynError(f"{path}: two classes have the flow name {name!r}")
        if not user.tasks:
            raise KampynError(f"{path}: {user.__name__} has no @task")
        flows[name] = user
    if not flows:
        raise KampynError(f"{path} declares no flow: no class that derives from FlowUser")
    return flows
