"""A page taken apart again."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Cell:
    text: str = ""
    value: str | None = None


@dataclass
class Page(HTMLParser):
    """Tables by their id (or number), texts of scripts and styles, and what it refers to."""

    html: str
    tables: dict[str, list[list[Cell]]] = field(default_factory=dict)
    scripts: list[tuple[dict[str, str | None], str]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    policy: str = ""
    references: list[str] = field(default_factory=list)
    styled: list[str] = field(default_factory=list)
    words: str = ""
    headings: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    """Of all headings, in their order."""
    captions: int = 0
    ids: list[str] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)
    """Text and value of everything that has a value."""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self._open: list[str] = []
        self._attributes: dict[str, str | None] = {}
        self._rows: list[list[Cell]] = []
        self._valued: int | None = None
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        self.references += [v for k, v in attrs if k in ("src", "href", "srcset", "action") and v]
        if "style" in given or any(key.startswith("on") for key in given):
            self.styled.append(f"{tag} {given}")
        if tag == "table":
            self._rows = self.tables.setdefault(given.get("id") or f"#{len(self.tables)}", [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append(Cell(value=given.get("data-value")))
        elif tag == "script":
            self._attributes = given
        self._note(tag, given)
        self._open.append(tag)

    def _note(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "caption":
            self.captions += 1
        elif tag in ("h1", "h2", "h3", "h4"):
            self.levels.append(int(tag[1]))
            if tag in ("h1", "h2"):
                self.headings.append("")
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if (value := given.get("data-value")) is not None:
            self.figures.append(("", value))
            self._valued = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if len(self._open) == self._valued:
            self._valued = None

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts.append((self._attributes, data))
        elif inside == "style":
            self.styles.append(data)
        else:
            data = data.replace("\N{NO-BREAK SPACE}", " ")  # only where lines are broken
            self.words += data
            if self._valued is not None:
                text, value = self.figures[-1]
                self.figures[-1] = (text + data, value)
            if {"h1", "h2"} & set(self._open):
                self.headings[-1] += data
            if {"td", "th"} & set(self._open) and self._rows and self._rows[-1]:
                self._rows[-1][-1].text += data

    @property
    def data(self) -> Any:
        (text,) = [text for given, text in self.scripts if given.get("id") == "data"]
        found = json.loads(text)
        for chart in found["charts"]:
            chart["at"] = found["moments"][chart["at"]]
        return found

    def chart(self, name: str) -> Any:
        (chart,) = [chart for chart in self.data["charts"] if chart["id"] == name]
        return chart


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
