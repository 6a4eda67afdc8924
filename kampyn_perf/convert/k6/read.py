"""A script of k6 as flows, phases and thresholds, with the lines that are none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tree_sitter import Node

from kampyn_perf.convert.documents import wrong
from kampyn_perf.convert.k6.options import NO_RATE, Options, Scenario, plan, read_options
from kampyn_perf.convert.k6.steps import Steps
from kampyn_perf.convert.k6.syntax import (
    UnknownError,
    changed_names,
    handed_names,
    line,
    names_in,
    parse,
    parts,
    shown,
    text_of,
)
from kampyn_perf.convert.k6.values import Scope, evaluate

_CALLS = ("check", "sleep", "group")
_FUNCTIONS = ("function_declaration", "function_expression", "arrow_function")
_HOOKS = ("setup", "teardown", "handleSummary")

_WITHOUT_RATE = (
    "gives no arrival rate: configs/load.yaml has 1 session per second for 30 s, to be edited"
)


@dataclass(frozen=True, kw_only=True)
class Script:
    """What of it can be said as data."""

    url: str
    flows: list[dict[str, Any]]
    phases: list[dict[str, Any]]
    thresholds: dict[str, tuple[int, Any]]
    """By metric: the line, and the limits."""
    left_out: list[str]
    remarks: list[str]


class _Lines:
    """Remarks with the lines that they are about, each said once."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._said: dict[tuple[int, str], None] = {}

    def __call__(self, node: Node, text: str) -> None:
        self._said[line(node), text] = None

    def sorted(self) -> list[str]:
        """In the order of the lines."""
        return [f"{self._name}:{number}: {text}" for number, text in sorted(self._said)]

    def first_of_each(self) -> list[str]:
        """Each text at its first line alone."""
        first: dict[str, int] = {}
        for number, text in sorted(self._said):
            first.setdefault(text, number)
        return [f"{self._name}:{number}: {text}" for text, number in first.items()]


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = _Lines(path)
        self.remark = _Lines(path)
        self.root = parse(path)
        self.calls: dict[str, str] = {}
        self.functions: dict[str, Node] = {}
        self.options: Node | None = None
        self.scope = Scope({}, changed_names(self.root), frozenset(), self.remark)
        self.constants: dict[str, Node | None] = {}

    def statements(self) -> None:
        default = ""
        for node in parts(self.root):
            if node.type == "import_statement":
                self._import(node)
            elif node.type == "export_statement":
                declared = node.child_by_field_name("declaration")
                value = node.child_by_field_name("value")
                is_default = any(child.type == "default" for child in node.children)
                function = declared or value
                if is_default and function is not None and function.type in _FUNCTIONS:
                    self.functions["default"] = function
                elif is_default and function is not None and function.type == "identifier":
                    default = text_of(function)
                elif declared is not None and not is_default:
                    self._declared(declared)
                else:
                    self.left(node, f"{shown(node)}: is no function in its place")
            elif node.type != "empty_statement":
                self._declared(node)
        if default in self.functions:
            self.functions["default"] = self.functions[default]
        handed = handed_names(self.root, {*self.calls, "JSON", "console"})
        self.scope = replace(self.scope, names=self.constants, handed=handed)

    def _import(self, node: Node) -> None:
        source = text_of(node.child_by_field_name("source")).strip("'\"")
        for what, own in self._imported(node):
            if source == "k6/http" and what in ("default", "*"):
                self.calls[own] = "http"
            elif source == "k6" and what in _CALLS:
                self.calls[own] = what
            else:
                self.left(node, f"import of {what} from {source}: nothing of it can be run here")

    @staticmethod
    def _imported(node: Node) -> Iterator[tuple[str, str]]:
        clause = next((part for part in parts(node) if part.type == "import_clause"), None)
        if clause is None:
            yield "everything", ""
        for part in parts(clause):
            if part.type == "identifier":
                yield "default", text_of(part)
            elif part.type == "namespace_import":
                yield "*", text_of(parts(part)[0])
            else:
                for named in parts(part):
                    name = text_of(named.child_by_field_name("name"))
                    yield name, text_of(named.child_by_field_name("alias")) or name

    def _declared(self, node: Node) -> None:
        if node.type in _FUNCTIONS:
            self.functions[text_of(node.child_by_field_name("name"))] = node
            return
        if node.type not in ("lexical_declaration", "variable_declaration"):
            self.left(node, f"{shown(node)}: is run once for each VU in k6, and not at all here")
            return
        for declarator in parts(node):
            pattern, value = (
                declarator.child_by_field_name("name"),
                declarator.child_by_field_name("value"),
            )
            name = text_of(pattern)
            if value is not None and value.type in _FUNCTIONS:
                self.functions[name] = value
            elif name == "options":
                self.options = value
            elif pattern is not None and pattern.type != "identifier":
                self.constants |= dict.fromkeys(names_in(pattern))
                self.left(declarator, f"{shown(declarator)}: is taken apart while the script runs")
            elif value is not None:
                self._constant(name, value)

    def _constant(self, name: str, value: Node) -> None:
        """One that cannot be read is told where it stands, and again where it is used."""
        scope = self.scope.inside(self.constants)
        self.constants[name] = value
        try:
            evaluate(value, scope)
        except UnknownError as error:
            if value.type != "object":  # of an object some keys may be known
                self.constants[name] = None
            self.left(error.node, str(error))

    def flows(self, options: Options) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        default = Scenario(name="default", node=self.root)
        for scenario in options.scenarios or [default]:
            function = self.functions.get(scenario.function)
            if function is None:
                self.left(scenario.node, f"no function {scenario.function} is exported here")
                continue
            steps = Steps(self.calls, left=self.left, remark=self.remark)
            body = function.child_by_field_name("body")
            names = parts(function.child_by_field_name("parameters"))
            own: dict[str, Node | None] = {}
            for parameter in names:
                own |= dict.fromkeys(names_in(parameter))
            made = steps.function(body, self.scope.inside(own)) if body is not None else []
            if any("think" not in step for step in made):
                yield scenario.name, made
            else:
                self.left(function, f"scenario {scenario.name}: has no request that can be said")


def read_script(path: Path, *, url: str = "") -> Script:
    """The script at `path`. Raises KampynError or ConfigError."""
    try:
        return _read(_Reader(path), url)
    except RecursionError as error:
        raise wrong(str(path), "", "is nested too deeply") from error


def _read(reader: _Reader, url: str) -> Script:
    path, left, remark = reader.path, reader.left, reader.remark
    reader.statements()
    options = read_options(reader.options, reader.scope, left=left, remark=remark)
    for name in _HOOKS:
        if name in reader.functions:
            left(reader.functions[name], f"{name}(): is JavaScript, which is not run here")
    made = list(reader.flows(options))
    if not made:
        reasons = "; ".join(left.sorted()[:3])
        raise wrong(str(path), "", f"has no request that can be said as data ({reasons})")
    names = {name for name, _steps in made}
    phases, weights = plan(
        [scenario for scenario in options.scenarios if scenario.name in names], left
    )
    if not phases:
        phases = [dict(NO_RATE)]
        remark(reader.options or reader.root, _WITHOUT_RATE)
    origin = _origin(made)
    for _name, steps in made:
        _below(steps, origin)
    return Script(
        url=url or origin,
        flows=[_flow(name, steps, weights.get(name, 1)) for name, steps in made],
        phases=phases,
        thresholds={m: (line(node), value) for m, (node, value) in options.thresholds.items()},
        left_out=left.sorted(),
        remarks=remark.first_of_each(),
    )


def _requests(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        for kind, value in step.items():
            if kind != "think":
                yield value


def _origin_of(url: str) -> str:
    whole = urlsplit(url)
    return f"{whole.scheme}://{whole.netloc}"


def _origin(made: list[tuple[str, list[dict[str, Any]]]]) -> str:
    """The host that most requests ask."""
    urls = [request["url"] for _name, steps in made for request in _requests(steps)]
    counts = Counter(_origin_of(url) for url in urls if not url.startswith("{{"))
    return counts.most_common(1)[0][0]


def _below(steps: list[dict[str, Any]], origin: str) -> None:
    for request in _requests(steps):
        if _origin_of(request["url"]) == origin:
            rest = request["url"].partition("#")[0][len(origin) :]
            request["url"] = rest if rest.startswith("/") else f"/{rest}"


def _flow(name: str, steps: list[dict[str, Any]], weight: int) -> dict[str, Any]:
    """No failure ends an iteration of k6, and single braces stand for themselves."""
    return {
        "name": name,
        **({"weight": weight} if weight != 1 else {}),
        "singleBraces": False,
        "endsOn": "captures",
        "flow": steps,
    }
