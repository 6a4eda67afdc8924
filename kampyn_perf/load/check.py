"""What would be found wrong with a request only once everything is started, and which flows run."""

from __future__ import annotations

from kampyn_perf.errors import KampynError
from kampyn_perf.load.coordinator.describe import describe
from kampyn_perf.load.messages import Describe, Flows
from kampyn_perf.load.request import LoadRequest
from kampyn_perf.load.spec import RunSpec, choose_flows


def check(request: LoadRequest) -> None:
    """Raises KampynError for a request that cannot be run. Starts nothing."""
    spec = request.spec
    if (
        request.audit
        and request.bundled is None
        and not (spec.api.audit and spec.api.audit.can_ask)
    ):
        raise KampynError(
            "--audit looks into the bundled backend's store, which --target replaces",
            hint="Of your own, say in the target's file how to ask what is stored: audit, with "
            "orders or order (docs/targets.md).",
        )
    limits = {"config.maxVusers": spec.max_vusers} | {
        f"maxVusers of phase {number}": phase.maxVusers
        for number, phase in enumerate(spec.phases, start=1)
        if phase.maxVusers
    }
    for name, limit in limits.items():
        if limit < request.generators:
            raise KampynError(
                f"{name} is {limit}: too few virtual users for {request.generators} generators",
                hint="Each needs one at least; use fewer workers, or allow more virtual users.",
            )


def flows(request: LoadRequest) -> dict[str, int]:
    """Names and weights of the flows that would run. Raises KampynError."""
    return dict(described(request).weights)


def described(request: LoadRequest) -> Flows:
    """The same, and what of a locustfile means something else than under Locust."""
    check(request)
    known = known_flows(request.spec)
    return Flows(weights=known) if known else describe(describe_command(request.spec))


def known_flows(spec: RunSpec) -> dict[str, int] | None:
    """The same, where no generator has to be asked: no flow is in Python. None otherwise. Raises
    KampynError."""
    if spec.scenarios is not None:
        return None
    weights = {flow.name: flow.weight for flow in spec.api.flows}
    return choose_flows(weights, spec.flows, spec.weights)


def describe_command(spec: RunSpec) -> Describe:
    """What a generator is asked to describe."""
    return Describe(
        scenarios=tuple(str(path) for path in spec.locustfiles),
        data_flows={flow.name: flow.weight for flow in spec.api.flows},
        flows=spec.flows,
        weights=spec.weights,
        tags=spec.tags,
        exclude_tags=spec.exclude_tags,
        client=spec.client,
    )
