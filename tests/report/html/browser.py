"""Debian's Chromium without a screen, steered by its own driver."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kampyn_perf.results.load import LoadResult

ENDPOINTS = """
    return [...document.getElementById("endpoints").tBodies[0].rows]
        .filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"""
"""A script: the names in the table of endpoints, from the top."""
HINT = "install Debian's packages chromium and chromium-driver"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def available() -> bool:
    """Whether both are there."""
    return bool(_browser() and shutil.which("chromedriver"))


@contextmanager
def started() -> Iterator[Any]:
    """A driver; it ends with the block."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = _browser() or ""
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(60)
        yield driver
    finally:
        driver.quit()


def show(driver: Any, page: Path, *, width: int = 1280, scheme: str = "light") -> None:
    """Open the page in a window so wide, in colours so light."""
    for log in ("performance", "browser"):
        driver.get_log(log)  # what earlier pages left
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    driver.get(page.as_uri())


def _browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def press(driver: Any, button: Any) -> None:
    """Wherever it is: scrolling there takes its time."""
    driver.execute_script("arguments[0].click()", button)


def by_p95(result: LoadResult, *, down: bool) -> list[str]:
    """By P95; equal ones stay in the order that they had: after one turn, in that of the page."""
    figures = {one.name: one.requests.response.p95_us or 0 for one in result.endpoints}
    on_page = [one.name for one in result.endpoints]
    first = sorted(on_page, key=lambda name: -figures[name])
    return first if down else sorted(first, key=lambda name: figures[name])


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, for half a minute at most."""
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)
