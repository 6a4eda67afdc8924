"""What was acknowledged, and what is stored, to findings. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kampyn_perf.results.audit import AuditFinding
from kampyn_perf.results.load import LoadResult

LOST = "a confirmed order is in the store"
TWICE = "an order is placed once"
UNTOLD = "an answer that confirms an order tells its id"
_EXAMPLES = 5
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of the requests that acknowledge, whoever counted them."""

    confirmed: int
    """Answered as one that acknowledges is."""
    unanswered: int
    """Without an answer, or with one from 500 on: whether they were carried out nobody knows."""
    known: bool = True
    """False of a result of an earlier version, which does not say."""

    @classmethod
    def of(cls, result: LoadResult, endpoint: str, *, success: str = "2") -> Asked:
        """Of one endpoint; `success` begins the statuses that acknowledge.

        A warm-up, and what is counted apart, does not say which of its requests were of which
        endpoint, or what came of them: all that may have been is taken as it may.
        """
        groups = [one.requests for one in result.endpoints if one.name == endpoint]
        if result.warm_up:
            groups.append(result.warm_up.requests)
        unanswered = sum(one.count - _answered(one.statuses) for one in groups)
        unanswered += sum(one.failed for one in result.apart if one.name == endpoint)
        kept = result.breakdown
        for group in kept.cut_requests if kept else ():
            if group.endpoint in (endpoint, ""):
                unanswered += sum(row.total for row in group.rows())
        confirmed = sum(
            count
            for one in result.endpoints
            if one.name == endpoint
            for status, count in one.requests.statuses.items()
            if status.startswith(success)
        )
        return cls(confirmed=confirmed, unanswered=unanswered, known=kept is not None)


def _answered(statuses: dict[str, int]) -> int:
    return sum(count for status, count in statuses.items() if int(status) < _SERVER_ERROR)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Figures and findings of one comparison."""

    acknowledged: int
    lost: int
    doubled: int
    findings: tuple[AuditFinding, ...]


def compare(
    acknowledged: Iterable[str],
    stored: Iterable[str],
    asked: Asked,
    *,
    before: Collection[str] = frozenset(),
) -> Compared:
    """Each acknowledged id is stored once; of others that are stored and were not there `before`
    there are no more than requests of which nobody knows what became."""
    known = set(acknowledged)
    seen: set[str] = set()
    repeated: list[str] = []
    others: list[str] = []
    number = 0
    for one in stored:
        if one in seen:
            repeated.append(one)
            continue
        seen.add(one)
        if one not in known and one not in before:
            number += 1
            if number > asked.unanswered and len(others) < _EXAMPLES:
                others.append(one)
    lost = sorted(known - seen)
    surplus = max(number - asked.unanswered, 0) if asked.known else 0
    findings = [
        _finding(LOST, len(lost), [f"{one}: acknowledged, and not stored" for one in lost]),
        _finding(TWICE, len(repeated), [f"{one}: stored more than once" for one in repeated]),
        _finding(
            TWICE,
            surplus,
            [
                f"{number:,} are stored that no answer told of, and only {asked.unanswered:,} "
                "requests went without an answer",
                *(f"{one}: stored, and nobody was told" for one in others),
            ],
        ),
        _finding(
            UNTOLD,
            asked.confirmed if not known else 0,
            ["the target's `audit` says where: operation and id"],
        ),
    ]
    return Compared(
        acknowledged=len(known),
        lost=len(lost),
        doubled=len(repeated) + surplus,
        findings=tuple(one for one in findings if one.count),
    )


def _finding(invariant: str, count: int, examples: Sequence[str]) -> AuditFinding:
    return AuditFinding(invariant=invariant, count=count, examples=list(examples[:_EXAMPLES]))
