"""Rules about indexes, against the catalogue: pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.facts import IndexFacts
from kampyn_perf.doctor.findings import Finding, Level

_SHOWN = 5


def of_indexes(indexes: IndexFacts) -> Iterator[Finding]:
    """Whether those of the catalogue are there."""
    if indexes.unseen:
        yield Finding(
            rule="indexes-unseen",
            level=Level.WARNING,
            what=f"the indexes of {indexes.where} could not be looked at: {indexes.unseen}",
            consequence="one that is missing would not be seen",
        )
    if indexes.missing:
        names = ", ".join(indexes.missing[:_SHOWN])
        more = len(indexes.missing) - _SHOWN
        number = len(indexes.missing)
        yield Finding(
            rule="missing-indexes",
            level=Level.PROBLEM,
            what=f"{'1 index' if number == 1 else f'{number} indexes'} of the catalogue "
            f"{'is' if number == 1 else 'are'} missing in {indexes.where}: {names}"
            + (f" and {more} more" if more > 0 else ""),
            consequence="queries scan whole collections, and more data makes them slower",
            remedy="kampyn-perf indexes plan shows them, kampyn-perf indexes apply makes them.",
        )
    if indexes.conflicts:
        yield Finding(
            rule="conflicting-indexes",
            level=Level.WARNING,
            what=f"{', '.join(indexes.conflicts[:_SHOWN])} differ from the catalogue",
            consequence="queries may use another index than the one that was meant",
            remedy="kampyn-perf indexes plan",
        )
