"""Pictures of the pages for README and docs, by Debian's Chromium, in one command:

    python docs/screens.py RUNS

RUNS is a folder with runs of `load` (pass, invalid, partial; fail and after, as the demo leaves
them under before and after) and of `capacity` (capacity), as they are kept under reports/. Those of
`SHOWN` go into docs/screens/ and the README; with --all every page is taken at every width, light
and dark, into the folder that it names, to be looked at.
"""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from kampyn_perf import names
from kampyn_perf.cli import judging, pages
from kampyn_perf.compare import Condition
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.report.html import browser

DOCS = Path(__file__).parent
QUALITY = 55
WIDTHS, SCHEMES = (390, 1280, 1920), ("light", "dark")


class Shot(NamedTuple):
    """One picture: of which page, how wide, and from where to where."""

    page: str
    width: int
    scheme: str
    height: int
    at: str = "body"
    """What stands at its upper edge."""
    to: str = ""
    """Its name under docs/, where it has another one."""


SHOWN = (
    Shot("pass", 1280, "light", 1250, to="report-light.webp"),
    Shot("fail", 390, "light", 1250, to="report-phone.webp"),
    Shot("pass", 1920, "dark", 1250),
    Shot("pass", 390, "dark", 1250),
    Shot("fail", 1280, "light", 1400),
    Shot("fail", 1280, "dark", 1500, at="#time"),
    Shot("invalid", 1280, "light", 1000),
    Shot("invalid", 390, "dark", 1000),
    Shot("partial", 1280, "dark", 1000),
    Shot("partial", 1920, "light", 1000),
    Shot("comparison", 1280, "light", 1250),
    Shot("comparison", 390, "dark", 1250),
    Shot("against", 1280, "light", 1500, at="#against"),
    Shot("capacity", 1280, "light", 1250),
    Shot("capacity", 390, "dark", 1250),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="Every page, every size.")
    asked = parser.parse_args()
    made = dict(_pages(asked.runs))
    folder = asked.all or DOCS / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    shots = _every(made) if asked.all else SHOWN
    with browser.started() as driver:
        for shot in shots:
            if shot.page in made:
                path = folder / f"{shot.page}-{shot.width}-{shot.scheme}.webp"
                if shot.at != "body":
                    path = path.with_stem(f"{path.stem}-{shot.at.removeprefix('#')}")
                _take(driver, made[shot.page], shot, DOCS / shot.to if shot.to else path)
    return 0


def _every(made: dict[str, Path]) -> Iterator[Shot]:
    for page in made:
        for width in WIDTHS:
            for scheme in SCHEMES:
                yield Shot(page, width, scheme, 3_000)


def _pages(runs: Path) -> Iterator[tuple[str, Path]]:
    """Each page beside its run, made anew."""
    loads: dict[str, tuple[LoadResult, Path]] = {}
    for name in ("pass", "fail", "invalid", "partial", "after"):
        path = runs / name / names.RESULT_FILE
        if path.exists():
            result = io.read(path, {names.LOAD_SCHEMA: LoadResult})
            loads[name] = result, path
            yield name, _written(name, runs, _page(result, path, None))
    if {"after", "fail"} <= set(loads):
        new, path = loads["after"]
        against = pages.against(str(loads["fail"][1]), new, path, allowed=[Condition.BUSY])
        yield "against", _written("against", runs, _page(new, path, against))
        document = pages.page_of(against.comparison, path)
        yield "comparison", _written("comparison", runs, document)
    searched = runs / "capacity" / names.RESULT_FILE
    path, other = pages.read_other(searched) if searched.exists() else (searched, None)
    if other is not None:
        yield "capacity", _written("capacity", runs, pages.page_of(other, path))


def _page(result: LoadResult, path: Path, against: Any) -> bytes:
    folder = path.parent
    verdict = judging.stored_verdict(folder) or judging.usual_verdict(result, folder)
    return pages.load_page_of(result, verdict, folder=folder, against=against)


def _written(name: str, runs: Path, document: bytes) -> Path:
    path = runs / f"{name}.html"
    path.write_bytes(document)
    return path


def _take(driver: Any, page: Path, shot: Shot, path: Path) -> None:
    browser.show(driver, page.resolve(), width=shot.width, scheme=shot.scheme)
    place = "return document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY"
    top = driver.execute_script(place, shot.at)
    clip = {"x": 0, "y": top, "width": shot.width, "height": shot.height, "scale": 1}
    wanted = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", wanted)
    path.write_bytes(base64.b64decode(taken["data"]))
    print(f"{path}: {path.stat().st_size / 1024:.0f} KB")  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
