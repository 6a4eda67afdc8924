"""CSS selectors on an answer that is HTML. The parser is an extra: most APIs answer no HTML."""

from __future__ import annotations

import random
from typing import Any

from kampyn_perf.load.target.jsonpath import MISSING

INSTALL = "pip install 'kampyn-perf[html]'"
LAST, RANDOM = "last", "random"


def _parser() -> Any:
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError as error:
        raise ValueError(f"a selector needs the package selectolax: {INSTALL}") from error
    return LexborHTMLParser


def check_selector(text: str) -> None:
    """Raises ValueError for what is no selector, or where nothing can look for one."""
    try:
        _parser()("<p></p>").css(text)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"is no CSS selector: {text!r}") from error


class Selector:
    """Which element, and what of it."""

    def __init__(self, *, attr: str | None, index: int | str, whole: bool) -> None:
        """`whole`: without an `attr`, all attributes and not the text, as Artillery has it."""
        self._attr = attr
        self._index = index
        self._whole = whole
        self._parser = _parser()

    def find(self, html: str, selector: str) -> Any:
        """The value, or `MISSING`."""
        elements = self._parser(html).css(selector)
        element = self._chosen(elements)
        if element is None:
            return MISSING
        if self._attr is not None:
            value = element.attributes.get(self._attr, MISSING)
            return "" if value is None else value  # an attribute without a value
        return dict(element.attributes) if self._whole else element.text(strip=True)

    def _chosen(self, elements: list[Any]) -> Any:
        if not elements:
            return None
        if self._index == RANDOM:
            return random.choice(elements)  # noqa: S311 (no secret)
        if self._index == LAST:
            return elements[-1]
        place = int(self._index)
        return elements[place] if place < len(elements) else None
