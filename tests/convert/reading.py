"""What a written project means, read by the program's own models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from kampyn_perf import config
from kampyn_perf.convert.draft import Draft
from kampyn_perf.convert.project.files import files_of
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.target.check import reference_problems
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.slo import objectives


def saved(folder: Path, document: Any, name: str = "source.json") -> Path:
    """A document in a file."""
    path = folder / name
    path.write_bytes(orjson.dumps(document))
    return path


def read_back(draft: Draft, folder: Path) -> TargetSettings:
    """The target of the written files, all of which are checked."""
    files = files_of(draft)
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.body)
    source = config.read_yaml(folder / f"configs/targets/{draft.name}.yaml")
    target = config.parse(TargetSettings, source)
    assert reference_problems(target, source) == []
    load = config.parse(LoadSettings, config.read_yaml(folder / "configs/load.yaml"))
    assert load.config.target == draft.name
    assert objectives.load(str(folder / "configs/slo.yaml"), sets=[])
    return target


def all_text(draft: Draft) -> str:
    """Everything that is written, as one text."""
    return "\n".join(file.body.decode() for file in files_of(draft).values())
