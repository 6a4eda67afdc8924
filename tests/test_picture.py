"""The README's picture: the same in a browser and in librsvg, and nothing from the network.

Tests `docs/picture.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs_scripts import docs_script

ROOT = Path(__file__).parent.parent


def test_no_text_of_it_depends_on_a_space_at_its_beginning() -> None:
    svg = (ROOT / "docs" / "load.svg").read_text(encoding="utf-8")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert len(texts) > 40
    assert [text for text in texts if text.startswith((" ", "&#160;"))] == []
    assert "url(http" not in svg
    assert "@font-face" not in svg


def test_spaces_at_the_beginning_become_a_place() -> None:
    text = (
        '<text class="r1" x="10" y="20" textLength="61" clip-path="url(#c)">'
        "&#160;&#160;a&#160;&lt;&#160;</text>"
    )
    picture = docs_script("picture")
    moved = picture.portable(text)
    assert moved == (
        '<text class="r1" x="34.4" y="20" textLength="36.6" clip-path="url(#c)">a&#160;&lt;</text>'
    )
    empty = '<text class="r1" x="10" y="20" textLength="12" clip-path="url(#c)">\n</text>'
    assert picture.portable(empty) == ""
