"""Durations, rates and sizes: text in, whole microseconds and bytes inside, text out."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

MICROSECONDS = 1_000_000
"""Microseconds in a second."""

_DURATION_US = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": MICROSECONDS,
    "sec": MICROSECONDS,
    "m": 60 * MICROSECONDS,
    "min": 60 * MICROSECONDS,
    "h": 3_600 * MICROSECONDS,
    "d": 86_400 * MICROSECONDS,
}
_SIZE_BYTES: dict[str, int] = {"b": 1} | {
    prefix + suffix: 1024**power
    for power, prefix in enumerate(("k", "m", "g", "t"), start=1)
    for suffix in ("", "b", "ib")
}
RATE_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3_600}
_VALUE_AND_UNIT = re.compile(r"(\d|[<>]=?) (?=[\d%]|(?:µs|ms|s|min|h|B|KB|MB|GB|TB)\b)")
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_RATE = re.compile(rf"{_NUMBER}(?:/(?P<over>[1-9]\d*))?\s*(?:/\s*(?P<per>[a-z]+))?")
_DURATION_PART = re.compile(
    rf"(\d+(?:\.\d+)?)({'|'.join(sorted(_DURATION_US, key=len, reverse=True))})"
)


def parse_duration(value: object, *, default_unit: str = "s") -> int:
    """Microseconds of `60`, `"60s"`, `"1m30s"` or `"250ms"`; a bare number is in `default_unit`.

    Raises ValueError for anything else, for negatives and for booleans.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{_plain(value)}{default_unit}"
    elif isinstance(value, str):
        text = value.strip().replace(" ", "")
        if re.fullmatch(_NUMBER, text):
            text += default_unit
    else:
        raise ValueError(_duration_help(value))
    parts = re.findall(
        rf"(\d+(?:\.\d+)?)({'|'.join(sorted(_DURATION_US, key=len, reverse=True))})", text
    )
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(_duration_help(value))
    total = sum(
        (Fraction(Decimal(number)) * _DURATION_US[unit] for number, unit in parts), Fraction(0)
    )
    return round(total)


def spell_duration(us: int) -> str:
    """The shortest exact text that `parse_duration` reads back: `15min`, `250ms`, `1500us`."""
    for unit, size in (
        ("h", 3_600 * MICROSECONDS),
        ("min", 60 * MICROSECONDS),
        ("s", MICROSECONDS),
    ):
        if us and us % size == 0:
            return f"{us // size}{unit}"
    return f"{us // 1_000}ms" if us % 1_000 == 0 else f"{us}us"


def parse_size(value: object) -> int:
    """Bytes of `1024`, `"512MB"` or `"1GiB"`. Powers of 1024, as Redis and Node count."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = re.fullmatch(rf"{_NUMBER}\s*(?P<unit>[a-zA-Z]*)", str(value).strip())
    if (
        match is None
        or isinstance(value, bool)
        or (match["unit"] or "b").lower() not in _SIZE_BYTES
    ):
        raise ValueError(
            f"not a size: {value!r} (write for example 512MB, 1GB or a number of bytes)"
        )
    return round(Fraction(Decimal(match["number"])) * _SIZE_BYTES[(match["unit"] or "b").lower()])


def parse_rate(value: object) -> Fraction:
    """Events per second, exactly, of `50`, `0.5`, `"50/s"`, `"3000/min"` or `"1/60/s"`."""
    match = None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        text = value if isinstance(value, str) else _plain(value)
        match = _RATE.fullmatch(text.strip())
    if match is None or (match["per"] or "s") not in RATE_SECONDS:
        raise ValueError(f"not a rate: {value!r} (write for example 50, 0.5 or 3000/min)")
    whole = Fraction(Decimal(match["number"])) / int(match["over"] or 1)
    return whole / RATE_SECONDS[match["per"] or "s"]


def format_duration(us: float) -> str:
    """Three significant figures, in the unit that fits: `842 µs`, `12.3 ms`, `7 min 0 s`; `0 s`."""
    if us == 0:
        return "0 s"  # the beginning of a run, more often than a length
    if us < 0:
        return f"-{format_duration(-us)}"
    if us < 1_000:
        return f"{us:.0f} µs"
    if us < MICROSECONDS:
        return f"{_three(us / 1_000)} ms"
    if us < 60 * MICROSECONDS:
        return f"{_three(us / MICROSECONDS)} s"
    seconds = round(us / MICROSECONDS)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def format_nanoseconds(ns: float) -> str:
    """`412 ns`, `1.23 µs`, then as `format_duration`; for what is shorter than a microsecond."""
    if abs(ns) < 1_000:
        return f"{ns:.0f} ns"
    return f"{_three(ns / 1_000)} µs" if abs(ns) < 1e6 else format_duration(ns / 1_000)


def format_size(size: float) -> str:
    """`512 B`, `4.20 MB`, `1.00 GB`, in powers of 1024."""
    for unit in ("B", "KB", "MB", "GB"):
        if abs(size) < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{_three(size)} {unit}"
        size /= 1024
    return f"{_three(size)} TB"


def format_moment(text: str) -> str:
    """`2026-11-28 05:14 UTC` of a moment in ISO 8601; what is none, as it is."""
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M %Z}".strip()
    except ValueError:  # a result may come from anywhere
        return text


def format_rate(per_second: float) -> str:
    """`50/s`, `12.3/s`; whole numbers stay whole."""
    return f"{per_second:.0f}/s" if per_second == round(per_second) else f"{_three(per_second)}/s"


def format_percent(share: float) -> str:
    """`99.95 %` of 0.9995, with as many digits as tell it from a whole number."""
    if 0 < share < 1e-6:
        return "< 0.0001 %"
    return f"{share * 100:.4g} %" if 0 < share < 0.999 else f"{share * 100:.6g} %"


def _three(value: float) -> str:
    """Three digits, of what it is rounded to."""
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def _plain(value: float) -> str:
    return f"{Decimal(str(value)):f}"


def _duration_help(value: object) -> str:
    return f"not a duration: {value!r} (write for example 60, 60s, 250ms or 1m30s)"


def unparted(text: str) -> str:
    """The same, with a space between a value and its unit, or a sign and its value, at which no
    line is broken."""
    return _VALUE_AND_UNIT.sub("\\1\N{NO-BREAK SPACE}", text)


def counted(number: int, noun: str) -> str:
    """`1 session`, `3,100 sessions`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
