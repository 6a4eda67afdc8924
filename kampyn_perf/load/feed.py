"""Which user, item and vendor a session works with: by the session's number, so that it is the
same in every run and every worker has its own. Pure."""

from __future__ import annotations

from typing import Any

from kampyn_perf.datafile import DataFile

# Each list is walked with a stride of its own that shares no factor with it, so that neighbouring
# sessions differ in all three and every combination comes.
_STRIDES = (1, 7_919, 104_729)


class Feed:
    """Session data by number; endless."""

    def __init__(self, data: DataFile) -> None:
        self._uni = data.uniId
        self._lists = tuple(
            [entry.model_dump() for entry in entries]
            for entries in (data.users, data.items, data.vendors)
        )

    def __getitem__(self, number: int) -> dict[str, Any]:
        """The data of session `number`: {"uniId", "user", "item", "vendor"}."""
        user, item, vendor = (
            entries[number * stride % len(entries)]
            for entries, stride in zip(self._lists, _STRIDES, strict=True)
        )
        return {"uniId": self._uni, "user": user, "item": item, "vendor": vendor}
