"""All parts of one worker, put together by hand."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.backend.limiting.logins import LoginLimiter
from kampyn_perf.backend.metrics import Metrics
from kampyn_perf.backend.passwords import Passwords
from kampyn_perf.backend.ports import ResponseCache, Store
from kampyn_perf.backend.services.health import Health
from kampyn_perf.backend.services.ordering import Ordering
from kampyn_perf.backend.services.processing import Processing
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.tokens import Tokens


@dataclass(frozen=True, kw_only=True)
class Services:
    """What routes may use."""

    settings: BackendSettings
    store: Store
    cache: ResponseCache
    metrics: Metrics
    passwords: Passwords
    logins: LoginLimiter
    tokens: Tokens
    ordering: Ordering
    processing: Processing
    health: Health
