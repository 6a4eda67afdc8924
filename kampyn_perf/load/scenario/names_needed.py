"""Names that requests and flows fill in and that nothing has: told before the run, with the place
that needs them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from kampyn_perf.errors import Problem
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.target.expression import Expression
from kampyn_perf.load.target.flow import FlowSettings
from kampyn_perf.load.target.request import RequestSettings
from kampyn_perf.load.target.settings import Operation, TargetSettings
from kampyn_perf.load.target.step import Step

Lacks = Callable[[str], str]
"""What is wrong with a name, as `user.email`, in the data of the sessions; empty for nothing."""


def missing_names(
    target: TargetSettings, lacks: Lacks, *, all_operations: bool, source: str
) -> list[Problem]:
    """What the flows lack; and, with `all_operations`, what any operation does: flows in Python may
    call any of them."""
    check = _Names(target, lacks, source)
    check.once()
    if all_operations:
        for name in target.operations:
            check.operation(name)
    for index, flow in enumerate(target.flows):
        check.flow(flow, f"flows[{index}]")
    for name, around in target.around.items():
        known = set[str]()
        check.steps(around.before, f"around.{name}.before", known, single=True)
        check.steps(around.after, f"around.{name}.after", known, single=True)
    return list(dict.fromkeys(check.problems))


class _Names:
    def __init__(self, target: TargetSettings, lacks: Lacks, source: str) -> None:
        self.problems: list[Problem] = []
        self._target = target
        self._lacks = lacks
        self._source = source
        self._once: set[str] = set()
        """What the steps ahead of the run capture."""

    def once(self) -> None:
        """What is done around the run; what it captures, all may use."""
        once = self._target.once
        for part, steps in (("before", once.before), ("after", once.after)):
            self.steps(steps, f"once.{part}", self._once, single=not once.artillery)

    def operation(self, name: str, known: frozenset[str] = frozenset(), where: str = "") -> None:
        """`where` is the step that calls it."""
        operation = self._target.operations[name]
        self._request(operation, f"operations.{name}", known, where=where)
        sign_in = self._target.sign_ins().get(operation.identity)
        if sign_in and sign_in.operation != name:
            self.operation(sign_in.operation, where=where)

    def flow(self, flow: FlowSettings, path: str) -> None:
        known = set(self._once)
        single = flow.singleBraces and not flow.artillery
        for part in ("before", "flow", "after"):
            steps: Sequence[Step] = getattr(flow, part)
            self.steps(steps, f"{path}.{part}", known, single=single, flow=flow.name)
        for place, step in flow.steps():
            self._conditions(step, f"{path}.{place}", known)

    def steps(
        self, steps: Sequence[Step], path: str, known: set[str], *, single: bool, flow: str = ""
    ) -> None:
        """In order: what a step captures, later ones may use."""
        for index, step in enumerate(steps):
            place = f"{path}[{index}]"
            if step.request:
                method, request = step.request
                self._request(request, f"{place}.{method}", frozenset(known), single=single)
                known.update(capture.as_ for capture in request.capture)
                self._identity(request.identity, place)
            elif step.call:
                name = step.call.operation
                where = f"{place}, {flow}" if flow else place
                self.operation(name, frozenset(known), where)
                captures = (*self._target.operations[name].capture, *step.call.capture)
                known.update(capture.as_ for capture in captures)
            elif step.parallel is not None:
                self.steps(step.parallel, f"{place}.parallel", known, single=single, flow=flow)
            elif step.loop is not None:
                if isinstance(step.over, str):
                    over = step.over if "{" in step.over else f"{{{{ {step.over} }}}}"
                    self._values({"over": over, "count": step.count}, place, known, single=single)
                known.update({"$loopCount", "$loopElement", step.loopValue, step.loopElement})
                self.steps(step.loop, f"{place}.loop", known, single=single, flow=flow)
            self._values({"think": step.think, "log": step.log}, place, known, single=single)

    def _identity(self, identity: str, place: str) -> None:
        sign_in = self._target.sign_ins().get(identity)
        if sign_in:
            self.operation(sign_in.operation, where=place)

    def _request(
        self,
        request: RequestSettings,
        path: str,
        known: frozenset[str],
        *,
        single: bool = True,
        where: str = "",
    ) -> None:
        parts = dict(_parts(request)) | {"headers": {**self._target.headers, **request.headers}}
        self._values(parts, path, known, single=single, where=where)

    def _values(
        self,
        values: Mapping[str, object],
        path: str,
        known: frozenset[str] | set[str],
        *,
        single: bool,
        where: str = "",
    ) -> None:
        for part, value in values.items():
            templates = Templates(single_braces=single, artillery=not single)
            try:
                templates.value(value)
            except ValueError as error:
                self.problems.append(Problem(f"{path}.{part}", str(error), self._source))
            for name in templates.names:
                if _root(name) not in known and (why := self._lacks(name)):
                    called = f" (called by {where})" if where else ""
                    self.problems.append(Problem(f"{path}.{part}", why + called, self._source))

    def _conditions(self, step: Step, path: str, known: set[str]) -> None:
        inner = step.request[1].ifTrue if step.request else None
        for key, text in (("ifTrue", step.ifTrue or inner), ("whileTrue", step.whileTrue)):
            for name in sorted(Expression(text).names) if text else ():
                if name not in known and self._lacks(name):
                    message = f"{name} is neither captured in this flow nor in the session's data"
                    self.problems.append(Problem(f"{path}.{key}", message, self._source))


def _parts(request: RequestSettings) -> Iterator[tuple[str, object]]:
    if isinstance(request, Operation):
        yield "path", request.path
    else:
        yield "url", getattr(request, "url", "")
    yield "json", request.json_body
    yield "form", request.form
    for part in (request.formData or {}).values():
        yield "formData", [part.value, part.fromFile]
    yield "body", request.body
    yield "qs", request.qs
    yield "cookie", request.cookie
    if request.auth:
        yield "auth", [request.auth.user, request.auth.password]
    for expect in request.expect:
        statuses = [*expect.statusCode, *expect.notStatusCode]
        yield "expect", [expect.equals, expect.headerEquals, expect.contains, *statuses]
    yield "capture", [capture.where[1] for capture in request.capture]
    yield "match", [(match.value, match.where[1]) for match in request.match]


def _root(name: str) -> str:
    return name.partition(".")[0].partition("[")[0]
