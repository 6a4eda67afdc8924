"""Text indexes. Sources:
https://www.mongodb.com/docs/manual/core/indexes/index-types/index-text/text-index-restrictions/,
https://www.mongodb.com/docs/manual/reference/text-search-languages/."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.model.limits.refusal import Refusal
from kampyn_perf.indexes.model.options import OPTIONS, TEXT
from kampyn_perf.indexes.model.spec import WILDCARD, IndexSpec, is_wildcard_path

_NAMES = """
danish dutch english finnish french german hungarian italian norwegian portuguese romanian russian
spanish swedish turkish none da nl en fi fr de hu it nb no pt ro ru es sv tr
"""
LANGUAGES = frozenset(_NAMES.split())
"""Names and codes, in small letters; a server does not mind their case."""
_OF_TEXT = {option.name for option in OPTIONS if option.only_with == TEXT}


def is_language(name: str) -> bool:
    return name.lower() in LANGUAGES


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if not spec.is_text:
        if spec.options.keys() & _OF_TEXT:
            message = "weights and languages belong to a text index"
            yield Refusal(rule="special-keys", message=message)
        return
    if spec.unique:
        yield Refusal(rule="special-keys", message="a text index cannot be unique")
    places = [place for place, (_, kind) in enumerate(spec.keys) if kind == TEXT]
    if places[-1] - places[0] >= len(places):
        message = "the text fields of a key must be neighbours"
        yield Refusal(rule="text-fields-apart", message=message)
    if any(is_wildcard_path(path) and path != WILDCARD for path, kind in spec.keys if kind == TEXT):
        yield Refusal(rule="special-keys", message="a text index over all fields has the key $**")
    language = spec.options.get("default_language")
    if isinstance(language, str) and not is_language(language):
        yield Refusal(
            rule="text-language",
            message=f"{language} is no language that text indexes know (none leaves words as they "
            "are)",
        )
