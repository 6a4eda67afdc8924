"""What was asked of `kampyn-perf compare`, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.cli import judging
from kampyn_perf.errors import KampynError
from kampyn_perf.report.comparison import Format
from kampyn_perf.results.unit import Unit

if TYPE_CHECKING:
    from kampyn_perf.compare.settings import Condition, Settings

_MOST = 1.0


@dataclass(frozen=True, kw_only=True)
class Judging:
    """How sides are compared."""

    margin: float
    rate_margin: float
    between_runs: float | None
    allowed: tuple[Condition, ...]
    strict: bool
    lenient: bool

    def settings(self) -> Settings:
        """As `compare.judge` takes them."""
        from kampyn_perf.compare.settings import Settings

        if not self.margin or not self.rate_margin:
            flag = "--rate-margin" if self.margin else "--margin"
            raise KampynError(f"{flag} 0: no two runs are the same; a margin is above 0")
        return Settings(
            margin=self.margin,
            rate_margin=self.rate_margin,
            between_runs=self.between_runs,
            allowed=self.allowed,
            strict=judging.is_strict(strict=self.strict, lenient=self.lenient),
        )


@dataclass(frozen=True, kw_only=True)
class Output:
    """What is told, and where."""

    form: Format
    out: Path | None
    everything: bool


def percent(text: str, flag: str) -> float:
    """The share that `5%`, `5 %` or `0` says. Raises KampynError."""
    plain = text.strip()
    value = 0.0 if plain == "0" else Unit.SHARE.parse(plain)
    if value is None or value >= _MOST:
        raise KampynError(
            f"{flag} {text!r} is no percentage below 100 %", hint=f"Write it as {flag} 5%."
        )
    return value
