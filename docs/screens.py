"""Pictures of a page for README and docs, by Debian's Chromium:

    python docs/screens.py reports/latest/report.html docs/report [--height 1250]

writes docs/report-light.webp (a desktop), docs/report-dark.webp and docs/report-phone.webp.
"""

from __future__ import annotations

import argparse
import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.report.html import browser

QUALITY = 60
_VIEWS = (("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("stem", type=Path)
    parser.add_argument("--height", type=int, default=1250)
    parser.add_argument("--only", choices=[name for name, _w, _s in _VIEWS])
    asked = parser.parse_args()
    with browser.started() as driver:
        for name, width, scheme in _VIEWS:
            if asked.only not in (None, name):
                continue
            browser.show(driver, asked.page.resolve(), width=width, scheme=scheme)
            clip = {"x": 0, "y": 0, "width": width, "height": asked.height, "scale": 1}
            wanted = {
                "format": "webp",
                "quality": QUALITY,
                "clip": clip,
                "captureBeyondViewport": True,
            }
            taken = driver.execute_cdp_cmd("Page.captureScreenshot", wanted)
            path = asked.stem.with_name(f"{asked.stem.name}-{name}.webp")
            path.write_bytes(base64.b64decode(taken["data"]))
            print(f"{path}: {path.stat().st_size / 1024:.0f} KB")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
