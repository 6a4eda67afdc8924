"""Configuration: the file, then the environment, then flags; shown without secrets.

Tests `kampyn_perf/backend/cache_settings.py` too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from tests import forked

FILE = """
port: 6001
workers: 3
token_secret: from-the-file
token_lifetime: 2h
store:
  url: mongodb://shop:hunter2@db.example/shop
rate_limit:
  enabled: true
  others: 50
"""


def shown(*arguments: str, **environ: str) -> dict[str, Any]:
    words = ["backend", "serve", "--show-config", *arguments]
    done = forked.run(words, Path.cwd(), os.environ | environ, timeout=90)
    assert done.returncode == 0, done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "from-the" not in done.stdout + done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "backend.yaml"
    file.write_text(FILE)
    found = shown(
        "--config", str(file), "--port", "0", "--set", "rate_limit.admin=7",
        KAMPYN_BACKEND_PORT="6002",
        KAMPYN_BACKEND_WORKERS="5",
        KAMPYN_BACKEND_RATE_LIMIT__VENDOR="9",
        KAMPYN_BACKEND_TOKEN_SECRET="from-the-environment",
    )  # fmt: skip
    assert (found["port"], found["workers"]) == (0, 5)
    limits = found["rate_limit"]
    assert (limits["others"], limits["vendor"], limits["admin"]) == (50, 9, 7)
    assert found["token_secret"] == "***"
    assert found["token_lifetime"] == "2h"  # how long, not which: no secret
    assert found["store"]["url"] == "mongodb://shop:***@db.example/shop"


def test_what_is_shown_is_a_configuration(tmp_path: Path) -> None:
    first = shown("--workers", "2", "--cache", "off")
    file = tmp_path / "shown.yaml"
    file.write_text(yaml.safe_dump(first))
    assert shown("--config", str(file)) == first


def test_the_shipped_file_says_what_the_defaults_are(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("{}")
    assert shown() == shown("--config", str(empty))
