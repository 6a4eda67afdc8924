"""What of a locustfile only Locust's own clients can do, found in its text. Pure.

What is not found here and is used all the same ends the session with an error that names it: the
lean client never does something else in silence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kampyn_perf.load.locustfiles.script import Found, Script, place

_OF_THE_SESSION = frozenset({
    "mount", "get_adapter", "adapters", "hooks", "cert", "proxies", "stream", "params",
    "prepare_request", "merge_environment_settings", "resolve_redirects", "rebuild_auth", "send",
    "max_redirects",
})  # fmt: skip
"""Of requests.Session; looked for right behind `.client`."""
_ANYWHERE = frozenset({
    "get_adapter", "iter_content", "iter_lines", "apparent_encoding", "merge_environment_settings",
    "is_permanent_redirect", "prepare_request", "rebuild_auth",
})  # fmt: skip
"""Names that hardly anything else has."""
_OPTIONS = frozenset({"cert", "proxies", "hooks"})
_METHODS = frozenset({"get", "head", "options", "delete", "post", "put", "patch", "request"})
_MODULES = ("requests.auth", "requests.adapters", "requests.sessions", "requests_")
"""Imported for nothing else than the client; `requests_` for requests_toolbelt and its like."""
_STATISTICS = ("environment.stats", "runner.stats", "env.stats")


def requests_features(script: Script) -> list[Found]:
    """What needs the client of requests."""
    uses = [Found(name, where) for name, where in script.imports() if name.startswith(_MODULES)]
    for path, tree in script.modules.items():
        for node in ast.walk(tree):
            uses += _of_node(node, path)
    return list({use.what: use for use in reversed(uses)}.values())[::-1]


def addresses(script: Script) -> list[Found]:
    """Whole URLs that its clients ask, as far as they stand in the text."""
    return [
        Found(text, place(path, node))
        for path, tree in script.modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (text := _address(node))
    ]


def statistics_read(script: Script) -> Found | None:
    """Where it reads Locust's own statistics, which are otherwise not kept."""
    for path, tree in script.modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "stats":
                text = ast.unparse(node)
                if text.endswith(_STATISTICS):
                    return Found(text, place(path, node))
    return None


def _of_node(node: ast.AST, path: Path) -> Iterator[Found]:
    match node:
        case ast.Attribute(attr=name, value=ast.Attribute(attr="client") | ast.Name(id="client")):
            if name in _OF_THE_SESSION:
                yield Found(f"client.{name}", place(path, node))
        case ast.Attribute(attr=name) if name in _ANYWHERE:
            yield Found(f".{name}", place(path, node))
        case ast.Call(func=ast.Attribute(attr=method), keywords=keywords) if method in _METHODS:
            for keyword in keywords:
                if _is_clients(node) and _needs_requests(keyword):
                    yield Found(f"{keyword.arg}=", place(path, keyword.value))


def _address(call: ast.Call) -> str:
    """The URL of a call of the client; of one that is put together, what comes before that."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return ""
    if not _is_clients(call):
        return ""
    for argument in call.args[:2]:
        match argument:
            case (
                ast.Constant(value=str(text))
                | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_])
            ):
                if re.match(r"https?://[^/]+(/|$)", text):
                    return text
    return ""


def _is_clients(call: ast.Call) -> bool:
    return "client" in ast.unparse(call.func) or "session" in ast.unparse(call.func)


def _needs_requests(keyword: ast.keyword) -> bool:
    value = keyword.value
    is_constant = isinstance(value, ast.Constant)
    if keyword.arg in _OPTIONS:
        return True
    if keyword.arg == "stream":
        return not (is_constant and not value.value)  # type: ignore[attr-defined]
    return keyword.arg == "verify" and not (is_constant and isinstance(value.value, bool))  # type: ignore[attr-defined]
