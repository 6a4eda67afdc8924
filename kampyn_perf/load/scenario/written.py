"""A request as it is written down, before it is made ready. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.target.request import RequestSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRequest:
    """An operation of the target, or a step of a flow."""

    settings: RequestSettings
    method: str
    url: str
    """As it stands in the file, with the names in it."""
    name: str
    """What reports call it."""
    templates: Templates
    """What fills in the names."""
    common_headers: Mapping[str, str] = field(default_factory=dict)
    """Those of every request of the target."""

    @property
    def headers(self) -> dict[str, str]:
        """All that it carries; its own go before the common ones."""
        return {**self.common_headers, **self.settings.headers}
