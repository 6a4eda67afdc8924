"""What answers acknowledged: the ids that a target has told, kept until they are handed over."""

from __future__ import annotations

from typing import Any

from kampyn_perf.load.target.audit import AuditSettings
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath

_REFUSED = 300
"""The first status that promises nothing."""


class Acknowledged:
    """Of one process; holds no more than came since the last `take`."""

    def __init__(self, settings: AuditSettings, endpoint: str) -> None:
        """`endpoint` is the name that requests of the operation have."""
        self.endpoint = endpoint
        self._path = JsonPath(settings.id)
        self._ids: list[str] = []

    def note(self, response: Any) -> None:
        """An answer of the endpoint. Never raises: what tells no id acknowledges nothing."""
        if not 200 <= response.status_code < _REFUSED:
            return
        try:
            order_id = self._path.first(response.json())
        except ValueError:
            return
        if isinstance(order_id, str | int) and order_id is not MISSING:
            self._ids.append(str(order_id))

    def take(self) -> list[str]:
        """Those since the last time."""
        taken, self._ids = self._ids, []
        return taken
