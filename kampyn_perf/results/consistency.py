"""Whether a load result's own numbers agree. Pure; a result that was edited or damaged shows here.

A run in which the recorder itself lost something is not valid, and may disagree with itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.errors import Problem
from kampyn_perf.results.load import LoadResult, Requests, RunStatus


def contradictions(result: LoadResult, source: str) -> list[Problem]:
    """What cannot be true at once; `source` is the file that says so."""
    validity = result.validity
    if not validity.valid:
        return []
    contradicted = list(_requests(result))
    if validity.reasons:
        contradicted.append(("validity.valid", "is true beside reasons why the run is not valid"))
    sessions = result.sessions
    over = result.status is not RunStatus.RUNNING  # until then some may wait for a virtual user
    if over and sessions.planned != sessions.started + sessions.dropped:
        contradicted.append(("sessions.planned", "is not the sum of started and dropped"))
    return [Problem(path, message, source) for path, message in contradicted]


def _requests(result: LoadResult) -> Iterator[tuple[str, str]]:
    groups: list[tuple[str, Requests]] = [("requests", result.requests)]
    for name in ("endpoints", "flows", "phases"):
        parts = [group.requests for group in getattr(result, name)]
        groups += [(f"{name}[{number}].requests", group) for number, group in enumerate(parts)]
        if sum(group.count for group in parts) != result.requests.count:
            yield name, "do not add up to requests.count"
    for path, group in groups:
        if group.failed != sum(group.errors.values()):
            yield f"{path}.failed", "is not the sum of errors"
        for times in ("response", "service"):
            if getattr(group, times).count != group.count:
                yield f"{path}.{times}.count", f"is not {path}.count"
