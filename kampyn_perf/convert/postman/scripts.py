"""What of Postman's test scripts a target file can say: a status that is expected, a variable that
is set from the answer. Everything else is JavaScript, and is listed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kampyn_perf.convert.documents import Node

_STATUS = re.compile(
    r"to\.have\.status\(\s*(\d{3})\s*\)|responseCode\.code\s*===?\s*(\d{3})|"
    r"response\.code\)\.to\.(?:eql|equal|equals|be)\(\s*(\d{3})\s*\)"
)
_JSON_NAME = re.compile(
    r"(?:const|let|var)\s+(\w+)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\(\s*responseBody\s*\))"
)
_SET = re.compile(
    r"(?:pm\.(?:environment|collectionVariables|globals|variables)\.set|"
    r"postman\.set(?:Environment|Global)Variable)\(\s*[\"']([^\"']+)[\"']\s*,\s*"
    r"([\w.\[\]()]+?)\s*\)\s*;?\s*$",
    re.M,
)
_PATH = re.compile(r"(?:\.[A-Za-z_]\w*|\[\d+\])+")
_TESTS = re.compile(r"pm\.test\(|tests\[")


@dataclass(frozen=True)
class Script:
    """One request's script after the answer."""

    statuses: tuple[int, ...]
    sets: dict[str, str]
    """JSONPaths by the variables that they set."""
    left: str
    """What is not carried over; empty for nothing."""


def script_of(item: Node) -> Script:
    """Of the events of a request."""
    tests, ahead = _lines(item, "test"), _lines(item, "prerequest")
    statuses = [int(next(filter(None, groups))) for groups in _STATUS.findall(tests)]
    sets = _sets(tests)
    left = []
    rest = len(_TESTS.findall(tests)) - len(statuses)
    if rest > 0:
        left.append(f"{rest} test{'s' if rest > 1 else ''}")
    elif tests.strip() and not statuses and not sets:
        left.append("its script after the answer")
    if ahead.strip():
        left.append("its script before the request")
    return Script(tuple(dict.fromkeys(statuses)), sets, " and ".join(left))


def _sets(text: str) -> dict[str, str]:
    names = set(_JSON_NAME.findall(text))
    sets = {}
    for variable, expression in _SET.findall(text):
        whole = re.sub(r"^(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\))", "", expression)
        if whole == expression:
            name = re.match(r"\w+", expression)
            whole = expression[name.end() :] if name and name[0] in names else ""
        if _PATH.fullmatch(whole):
            sets[variable] = whole.removeprefix(".") if whole[0] == "." else f"${whole}"
    return sets


def _lines(item: Node, listen: str) -> str:
    scripts = []
    for event in item.child("event").entries():
        if event.mapping().get("listen") == listen:
            lines = event.child("script", "exec").value
            scripts.append("\n".join(map(str, lines)) if isinstance(lines, list) else
                           lines if isinstance(lines, str) else "")  # fmt: skip
    return "\n".join(scripts)
