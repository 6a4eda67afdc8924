"""The flows of a run: those that a locustfile declares, and those that are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from locust import User

from kampyn_perf.errors import KampynError
from kampyn_perf.load import data_flows
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.locustfiles.features import statistics_read
from kampyn_perf.load.locustfiles.loading import (
    Loaded,
    check_tasks,
    keep_tagged,
    load_files,
    needs_requests,
)
from kampyn_perf.load.locustfiles.remarks import remarks
from kampyn_perf.load.locustfiles.shares import class_shares, whole
from kampyn_perf.load.locustfiles.tree import Leaf, leaves
from kampyn_perf.load.locustfiles.visitor import Failed, LocustVisitor
from kampyn_perf.load.messages import Describe
from kampyn_perf.load.settings import ClientChoice
from kampyn_perf.load.spec import RunSpec, choose_flows
from kampyn_perf.load.target.flow import FlowSettings


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the flows was asked for."""

    flows: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    client: ClientChoice = ClientChoice.AUTO

    @classmethod
    def of(cls, said: Describe | RunSpec) -> Asked:
        """Of a question, or of a run."""
        return cls(
            flows=said.flows,
            weights=said.weights,
            tags=said.tags,
            exclude_tags=said.exclude_tags,
            client=ClientChoice(said.client),
        )


class Scenario:
    """The flows that there are. Raises KampynError for what cannot be run."""

    def __init__(
        self, paths: Sequence[Path], data: Mapping[str, int], asked: Asked | None = None
    ) -> None:
        """`data` are flows as data, with their weights."""
        self._asked = asked or Asked()
        self.loaded: Loaded | None = load_files(tuple(paths)) if paths else None
        self.own: dict[str, type[FlowUser]] = {}
        """By flow: users that were written for this program, and flows as data."""
        self.users: dict[str, type[User]] = {}
        """Locust's own, by their names."""
        self.leaves: dict[str, dict[str, Leaf]] = {}
        """The flows of each of those, by name."""
        self.remarks: list[str] = []
        self.with_requests = self._asked.client is ClientChoice.REQUESTS
        self.keeps_statistics = False
        if self.loaded:
            self._take(self.loaded)
        declared = self._shares()
        for name, weight in data.items():
            if name in declared:
                where = self.loaded.shown if self.loaded else ""
                raise KampynError(f"{where} and the flows as data both have a flow {name!r}")
            declared[name] = Fraction(weight)
        flows = {
            name: weight for name, weight in self._asked.weights.items() if name not in self.users
        }
        self.weights = choose_flows(whole(declared), self._asked.flows, flows)

    def take_data_flows(self, flows: Iterable[FlowSettings]) -> None:
        """What the names of flows as data stand for: needed to run them."""
        self.own |= data_flows.users(flows)

    @property
    def user_of(self) -> dict[str, str]:
        """Who runs each flow, by the name that `make` takes."""
        mine = {flow: user for user, flows in self.leaves.items() for flow in flows}
        return {flow: mine.get(flow, flow) for flow in self.weights}

    @property
    def classes(self) -> list[type[User]]:
        """All users that take part."""
        return [*self.own.values(), *self.users.values()]

    def make(self, name: str, environment: Any, failed: Failed) -> Any:
        """Somebody new who runs flows: a `vuser_pool.Visitor`."""
        if name in self.own:
            return self.own[name](environment)
        return LocustVisitor(
            self.users[name],
            self.leaves[name],
            environment,
            scenario_file=str(self.loaded.file_of(name)) if self.loaded else "",
            failed=failed,
        )

    def aim(self, url: str, allowed: tuple[str, ...], *, keep: bool) -> None:
        """Tell Locust's users whom they ask: `url`, or with `keep` the host of their own class.
        Raises KampynError for a host that was not allowed."""
        for kind in self.users.values():
            if not (keep and kind.host):
                kind.host = url
            check_host(kind.host, allowed)

    def _take(self, loaded: Loaded) -> None:
        left = dict(loaded.users)
        if self._asked.tags or self._asked.exclude_tags:
            for name in keep_tagged(left, self._asked.tags, self._asked.exclude_tags):
                self.remarks.append(
                    f"{name} takes no part: none of its tasks has the tags asked for"
                )
                del left[name]
            if not left:
                raise KampynError(f"{loaded.shown}: no task has the tags that were asked for")
        check_tasks(loaded, left.values())
        for name, kind in left.items():
            if not issubclass(kind, FlowUser):
                self.users[name] = kind
                self.leaves[name] = {leaf.name: leaf for leaf in leaves(kind)}
                continue
            flow = kind.flow_name()
            if flow in self.own:
                raise KampynError(f"{loaded.shown}: two classes have the flow name {flow!r}")
            self.own[flow] = kind
        if self.users:
            needs = needs_requests(loaded, self.users.values())
            if self._asked.client is ClientChoice.AUTO:
                self.with_requests = bool(needs)
            self.keeps_statistics = statistics_read(loaded.script) is not None
            self.remarks += remarks(
                loaded, self.users.values(), needs=needs if self.with_requests else []
            )

    def _shares(self) -> dict[str, Fraction]:
        own: dict[str, type[User]] = dict(self.own)
        places = self.loaded.script.classes() if self.loaded else {}
        by_class = class_shares({**own, **self.users}, places, self._class_weights())
        shares = {name: by_class[name] for name in own}
        for user, flows in self.leaves.items():
            for flow, leaf in flows.items():
                if flow in shares:
                    raise KampynError(f"there are two flows of the name {flow!r}")
                shares[flow] = by_class[user] * leaf.share
        return shares

    def _class_weights(self) -> dict[str, int]:
        return {name: weight for name, weight in self._asked.weights.items() if name in self.users}
