"""One figure over the runs of a store: which belong to one history, and where it changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kampyn_perf import stats
from kampyn_perf.errors import KampynError
from kampyn_perf.results.store import Run
from kampyn_perf.stats import ChangePoint
from kampyn_perf.units import counted

_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class History:
    """A figure of runs that can be compared, the oldest first."""

    metric: str
    runs: Sequence[Run]
    values: Sequence[float]
    points: Sequence[ChangePoint]
    left_out: Sequence[str]
    """Which runs have no part in it, and why."""

    def plain(self) -> dict[str, Any]:
        """The machine form."""
        return {
            "metric": self.metric,
            "runs": [
                {
                    "name": run.name,
                    "started_at": run.summary.started_at,
                    "commit": run.summary.commit,
                    "tags": list(run.tags.tags),
                    "value": value,
                }
                for run, value in zip(self.runs, self.values, strict=True)
            ],
            "change_points": [
                {
                    "run": self.runs[point.at].name,
                    "at": point.at,
                    "before": point.before,
                    "after": point.after,
                    "p_value": point.p_value,
                }
                for point in self.points
            ],
            "left_out": list(self.left_out),
        }


def history(
    runs: Sequence[Run],
    metric: str,
    *,
    like: Run | None = None,
    tag: str | None = None,
    last: int = 200,
) -> History:
    """The history of a run (the newest usable one where none is named). Raises KampynError where
    there is none, or no such figure."""
    usable = [run for run in runs if run.summary.status == "complete" and run.summary.valid]
    tagged = [run for run in usable if tag is None or tag in run.tags.tags]
    if not tagged:
        whose = f"with the tag {tag!r}" if tag else "that is complete and valid"
        raise KampynError(f"there is no run {whose}", hint="kampyn-perf reports list shows all.")
    reference = like or _newest_with(tagged, metric)
    name = _name(metric, reference)
    alike = [run for run in tagged if run.summary.key == reference.summary.key]
    having = [run for run in alike if name in run.summary.metrics]
    if not having:
        raise KampynError(f"no run like {reference.name} has the figure {name!r}")
    kept = having[-last:]
    values = [run.summary.metrics[name] for run in kept]
    others = {
        "not complete, or not valid": len(runs) - len(usable),
        "without the tag": len(usable) - len(tagged),
        "of another schedule, target or machine": len(tagged) - len(alike),
        "without the figure": len(alike) - len(having),
        "older": len(having) - len(kept),
    }
    return History(
        metric=name,
        runs=kept,
        values=values,
        points=stats.change_points(values),
        left_out=[f"{counted(count, 'run')} {why}" for why, count in others.items() if count],
    )


def _newest_with(runs: Sequence[Run], metric: str) -> Run:
    """The newest that has the figure, so that a benchmark in between is no obstacle."""
    wanted = metric.lower()
    for run in reversed(runs):
        if any(wanted in name.lower() for name in run.summary.metrics):
            return run
    return runs[-1]


def _name(metric: str, run: Run) -> str:
    """The figure's whole name. Raises KampynError where none, or several, are meant."""
    known = run.summary.metrics
    if metric in known:
        return metric
    near = [name for name in known if metric.lower() in name.lower()]
    if len(near) == 1:
        return near[0]
    shown = near or list(known)
    more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    what = "several figures are meant by" if near else "there is no figure"
    raise KampynError(
        f"{what} {metric!r}: {'; '.join(shown[:_SHOWN])}{more}",
        hint=f"kampyn-perf reports show {run.name} lists all.",
    )
