"""Collations in one form: what is left out filled in with the defaults of the locale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.model.values import number

_COLLATION_DEFAULTS: dict[str, Any] = {
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
}
# The locales whose defaults differ, from the manual's "Collation Locales and Default Parameters".
_LOCALE_DEFAULTS: dict[str, dict[str, Any]] = {
    "da": {"caseFirst": "upper"},
    "mt": {"caseFirst": "upper"},
    "fr_CA": {"backwards": True},
    "th": {"alternate": "shifted"},
}


def normal_collation(collation: Mapping[str, Any] | None) -> str:
    """Canonical JSON with every option; empty for the simple collation. ICU's version goes."""
    if not collation or collation.get("locale") == "simple":
        return ""
    given = {str(key): number(value) for key, value in collation.items() if key != "version"}
    locale = _LOCALE_DEFAULTS.get(str(given.get("locale")), {})
    return _text(dict(sorted({**_COLLATION_DEFAULTS, **locale, **given}.items())))


def show_collation(text: str) -> str:
    """A `Normal`'s collation without what its locale has by default."""
    if not text:
        return "simple"
    given = json.loads(text)
    locale = str(given["locale"])
    defaults = {**_COLLATION_DEFAULTS, **_LOCALE_DEFAULTS.get(locale, {})}
    special = {k: v for k, v in given.items() if k != "locale" and defaults.get(k) != v}
    return _text({"locale": locale} | special)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
