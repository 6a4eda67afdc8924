"""The files of `configs/`, each with the model that reads it: their JSON Schemas, and their
reference (`docs/configuration.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from kampyn_perf import config_schema
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.faults.settings import FaultsSection
from kampyn_perf.indexes.catalogue.file import CatalogueSection
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.measure.settings import TargetFile
from kampyn_perf.slo.objectives import Slo


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """One of them."""

    title: str
    """Its name, as people write it."""
    model: type[BaseModel]
    about: str
    beside: Mapping[tuple[str, str], type[BaseModel]] = field(default_factory=dict)
    """Keys that another feature reads (`config_schema.schema_of`)."""

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return config_schema.schema_of(self.model, title=self.title, beside=self.beside)


FILES = {
    "load": ConfigFile(
        title="load.yaml",
        model=LoadSettings,
        about="What is run, and by which schedule: [load.md](load.md). `--config FILE`; "
        "environment `KAMPYN_LOAD_`.",
        beside={
            ("RunSettings", "faults"): FaultsSection,
            ("ProfileSettings", "faults"): FaultsSection,
        },
    ),
    "targets": ConfigFile(
        title="targets/NAME.yaml",
        model=TargetSettings,
        about="An API, its flows, and what is watched: [targets.md](targets.md). "
        "`--target NAME|FILE`.",
        beside={("TargetSettings", "watch"): TargetFile},
    ),
    "slo": ConfigFile(
        title="slo.yaml",
        model=Slo,
        about="Objectives: [slo.md](slo.md). `--slo NAME|FILE`; environment `KAMPYN_SLO_`.",
    ),
    "alerts": ConfigFile(
        title="alerts.yaml",
        model=Alerts,
        about="Rules of alerts: [alerts.md](alerts.md). `--alerts NAME|FILE`; environment "
        "`KAMPYN_ALERTS_`.",
    ),
    "backend": ConfigFile(
        title="backend.yaml",
        model=BackendSettings,
        about="The bundled backend: [backend.md](backend.md). Environment `KAMPYN_BACKEND_`.",
    ),
    "indexes": ConfigFile(
        title="indexes.yaml",
        model=CatalogueSection,
        about="The catalogue of indexes: [indexes.md](indexes.md). `--catalogue NAME|FILE`.",
    ),
}
