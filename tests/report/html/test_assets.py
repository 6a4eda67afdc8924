"""What is not ours in a page is what its authors published, with their licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

ASSETS = Path("kampyn_perf/report/html/assets")
PUBLISHED = {  # of uplot 1.6.32 on npm, package/dist/ and package/LICENSE
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uPlot.LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_the_published_file(name: str) -> None:
    root = Path(__file__).parent.parent.parent.parent
    assert hashlib.sha256((root / ASSETS / name).read_bytes()).hexdigest() == PUBLISHED[name]


def test_the_version_stands_in_the_file() -> None:
    root = Path(__file__).parent.parent.parent.parent
    assert "v1.6.32" in (root / ASSETS / "uPlot.iife.min.js").read_text()
