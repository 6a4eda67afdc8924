"""Of the backend's configuration: whom it asks and tells beside its stores. Microseconds inside."""

from __future__ import annotations

from enum import StrEnum

from pydantic import field_validator, model_validator

from kampyn_perf import redact
from kampyn_perf.config import Duration, Section


class ExternalSettings(Section):
    """An external API whose health is ours (the document's payment provider). Off by default."""

    url: str = ""
    """Its health route; empty: there is none."""
    timeout: Duration = 2_000_000
    """When it is given up."""
    every: Duration = 10_000_000
    """How old an answer may be: who asks for our health must not make us ask others' at will."""

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"not a web address: {redact.redact_url(url)!r}")
        return url


class NotificationMode(StrEnum):
    """Where word of an order goes."""

    NONE = "none"
    LOG = "log"
    """Two lines of out.log for each order."""
    WEBHOOK = "webhook"


class NotificationSettings(Section):
    """Telling customer and vendor about an order. Off by default: two lines for each order cost as
    much as a fifth of placing it."""

    mode: NotificationMode = NotificationMode.NONE
    """Where word of an order goes."""
    url: str = ""
    """Of the webhook: one POST of JSON for each notification."""
    timeout: Duration = 2_000_000
    """Of one of them."""

    @model_validator(mode="after")
    def _complete(self) -> NotificationSettings:
        if self.mode is NotificationMode.WEBHOOK and not self.url.startswith(
            ("http://", "https://")
        ):
            raise ValueError("mode webhook needs a url that begins with http:// or https://")
        return self
