"""Which arm runs next, which rounds count, and when it is decided. Pure.

The order within each round is drawn: always base first condemns the newcomer for what the first
run warms up, and what drifts. The test may be looked at after every round (`stats.signs`), so it
ends as soon as it is decided. A round with a run that means nothing (an invalid one, a busy
machine) counts for neither side, and is run again; where that happens too often there is no answer.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kampyn_perf.compare import conclude
from kampyn_perf.compare.comparable import unfit
from kampyn_perf.compare.figures import Figures
from kampyn_perf.compare.judging import figures_of, of_figures
from kampyn_perf.compare.pairs.arms import PairsRequest, Role
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Design
from kampyn_perf.results.load import LoadResult

_SPARE = 0.5
"""Rounds that may be run again, as a share of the pairs; two at least."""


@dataclass
class Plan:
    """A comparison as far as it has come."""

    request: PairsRequest
    kept: dict[Role, list[LoadResult]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """Why rounds did not count."""
    figures: dict[Role, list[Figures]] = field(default_factory=dict)
    """What the runs say that are kept."""
    _judged: dict[Role, list[Compared]] = field(default_factory=dict)
    """As of the last round."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.request.seed)  # noqa: S311 - an order, no secret
        for role in self.roles:
            self.kept[role], self.figures[role] = [], []

    @property
    def roles(self) -> tuple[Role, ...]:
        """Of each round."""
        return (Role.BASE, Role.NEW, *((Role.CONTROL,) if self.request.control else ()))

    @property
    def pairs(self) -> int:
        """Rounds that count."""
        return len(self.kept[Role.BASE])

    def order(self) -> list[Role]:
        """Of the next round."""
        roles = list(self.roles)
        self._random.shuffle(roles)
        return roles

    def take(self, results: Mapping[Role, LoadResult]) -> str:
        """A round is over. Why it does not count; empty where it does."""
        for role, result in results.items():
            reason = next(unfit(result, self.request.settings.allowed), "")
            if reason:
                self.lost.append(f"{role}: {reason}")
                return self.lost[-1]
        for role in self.roles:
            self.kept[role].append(results[role])
            self.figures[role].append(figures_of(results[role], scatter=False))
        self._judged.clear()
        return ""

    def primary(self) -> list[Compared]:
        """What is known of the figures that decide."""
        return [row for row in self._rows(Role.NEW) if row.primary]

    @property
    def too_many_lost(self) -> bool:
        """Whether so many rounds meant nothing that the rest means little."""
        return len(self.lost) > max(2, int(self.request.most * _SPARE))

    @property
    def over(self) -> bool:
        """Whether there is nothing more to run."""
        if self.pairs >= self.request.most or self.too_many_lost:
            return True
        return self.pairs > 0 and (self.hopeless or self._decided() or self._control_moved())

    @property
    def hopeless(self) -> bool:
        """Whether the figures that decide have no value: more pairs would not give them one."""
        rows = self.primary()
        return self.pairs > 0 and all(row.change is None for row in rows)

    def _decided(self) -> bool:
        rows = self.primary()
        return bool(rows) and all(row.outcome is not Change.INCONCLUSIVE for row in rows)

    def _control_moved(self) -> bool:
        if Role.CONTROL not in self.roles:
            return False
        return any(conclude.moved(row) for row in self._rows(Role.CONTROL) if row.primary)

    def _rows(self, role: Role) -> list[Compared]:
        if role not in self._judged:
            self._judged[role] = of_figures(
                self.figures[Role.BASE],
                self.figures[role],
                Design.PAIRS,
                self.request.settings,
                primary=self.request.primary,
            )
        return self._judged[role]


def reasons_of(plan: Plan) -> Sequence[str]:
    """Why there is no answer, for reasons of the plan."""
    if plan.too_many_lost:
        return [
            f"{len(plan.lost)} rounds meant nothing, beside {plan.pairs} that count; the last: "
            f"{plan.lost[-1]}"
        ]
    if not plan.pairs:
        return ["no pair was completed"]
    if plan.hopeless:
        words = [f"{row.title}: {row.explanation}" for row in plan.primary()]
        return [*(words or ["what decides was not measured"]), "make each run longer (--for)"]
    return []
