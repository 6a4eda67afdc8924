"""The objectives of a file: read and checked before anything runs; every problem at once, with its
path. `configs/slo.yaml` has the built-in ones."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kampyn_perf import config
from kampyn_perf.config import Section
from kampyn_perf.errors import ConfigError
from kampyn_perf.slo.kinds import RequestTimes, SessionTimes
from kampyn_perf.slo.objective import Objective

CONFIG_NAME = "slo"
API_NAME = "slo-api"
_KAMPYN_TARGETS = ("reference", "kampyn")
"""Files of configs/targets that speak KAMPYN's API."""
ENV_PREFIX = "KAMPYN_SLO_"


class Slo(Section):
    """All objectives, by name."""

    objectives: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Objective] = Field(
        min_length=1
    )
    """By name."""

    @property
    def thresholds_us(self) -> tuple[int, ...]:
        """The times that requests and sessions are told apart by; a run told of them before it
        begins can be judged exactly at them."""
        times = (
            target.first_bad
            for objective in self.objectives.values()
            for target in (objective.target, objective.warn)
            if target is not None and not target.relative
            if isinstance(objective.described.evidence, RequestTimes | SessionTimes)
        )
        return tuple(sorted(set(times)))


def usual_for(target: str) -> str:
    """The objectives for a run against `target`, where nobody names some: the user's own slo.yaml;
    KAMPYN's for its API; for any other those that make sense anywhere."""
    own = (Path("configs") / f"{CONFIG_NAME}.yaml").is_file()
    return CONFIG_NAME if own or target in _KAMPYN_TARGETS else API_NAME


def load(
    name: str = CONFIG_NAME,
    *,
    sets: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    more: config.Source | None = None,
) -> Slo:
    """The objectives of a file (`./configs/slo.yaml` or the built-in ones), environment and flags;
    and `more`, from elsewhere, which may be set too.

    Raises ConfigError with every problem.
    """
    source = _read(config.find(name))
    if more and more.data:
        config.parse(Slo, more)  # so that its problems have its own lines
        both = {**source.data.get("objectives", {}), **more.data["objectives"]}
        source = replace(source, data={**source.data, "objectives": both})
    return config.load(
        Slo,
        source,
        environ=os.environ if environ is None else environ,
        prefix=ENV_PREFIX,
        sets=sets,
    )


def places(name: str = CONFIG_NAME) -> tuple[Path, dict[str, int]]:
    """The file that `load` reads, and the line of each objective in it."""
    path = config.find(name)
    lines = _read(path).lines
    return path, {str(at[1]): line for at, line in lines.items() if _is_objective(at)}


def _is_objective(path: config.PathKey) -> bool:
    return len(path) == 2 and path[0] == "objectives"


def _read(path: Path) -> config.Source:
    """The file's data. What makes it no YAML is most often a target without its quotes."""
    try:
        return config.read_yaml(path)
    except ConfigError as error:
        raise ConfigError(
            error.problems, hint='Quote targets that begin with >, as in target: ">= 99.9 %".'
        ) from error
