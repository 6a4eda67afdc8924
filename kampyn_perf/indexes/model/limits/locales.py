"""Collations. Source: https://www.mongodb.com/docs/manual/reference/collation-locales-defaults/."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.model.limits.refusal import BAD_VALUE, Refusal
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.spec import IndexSpec

_TABLE = """
af sq am ar:compat hy as az:search bn:traditional be bs:search bs_Cyrl bg my ca:search chr
zh:big5han,gb2312han,unihan,zhuyin,pinyin,stroke zh_Hant:stroke hr:search cs:search da:search nl dz
en en_US en_US_POSIX eo et ee fo fil fi:search,traditional fi_FI:search,traditional fr fr_CA
gl:search ka de:search,eor,phonebook de_AT:phonebook el gu ha haw he:search hi hu is:search ig
smn:search id ga it ja:unihan kl:search kn:traditional kk km kok ko:search,searchjl,unihan ky lkt lo
lv ln:phonetic lt dsb lb mk ms ml mt mr mn ne se:search nb:search nn:search or om ps fa fa_AF pl pt
pa ro ru sr sr_Latn:search si:dictionary sk:search sl es:search,traditional sw sv:search ta te th bo
to tr:search uk hsb ur ug vi:traditional wae cy yi:search yo zu
"""
LOCALES = {
    name: frozenset(variants.split(",")) - {""}
    for name, _, variants in (word.partition(":") for word in _TABLE.split())
}
"""Each with its variants (`de@collation=phonebook`)."""
_VARIANT = "@collation="


def is_locale(text: str) -> bool:
    name, has_variant, variant = text.partition(_VARIANT)
    known = name in LOCALES and (not has_variant or variant in LOCALES[name])
    return known or text == "simple"


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    locale = (spec.collation or {}).get("locale")
    if locale is None or locale == "simple":
        return
    if not is_locale(str(locale)):
        yield Refusal(
            rule="collation-locale",
            message=f"{locale} is no locale that MongoDB knows",
            code=BAD_VALUE,
        )
    if spec.is_text or any(kind == PLANE for _, kind in spec.keys):
        message = "text and 2d indexes know only the simple collation"
        yield Refusal(rule="special-keys", message=message)
