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
        own = [counted.requests for counted in result.endpoints if counted.name == endpoint]
        groups = list(own)
        if result.warm_up:
            groups.append(result.warm_up.requests)
        unanswered = sum(group.count - _answered(group.statuses) for group in groups)
        unanswered += sum(apart.failed for apart in result.apart if apart.name == endpoint)
        kept = result.breakdown
        for group in kept.cut_requests if kept else ():
            if group.endpoint in (endpoint, ""):
                unanswered += sum(row.total for row in group.rows())
        confirmed = sum(
            count
            for requests in own
            for status, count in requests.statuses.items()
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
    for order_id in stored:
        if order_id in seen:
            repeated.append(order_id)
            continue
        seen.add(order_id)
        if order_id not in known and order_id not in before:
            number += 1
            if number > asked.unanswered and len(others) < _EXAMPLES:
                others.append(order_id)
    lost = sorted(known - seen)
    surplus = max(number - asked.unanswered, 0) if asked.known else 0
    findings = [
        _finding(
            LOST, len(lost), [f"{order_id}: acknowledged, and not stored" for order_id in lost]
        ),
        _finding(
            TWICE, len(repeated), [f"{order_id}: stored more than once" for order_id in repeated]
        ),
        _finding(
            TWICE,
            surplus,
            [
                f"{number:,} are stored that no answer told of, and only {asked.unanswered:,} "
                "requests went without an answer",
                *(f"{order_id}: stored, and nobody was told" for order_id in others),
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
        findings=tuple(finding for finding in findings if finding.count),
    )


def _finding(invariant: str, count: int, examples: Sequence[str]) -> AuditFinding:
    return AuditFinding(invariant=invariant, count=count, examples=list(examples[:_EXAMPLES]))
