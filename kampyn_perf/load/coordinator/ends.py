"""What the generators say at their ends, added up."""

from __future__ import annotations

from kampyn_perf.load.messages import End
from kampyn_perf.results.load import ApartRequests


class Ends:
    """Of all generators of one run that have come to their end."""

    def __init__(self) -> None:
        self.scenario_errors: dict[str, int] = {}
        self.idle_sessions: dict[str, int] = {}
        """Sessions that came to their end without a request, by flow."""
        self.remarks: list[str] = []
        """About how the scenario ended, each once."""
        self.apart: dict[str, ApartRequests] = {}
        """Requests that are in no other number, by endpoint."""

    def add(self, report: End) -> None:
        """One more has ended."""
        for requests in map(ApartRequests.model_validate, report.apart):
            known = self.apart.get(requests.name)
            self.apart[requests.name] = known.plus(requests) if known else requests
        for words, count in report.scenario_errors.items():
            self.scenario_errors[words] = self.scenario_errors.get(words, 0) + count
        for flow, count in report.idle_sessions.items():
            self.idle_sessions[flow] = self.idle_sessions.get(flow, 0) + count
        self.remarks += [words for words in report.remarks if words not in self.remarks]
