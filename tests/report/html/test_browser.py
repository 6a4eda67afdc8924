"""The page in a real browser: it draws, asks for nothing, and can be used without a mouse.

Tests `kampyn_perf/report/html`; `test_live.py` has pages that follow a run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.report.html import load_page
from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import format_duration, format_percent, format_rate, format_size
from tests.report.html import browser
from tests.report.html.browser import ENDPOINTS, by_p95, press, until
from tests.report.html.samples import MARKUP, failing_run, judged
from tests.report.html.test_pages import document_of

UNDRAWN = """
    return [...document.querySelectorAll("section > .charts .plot")]
        .filter((plot) => !plot.querySelector("canvas")).length"""
NAMED = """
    const named = (one) => one.tagName + " " + (one.dataset.chart || one.textContent.slice(0, 20));
    """
FOCUSED = f"{NAMED} return named(document.activeElement)"
NOTE_FOCUS = f"""{NAMED}
    window.reached = [];
    document.addEventListener("focusin", (event) => window.reached.push(named(event.target)))"""
FORMATTED = """
    return arguments[0].map((value) => [
        formats.us(value), formats.bytes(value), formats.per_s(value), formats.share(value / 1e6),
    ])"""

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def result() -> LoadResult:
    run = failing_run()
    endpoints = [
        *run.endpoints,
        *(run.endpoints[1].model_copy(update={"name": f"GET /other/{n}"}) for n in range(8)),
    ]
    return run.model_copy(update={"endpoints": endpoints})


@pytest.fixture(scope="module")
def page(result: LoadResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(load_page(result, judged(result), name=MARKUP, config={"name": MARKUP}))
    return path


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_everything_and_asks_for_nothing(
    driver: Any, page: Path, width: int, scheme: str
) -> None:
    browser.show(driver, page, width=width, scheme=scheme)
    assert driver.get_log("browser") == []
    asked = [
        json.loads(entry["message"])["message"]["params"]["request"]["url"]
        for entry in driver.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]
    assert driver.execute_script(UNDRAWN) == 0
    assert driver.execute_script("return document.querySelectorAll('canvas').length") >= 8
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert driver.execute_script("return document.querySelectorAll('img').length") == 0
    assert driver.title.endswith(MARKUP), "a name with markup ran nothing"


def test_a_column_sorts_by_its_figures(driver: Any, page: Path, result: LoadResult) -> None:
    browser.show(driver, page)
    button = driver.find_element("xpath", "//table[@id='endpoints']//th[button='P95']/button")
    press(driver, button)
    assert driver.execute_script(ENDPOINTS) == by_p95(result, down=True)
    press(driver, button)
    assert driver.execute_script(ENDPOINTS) == by_p95(result, down=False)
    sorts = "return document.querySelector('#endpoints th[aria-sort]').getAttribute('aria-sort')"
    assert driver.execute_script(sorts) == "ascending"


def test_the_filter_leaves_what_has_the_words(driver: Any, page: Path) -> None:
    browser.show(driver, page)
    field = driver.find_element("css selector", "[data-filter=endpoints]")
    field.send_keys("OTHER/3")
    assert driver.execute_script(ENDPOINTS) == ["GET /other/3"]


def test_zoom_is_that_of_all_charts_and_goes_back(driver: Any, page: Path) -> None:
    """By the keyboard alone."""
    browser.show(driver, page)
    plots = driver.find_elements("css selector", "[data-chart]")
    before = axes(driver)
    plots[0].send_keys("+")
    zoomed = axes(driver)
    assert zoomed != before
    plots[1].send_keys("\ue00c")  # Escape
    assert axes(driver) == before


def axes(driver: Any) -> list[str]:
    """What every chart looks like, by its pixels."""
    script = "return [...document.querySelectorAll('section#time canvas')].map(c => c.toDataURL())"
    images: list[str] = driver.execute_script(script)
    return images


def test_an_alert_leads_to_its_place(driver: Any, page: Path) -> None:
    browser.show(driver, page)
    before = axes(driver)
    link = driver.find_element("css selector", ".alerts a")
    link.send_keys("\ue007")
    assert all(a != b for a, b in zip(axes(driver), before, strict=True))
    assert driver.current_url.endswith("#times")


def test_a_finding_leads_to_its_place_by_the_keyboard_and_back(driver: Any, page: Path) -> None:
    """The stretch is shown and shaded, the keyboard is on its chart; Escape shows the whole run."""
    browser.show(driver, page)
    before = axes(driver)
    link = driver.find_element("css selector", ".places a")
    link.send_keys("\ue007")
    shaded = axes(driver)
    assert all(a != b for a, b in zip(shaded, before, strict=True))
    assert driver.execute_script(FOCUSED) == "DIV times"
    focused = driver.switch_to.active_element
    focused.send_keys("+")
    assert axes(driver) != shaded
    focused.send_keys("\ue00c")  # Escape
    until(lambda: axes(driver) == before)


def test_buttons_zoom_for_who_has_neither_mouse_nor_keys(driver: Any, page: Path) -> None:
    browser.show(driver, page, width=390)
    before = axes(driver)
    closer, wider, whole = driver.find_elements("css selector", "[data-zoom]")
    press(driver, closer)
    assert all(a != b for a, b in zip(axes(driver), before, strict=True))
    press(driver, wider)
    until(lambda: axes(driver) == before)
    press(driver, closer)
    press(driver, whole)
    until(lambda: axes(driver) == before)


def test_on_paper_it_is_white_and_nothing_is_cut(driver: Any, page: Path) -> None:
    browser.show(driver, page, width=1280, scheme="dark")
    ground = "return getComputedStyle(document.body).backgroundColor"
    dark = driver.execute_script(ground)
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script(ground) == "rgb(255, 255, 255)" != dark
    widest = "return Math.max(...[...document.querySelectorAll('canvas')].map(c => c.clientWidth))"
    assert driver.execute_script(widest) <= 720
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    assert driver.execute_script(ground) == dark
    assert driver.execute_script(widest) > 500


def test_the_arrows_read_the_values(driver: Any, page: Path, result: LoadResult) -> None:
    browser.show(driver, page)
    plot = driver.find_element("css selector", "[data-chart=in-flight]")
    for _ in range(3):
        plot.send_keys("\ue014")
    values = [cell.text for cell in plot.find_elements("css selector", ".u-value")]
    assert values == ["0:03", str(result.seconds[3].in_flight)]
    plot.send_keys("\ue010")  # End
    said = driver.find_element("id", "said").get_attribute("textContent")
    assert said == f"at 0:19, sessions in flight {result.seconds[-1].in_flight}"


def test_everything_that_is_used_has_a_name(driver: Any, page: Path) -> None:
    """As the browser tells a screen reader."""
    browser.show(driver, page)
    driver.execute_cdp_cmd("Accessibility.enable", {})
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {
        *("button", "link", "textbox", "searchbox", "checkbox"),
        *("image", "application", "region", "table", "navigation"),
    }
    named = [n for n in nodes if not n.get("ignored") and n["role"]["value"] in roles]
    nameless = [
        n["role"]["value"]
        for n in named
        if not n.get("name", {}).get("value") and not is_legend(n, nodes)
    ]
    assert len(named) > 30
    assert nameless == []


def is_legend(node: Any, nodes: Any) -> bool:
    """The table under a chart, which has the chart's name."""
    by_id = {one["nodeId"]: one for one in nodes}
    while node.get("parentId"):
        node = by_id[node["parentId"]]
        if node["role"]["value"] in ("application", "image"):
            return True
    return False


def test_the_tab_key_walks_through_all_of_it(driver: Any, page: Path) -> None:
    browser.show(driver, page)
    driver.execute_script(NOTE_FOCUS)
    reached: list[str] = []
    while len(reached) < 200 and reached.count("A Skip to the report") < 2:
        driver.switch_to.active_element.send_keys("\ue004" * 20)
        reached = driver.execute_script("return window.reached")
    assert reached[0] == "A Skip to the report"
    assert "DIV times" in reached
    assert "BUTTON Whole run" in reached
    assert "BUTTON P95" in reached
    assert reached.count("A Skip to the report") >= 2, "no trap: it comes round"


def test_figures_are_told_as_everywhere_else(driver: Any, page: Path) -> None:
    """The page's script formats like `units`."""
    browser.show(driver, page)
    source = driver.execute_script("return [...document.scripts].at(-1).textContent")
    start, end = source.index("const three"), source.index("const format = ")
    values = [0, 7, 842, 999.4, 1_000, 9_996, 99_960, 12_345, 123_456, 1e6, 61e6, 3_700e6]
    told = driver.execute_script(source[start:end] + FORMATTED, values)
    for value, (us, size, rate, share) in zip(values, told, strict=True):
        assert us == format_duration(value)
        assert size == format_size(value)
        assert rate == format_rate(value)
        assert share == format_percent(value / 1e6)


@pytest.mark.parametrize("name", ["against", "capacity", "comparison", "watch", "trend"])
def test_other_pages_draw_and_fit(driver: Any, name: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(document_of(name))
    for width in (390, 1280):
        browser.show(driver, page, width=width)
        assert driver.get_log("browser") == []
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        undrawn = "return document.querySelectorAll('[data-curve]:not([data-drawn])').length"
        assert driver.execute_script(undrawn) == 0
        assert driver.execute_script(UNDRAWN) == 0
