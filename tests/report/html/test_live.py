"""A page that follows a run, in a real browser.

Tests `kampyn_perf/report/serving.py` and `kampyn_perf/report/html/assets/live.js`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.report.html import load_page
from kampyn_perf.report.serving import LivePage
from tests.forked_function import Function
from tests.report.html.browser import ENDPOINTS, by_p95, press, until
from tests.report.html.samples import failing_run, judged
from tests.slo.runs import Run, steady

FIRED = "return document.getElementById('fired').innerText.replaceAll('\\u00a0', ' ')"
COUNT = """
    Object.assign(window, { waiting: new Set(), failed: 0 });
    const [later, never, ask] = [window.setTimeout, window.clearTimeout, window.fetch];
    window.setTimeout = (work, ms) => {
        const id = later(() => { waiting.delete(id); work(); }, ms);
        waiting.add(id);
        return id;
    };
    window.clearTimeout = (id) => { waiting.delete(id); never(id); };
    window.fetch = (...of) => ask(...of).catch((error) => { failed += 1; throw error; });"""

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_live_page_follows_the_run_to_its_end(driver: Any) -> None:
    """Zoom and place stay the reader's; figures and charts are those of the newest second."""
    page = LivePage(0)
    short, whole = failing_run(seconds=10), failing_run(seconds=20)
    try:
        driver.get_log("browser")
        page.show(lambda: load_page(short, judged(short), live=True), lambda: b"")
        driver.get(page.url)
        assert heading(driver).startswith("So far: ")
        assert last_moment(driver) == "0:09"
        page.show(lambda: load_page(whole, judged(whole), live=True), lambda: b"")
        until(lambda: last_moment(driver) == "0:19")
        page.show(lambda: load_page(whole, judged(whole)), lambda: b"")
    finally:
        page.close()
    until(lambda: heading(driver) == judged(whole).headline)
    until(lambda: last_moment(driver) == "0:19")
    assert driver.find_elements("css selector", "#tables table")
    # Other tests make networks, which ends requests under way; they are made again.
    expected = ("favicon", "ERR_NETWORK_CHANGED")
    logged = [str(entry) for entry in driver.get_log("browser")]
    assert [entry for entry in logged if not any(words in entry for words in expected)] == []


def test_a_live_page_keeps_the_order_of_its_tables_and_gets_what_is_new(driver: Any) -> None:
    page = LivePage(0)
    calm = Run(phases=[("p", steady(seconds=10))]).result()
    more, failing = Run(phases=[("p", steady(seconds=15))]).result(), failing_run(seconds=20)
    try:
        page.show(lambda: load_page(calm, None, live=True))
        driver.get(page.url)
        button = driver.find_element("xpath", "//table[@id='endpoints']//th[button='P95']/button")
        press(driver, button)
        page.show(lambda: load_page(more, None, live=True))
        requests = "return document.querySelector('#endpoints tfoot td').dataset.value"
        until(lambda: driver.execute_script(requests) == str(more.requests.count))
        assert driver.execute_script(ENDPOINTS) == by_p95(more, down=True)
        assert not driver.find_elements("css selector", "[data-chart=errors], .alerts")
        fired = more.model_copy(update={"alerts": failing.alerts})
        page.show(lambda: load_page(fired, None, live=True))
        until(lambda: "from 11.0 s on" in driver.execute_script(FIRED))
        page.show(lambda: load_page(failing, None, live=True))
        until(lambda: bool(driver.find_elements("css selector", "[data-chart=errors] canvas")))
    finally:
        page.close()


def test_a_request_that_fails_is_made_again_and_told_meanwhile(driver: Any) -> None:
    """A network that changes ends those under way; the page stood still for good then."""
    page = LivePage(0)
    short, whole = failing_run(seconds=10), failing_run(seconds=20)
    try:
        page.show(lambda: load_page(short, judged(short), live=True))
        driver.get(page.url)
        with blocked(driver, f"{page.url}/"):
            page.show(lambda: load_page(whole, judged(whole), live=True))
            until(lambda: "No longer connected since" in lost(driver))
            assert last_moment(driver) == "0:09"
        until(lambda: last_moment(driver) == "0:19")
        assert lost(driver) == ""
    finally:
        page.close()


def test_however_many_changes_fail_one_attempt_waits(driver: Any) -> None:
    page, run = LivePage(0), failing_run(seconds=10)
    try:
        page.show(lambda: load_page(run, judged(run), live=True))
        driver.get(page.url)
        with blocked(driver, f"{page.url}/"):
            driver.execute_script(COUNT)
            for _ in range(5):
                failed = driver.execute_script("return window.failed")
                page.show(lambda: load_page(run, judged(run), live=True))
                until(lambda known=failed: driver.execute_script("return window.failed") > known)
            assert driver.execute_script("return window.waiting.size") <= 1
    finally:
        page.close()


def test_a_run_that_is_gone_is_told(driver: Any, tmp_path: Path) -> None:
    told = tmp_path / "url"
    run = Function(show_for_ever, told)
    until(told.exists)
    driver.get(told.read_text())
    assert heading(driver).startswith("So far: ")
    run.kill()
    run.communicate()
    until(lambda: "No longer connected since" in lost(driver))
    driver.get("about:blank")  # or it would ask for ever


def show_for_ever(told: Path) -> None:
    page, run = LivePage(0), failing_run(seconds=10)
    page.show(lambda: load_page(run, judged(run), live=True))
    told.with_suffix(".new").write_text(page.url)
    told.with_suffix(".new").rename(told)
    threading.Event().wait()


@contextmanager
def blocked(driver: Any, url: str) -> Iterator[None]:
    """What asks for that fails within the block."""
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [url]})
    try:
        yield
    finally:
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def lost(driver: Any) -> str:
    found = driver.find_elements("css selector", "header .lost[role=status]")
    return found[0].text if found else ""


def heading(driver: Any) -> str:
    text: str = driver.execute_script("return document.querySelector('h1').textContent")
    return text


def last_moment(driver: Any) -> str:
    """Where the cursor stands at the end of the first chart."""
    plot = driver.find_element("css selector", "[data-chart=in-flight]")
    plot.send_keys("\ue010")  # End
    return str(plot.find_element("css selector", ".u-value").text)
