"""The audit of one run: what is asked before it, kept during it, and judged after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.errors import UnreachableError
from kampyn_perf.load import bundled
from kampyn_perf.load.audit.acknowledged import AcknowledgedIds
from kampyn_perf.load.audit.asking import StoredOrders
from kampyn_perf.load.audit.judging import Asked, compare
from kampyn_perf.load.request import LoadRequest
from kampyn_perf.load.target.audit import AuditSettings
from kampyn_perf.results.audit import AuditFinding, StoreAudit
from kampyn_perf.results.load import LoadResult

_ASKED = "what is stored can be asked for"
_KEPT = "what was acknowledged is kept in the run's folder"


class Audit:
    """Does nothing for a request without one."""

    def __init__(self, request: LoadRequest, folder: Path) -> None:
        self._request = request
        self._settings = request.spec.api.audit if request.audit else None
        self._ids = AcknowledgedIds(folder / names.ACKNOWLEDGED_FILE)
        self._before: frozenset[str] = frozenset()
        self._own_before = bundled.StoredBefore()
        self._found: list[AuditFinding] = []

    def keep(self, ids: list[str]) -> None:
        """What answers acknowledged within a second."""
        self._ids.keep(ids)

    def begin(self, url: str) -> None:
        """The target is up, and nobody has ordered yet. Raises UnreachableError where what it has
        stored cannot be asked for."""
        settings, own = self._settings, self._request.bundled
        if self._request.audit and own:
            self._own_before = bundled.stored_before(own)
        elif settings and settings.orders:
            with self._asking(settings, url) as stored:
                self._before = frozenset(stored.listed())

    def found(self, findings: list[AuditFinding]) -> None:
        """What the bundled backend could only say while it was up."""
        self._found += findings

    def end(self, result: LoadResult, url: str) -> LoadResult:
        """With what the audit came to; the bundled backend has stopped by then."""
        if not self._request.audit:
            return result
        # What was not kept cannot be compared; what is left of it would accuse the target.
        settings = None if self._ids.trouble else self._settings
        if self._ids.trouble:
            self._found.append(_finding(_KEPT, self._ids.trouble))
        if own := self._request.bundled:
            audit = bundled.audit_after(
                result,
                own,
                settings,
                self._ids,
                self._request.spec,
                before=self._own_before,
                more=self._found,
            )
        else:
            audit = self._of_target(result, settings, url)
        return result.model_copy(update={"audit": audit})

    def _of_target(
        self, result: LoadResult, settings: AuditSettings | None, url: str
    ) -> StoreAudit:
        """A target that cannot be asked any more is a finding: the run has a result, which a
        reader wants to see."""
        if settings is not None:
            try:
                return self._compared(result, settings, url)
            except UnreachableError as error:
                self._found.append(_finding(_ASKED, error.message))
        return StoreAudit(ok=False, orders=0, findings=self._found)

    def _compared(self, result: LoadResult, settings: AuditSettings, url: str) -> StoreAudit:
        endpoint = self._request.spec.api.operations[settings.operation].endpoint
        asked = Asked.of(result, endpoint)
        known = set(self._ids)
        with self._asking(settings, url) as stored:
            if settings.orders:
                listed = list(stored.listed())
                if settings.order:  # a list may lag, or leave out
                    missing = known - set(listed)
                    listed += missing - set(stored.lost_of(sorted(missing)))
            else:
                listed = list(known - set(stored.lost_of(sorted(known))))
        comparison = compare(known, listed, asked, before=self._before)
        return StoreAudit(
            ok=not comparison.findings,
            orders=len(set(listed) - self._before),
            acknowledged=comparison.acknowledged,
            lost=comparison.lost,
            doubled=comparison.doubled if settings.orders else None,
            findings=list(comparison.findings),
        )

    @contextmanager
    def _asking(self, settings: AuditSettings, url: str) -> Iterator[StoredOrders]:
        stored = StoredOrders(settings, url, self._request.spec.api.headers)
        try:
            yield stored
        finally:
            stored.close()


def _finding(invariant: str, example: str) -> AuditFinding:
    return AuditFinding(invariant=invariant, count=1, examples=[example])
