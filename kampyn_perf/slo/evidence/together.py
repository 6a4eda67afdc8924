"""Several results as one: a flaw of any of them is a flaw of all. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.slo.evidence.estimate import Standing


class Together:
    """How several results stand; the first one gives its name."""

    def __init__(self, results: Sequence[Standing]) -> None:
        self._results = results

    @property
    def subject(self) -> str:
        return self._results[0].subject

    @property
    def started_at(self) -> str:
        return self._results[0].started_at

    @property
    def invalid(self) -> list[str]:
        return [
            f"{self._named(result)}: {why}" for result in self._results for why in result.invalid
        ]

    @property
    def partial(self) -> str:
        flawed = (result for result in self._results if result.partial)
        return "; ".join(f"{self._named(result)}: {result.partial}" for result in flawed)

    @property
    def empty(self) -> bool:
        return any(result.empty for result in self._results)

    @property
    def unreachable(self) -> str:
        return next((result.unreachable for result in self._results if result.unreachable), "")

    @property
    def all_failed(self) -> bool:
        return any(result.all_failed for result in self._results)

    @staticmethod
    def _named(result: Standing) -> str:
        return f"{result.subject} of {result.started_at}"
