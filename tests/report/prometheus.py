"""Debian's Prometheus, scraping what a test serves."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


def available() -> bool:
    return shutil.which("prometheus") is not None


class Prometheus:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1"

    def query(self, expression: str) -> list[Any]:
        """What it answers; fails where it does not take the expression."""
        answer = self._get(f"/query?{urllib.parse.urlencode({'query': expression})}")
        assert answer["status"] == "success", answer
        result: list[Any] = answer["data"]["result"]
        return result

    def until(self, expression: str, *, seconds: float = 60) -> None:
        """Wait until it answers something."""
        give_up = time.monotonic() + seconds
        while True:
            try:
                if self.query(expression):
                    return
            except (OSError, json.JSONDecodeError):
                pass  # it is not there yet, or says "Service Unavailable" while it begins
            assert time.monotonic() < give_up, expression
            time.sleep(0.2)

    def _get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(self._api + path, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)


@contextmanager
def started(folder: Path, scraped: Mapping[str, str]) -> Iterator[Prometheus]:
    """Scrapes each job's `host:port/path` once a second; ends with the block."""
    jobs: list[dict[str, Any]] = []
    for job, address in scraped.items():
        host, _slash, path = address.partition("/")
        jobs.append(
            {"job_name": job, "metrics_path": f"/{path}", "static_configs": [{"targets": [host]}]}
        )
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "scrape_configs": jobs,
    }
    with started_by(folder, yaml.safe_dump(config)) as server:
        yield server


@contextmanager
def started_by(folder: Path, config: str) -> Iterator[Prometheus]:
    """The same with a configuration as it stands."""
    (folder / "prometheus.yml").write_text(config)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (folder / "prometheus.log").open("w")
    process = subprocess.Popen(
        [
            "prometheus",
            "--config.file=prometheus.yml",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        cwd=folder,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield Prometheus(port)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()
