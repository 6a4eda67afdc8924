"""The `watch:` section: every problem with its place."""

from __future__ import annotations

import pytest

from kampyn_perf import config
from kampyn_perf.errors import ConfigError
from kampyn_perf.measure.settings import WatchSettings


def parsed(text: str) -> WatchSettings:
    return config.parse(WatchSettings, config.parse_yaml(text, "shop.yaml"), prefix=("watch",))


def test_a_whole_section() -> None:
    settings = parsed(
        """
ports: [8000]
mongo: [MONGO_URI_ORDER]
redis: {url: redis://localhost, maxMemory: 1GB, policy: allkeys-lfu}
probe: {path: /api/health, every: 250ms, timeout: 2s}
scrape:
  - {url: http://db:9100/metrics, every: 10s, metrics: [node_*], labels: {cpu: "0"}}
"""
    )
    assert settings.probe.every == 250_000
    assert settings.redis is not None
    assert settings.redis.maxMemory == 1024**3
    assert settings.scrape[0].labels == {"cpu": "0"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("port: [8000]", "watch.port"),
        ("ports: [0]", "watch.ports[0]"),
        ("probe: {path: health}", "a path begins with /: 'health'"),
        ("probe: {every: 1ms}", "watch.probe.every"),
        ("probe: {every: 10s}", "timeout must be at least as long as every"),
        ("scrape: [{}]", "watch.scrape[0].url"),
        ("redis: {maxMemory: lots, url: x}", "not a size: 'lots'"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    assert problem in str(caught.value)
