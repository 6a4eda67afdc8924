"""A page in one file: templates, styles, scripts and data, and the policy that allows nothing else.

The Content-Security-Policy names the digests of the file's own script and style and forbids all
else: no request leaves the page, and a name with markup in it can run nothing, even if it came
through. The templates escape every value besides.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kampyn_perf.units import unparted

_HERE = Path(__file__).parent
_ASSETS = _HERE / "assets"
_STYLES = ("uPlot.min.css", "page.css")
_LIBRARY = "uPlot.iife.min.js"
_SCRIPTS = ("formats.js", "charts.js", "tables.js", "live.js", "start.js")
_ASKING = "; connect-src 'self'"


def render(
    template: str, context: Mapping[str, Any], *, data: Mapping[str, Any], live: bool = False
) -> bytes:
    """The whole document: `template` with `context`, and `data` for its script. Where it is `live`,
    its script may ask where it came from for what is new."""
    style = _joined(_STYLES)
    script = f'{_joined((_LIBRARY,))}\n(() => {{\n"use strict";\n{_joined(_SCRIPTS)}\n}})();'
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; "
        f"img-src data:; base-uri 'none'; form-action 'none'{_ASKING if live else ''}"
    )
    text = (
        environment()
        .get_template(template)
        .render(
            **context,
            policy=policy,
            style=Markup(style),  # noqa: S704 - files of ours
            script=Markup(script),  # noqa: S704
            data=_embedded(data),
        )
    )
    return text.encode()


@cache
def environment() -> Environment:
    """The templates of all pages, each made when it is asked for first."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unparted"] = unparted
    return environment


@cache
def _joined(names: tuple[str, ...]) -> str:
    """Files of ours, as they stand within their element. None may end it."""
    text = "\n".join((_ASSETS / name).read_text(encoding="utf-8") for name in names)
    if "</script" in text.lower() or "</style" in text.lower():
        raise ValueError(f"an asset of {names} would end its own element")
    return text


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _embedded(data: Mapping[str, Any]) -> Markup:
    """JSON that no HTML parser can mistake for markup."""
    text = orjson.dumps(data).decode()
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704
