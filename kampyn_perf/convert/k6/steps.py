"""A function of a script as the steps of a flow: plain calls, one after the other. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tree_sitter import Node

from kampyn_perf.convert.k6.answers import Answers, FromAnswer, unmarked
from kampyn_perf.convert.k6.checks import expectations
from kampyn_perf.convert.k6.options import Say
from kampyn_perf.convert.k6.requests import METHODS, request_of, stringified
from kampyn_perf.convert.k6.syntax import (
    UnknownError,
    names_in,
    parts,
    shown,
    text_of,
)
from kampyn_perf.convert.k6.values import Scope, as_text, entries, evaluate
from kampyn_perf.units import parse_duration, spell_duration

_FUNCTIONS = ("function_expression", "arrow_function")
_CHECK_FAILS = "a check that fails makes the request a failed one here, and ends no session"


class Steps:
    """The steps of one function. `calls` has what imported names are: `http`, `check`, `sleep`."""

    def __init__(self, calls: dict[str, str], *, left: Say, remark: Say) -> None:
        self._calls = calls
        self._left = left
        self._remark = remark
        self.made: list[dict[str, Any]] = []
        self._answers = Answers()
        self._ended = False

    def function(self, body: Node, scope: Scope) -> list[dict[str, Any]]:
        """The steps of a function's body."""
        self.block(body, replace(scope, answers=self._answers))
        return [unmarked(step) for step in self.made]

    def block(self, body: Node, scope: Scope, group: str = "") -> None:
        """Adds those of one block."""
        for node in parts(body) if body.type == "statement_block" else [body]:
            if self._ended:
                return
            if node.type == "expression_statement":
                self._expression(parts(node)[0], scope, group)
            elif node.type in ("lexical_declaration", "variable_declaration"):
                scope = self._declared(node, scope, group)
            elif node.type == "return_statement":
                self._ended = True
                if parts(node) and parts(node)[0].type == "call_expression":
                    self._call(parts(node)[0], scope, group)
            elif node.type == "call_expression":  # () => http.get(...)
                self._call(node, scope, group)
            elif node.type != "empty_statement":
                self._left(node, f"{shown(node)}: no {_named(node)} can be said as data")
                for name in names_in(node):
                    self._answers.forget(name)

    def _expression(self, node: Node, scope: Scope, group: str) -> None:
        """A call; or `answer = http.get(...)`."""
        name, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type != "assignment_expression" or name is None or value is None:
            self._call(node, scope, group)
            for changed in names_in(name or node.child_by_field_name("argument")):
                self._answers.forget(changed)
            return
        origin = self._of_answer(value, scope, group)
        for changed in names_in(name):
            self._answers.forget(changed)
        if origin is not None and name.type == "identifier":
            self._answers.keep(text_of(name), origin)
        elif origin is None and value.type != "call_expression":
            self._left(node, f"{shown(node)}: is no plain call of http, check, group, sleep")

    def _declared(self, node: Node, scope: Scope, group: str) -> Scope:
        names: dict[str, Node | None] = {}
        for declarator in parts(node):
            name, value = (
                declarator.child_by_field_name("name"),
                declarator.child_by_field_name("value"),
            )
            for changed in names_in(name):
                names[changed] = None
                self._answers.forget(changed)
            if value is None:
                continue
            if name is None or name.type != "identifier":
                self._left(declarator, f"{shown(declarator)}: is taken apart while the script runs")
            elif (origin := self._of_answer(value, scope, group)) is not None:
                self._answers.keep(text_of(name), origin)
            elif value.type != "call_expression" or stringified(value) is not None:
                try:
                    evaluate(stringified(value) or value, scope.inside(names))
                    names[text_of(name)] = value
                    self._answers.made_of(text_of(name), names_in(value))
                except UnknownError as error:
                    self._left(error.node, str(error))
        return scope.inside(names)

    def _of_answer(self, node: Node, scope: Scope, group: str) -> FromAnswer | None:
        """What of an answer an expression is, once the request in it is made; None for nothing."""
        call = self._request_in(node)
        if call is not None:
            request = self._call(call, scope, group)
            if request is None:
                return None
            self._answers.keep_call(call, request)
        try:
            origin = self._answers.find(node)
        except UnknownError as error:
            self._left(error.node, str(error))
            return None
        is_call = node.type == "call_expression" and stringified(node) is None
        if origin is None and call is None and is_call:
            self._call(node, scope, group)
        return origin

    def _request_in(self, node: Node | None) -> Node | None:
        """`http.get(...)` of `http.get(...).json('id')`."""
        while node is not None:
            function = node.child_by_field_name("function")
            if node.type == "call_expression" and function is not None:
                if self._method(node):
                    return node
                inner = parts(node.child_by_field_name("arguments"))
                parsed = text_of(function) == "JSON.parse" and inner
                node = inner[0] if parsed else function.child_by_field_name("object")
            elif node.type == "parenthesized_expression":
                node = parts(node)[0]
            else:
                node = node.child_by_field_name("object")
        return None

    def _call(self, node: Node, scope: Scope, group: str) -> dict[str, Any] | None:
        """The request, where it was one."""
        arguments = parts(node.child_by_field_name("arguments"))
        what = self._call_text(node)
        try:
            if what == "sleep" and len(arguments) == 1:
                self._sleep(arguments[0], scope)
            elif what == "group" and len(arguments) == 2:
                self._group(arguments, scope, group)
            elif what == "check" and len(arguments) >= 2:
                self._check(arguments, scope, group)
            elif (method := self._method(node)) and arguments:
                made = request_of(method, arguments, scope, group=group, left=self._left)
                self.made.append({METHODS[method]: made})
                return made
            elif (inner := _call_before(node)) is not None:  # http.get(...).json('id')
                self._call(inner, scope, group)
                self._left(node, f"{shown(node)}: what is made of the answer is not kept")
            else:
                self._left(node, f"{shown(node)}: is no plain call of http, check, group, sleep")
                function = node.child_by_field_name("function")
                owner = function.child_by_field_name("object") if function is not None else None
                for changed in names_in(owner):  # its method may have changed it
                    self._answers.forget(changed)
        except UnknownError as error:
            why = str(error)
            self._left(error.node, why if what == "check" else f"{shown(node)}: {why}")
        except ValueError as error:
            self._left(node, f"{shown(node)}: {error}")
        return None

    def _call_text(self, node: Node) -> str:
        function = node.child_by_field_name("function")
        if node.type != "call_expression" or function is None:
            return ""
        owner, dot, method = text_of(function).partition(".")
        return self._calls.get(owner, "") + dot + method

    def _method(self, node: Node) -> str:
        """`get` of `http.get(...)`; empty for any other call."""
        module, _, method = self._call_text(node).partition(".")
        return method if module == "http" and method in METHODS else ""

    def _sleep(self, node: Node, scope: Scope) -> None:
        seconds = evaluate(node, scope)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise UnknownError(node, f"{shown(node)} is no number of seconds")
        if seconds:
            self.made.append({"think": spell_duration(parse_duration(seconds))})

    def _group(self, arguments: list[Node], scope: Scope, group: str) -> None:
        name = as_text(evaluate(arguments[0], scope), arguments[0])
        body = arguments[1].child_by_field_name("body")
        if arguments[1].type not in _FUNCTIONS or body is None:
            raise UnknownError(arguments[1], "a group's function is not written in its place")
        before = self._answers.copy()
        self.block(body, scope, f"{group} / {name}" if group else name)
        self._ended = False
        self._answers.same_as(before)

    def _check(self, arguments: list[Node], scope: Scope, group: str) -> None:
        request = self._answers.request(text_of(arguments[0]))
        if arguments[0].type == "call_expression":
            request = self._call(arguments[0], scope, group)
        if request is None:
            raise UnknownError(arguments[0], f"check of {shown(arguments[0])}: no request here")
        for name, condition in entries(arguments[1], scope):
            try:
                request.setdefault("expect", []).append(expectations(condition, scope))
                self._remark(condition, _CHECK_FAILS)
            except UnknownError as error:
                self._left(error.node, f"check {name!r}: {error}")
        if not request["expect"]:
            del request["expect"]


def _call_before(node: Node) -> Node | None:
    """The call whose value has its method called."""
    function = node.child_by_field_name("function")
    owner = function.child_by_field_name("object") if function is not None else None
    return owner if owner is not None and owner.type == "call_expression" else None


def _named(node: Node) -> str:
    return f"{node.type.replace('_', ' ')}"
