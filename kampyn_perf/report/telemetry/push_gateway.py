"""A run's metrics, pushed to a gateway that Prometheus scrapes. prometheus_client speaks to it.

The group is replaced whole each time, and has the same name for every run of a machine: a gateway
forgets nothing by itself, and a group for each run would pile up there.
"""

from __future__ import annotations

from functools import partial
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit

from prometheus_client import push_to_gateway
from prometheus_client.exposition import basic_auth_handler, default_handler

from kampyn_perf.redact import redact_url
from kampyn_perf.report.load.openmetrics import registry_of
from kampyn_perf.report.telemetry.snapshot import DeliveryError, Snapshot

JOB = "kampyn-perf"
_TIMEOUT_S = 5.0


class PushGateway:
    """One gateway."""

    def __init__(self, url: str, *, instance: str) -> None:
        """`url` may carry user and password."""
        parts = urlsplit(url)
        bare = parts.netloc.rpartition("@")[2]
        self.name = f"push gateway {redact_url(url)}"
        self._url = urlunsplit(parts._replace(netloc=bare))
        self._instance = instance
        self._handler = default_handler
        if parts.username:
            self._handler = partial(
                basic_auth_handler, username=parts.username, password=parts.password or ""
            )

    def send(self, snapshot: Snapshot) -> None:
        """Replace what the gateway has of this machine. Raises DeliveryError."""
        try:
            push_to_gateway(
                self._url,
                job=JOB,
                registry=registry_of(snapshot.families),
                grouping_key={"instance": self._instance},
                timeout=_TIMEOUT_S,
                handler=self._handler,
            )
        except HTTPError as error:
            raise DeliveryError(f"it answered {error.code}") from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None)
            raise DeliveryError(str(reason or error)) from error
