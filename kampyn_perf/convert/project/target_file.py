"""A draft as the text of a target file. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kampyn_perf.convert.draft import PLACEHOLDER, Draft, Flow, SignIn, Step
from kampyn_perf.convert.project.steps import operation_of, step_of
from kampyn_perf.convert.project.texts import Texts
from kampyn_perf.convert.project.yaml_text import block, comment

_LEFT_OUT_SHOWN = 100
DATA_FOLDER = "data"


def target_text(draft: Draft) -> str:
    """The file."""
    texts = Texts(draft.variables)
    headers = {name: texts.text(value) for name, value in draft.headers.items()}
    operations = "".join(_operations(draft, texts))
    flows = "".join(_flows(draft.flows, texts))
    parts = [
        comment(f"Made by `kampyn-perf init` of {draft.origin}. It is yours to edit.\n"),
        comment(_words(draft)),
        "\n" + block({"name": draft.name}),
        comment("Where the API is; --url says another place for one run."),
        block({"url": draft.url}),
        _section("headers", headers, "Sent with every request."),
        _feeds(draft),
        _section("variables", texts.variables, _VARIABLES),
        _sign_in(draft.sign_in),
        operations,
        flows,
        _left_out(draft),
    ]
    return "".join(part for part in parts if part)


_VARIABLES = (
    "Values that are the same in every session, filled in as {name}. Texts that have braces of "
    "their own stand here too, so that they are sent as they are."
)


def _words(draft: Draft) -> str:
    lines = [
        "{name.column} is filled in from the lists below (`feeds`), {name} from `variables` and "
        "captures. `name` is what reports call a request. `expect` says what an answer must be "
        "like: a wrong status is a failure."
    ]
    if draft.environment:
        lines.append(
            "{{ $processEnvironment.X }} is taken from the environment; nothing secret stands in "
            "this file:"
        )
        lines += [f"  {name}: {meaning}" for name, meaning in draft.environment.items()]
    return "\n".join(lines)


def _section(key: str, value: dict[str, Any], words: str) -> str:
    return "\n" + comment(words) + block({key: value}) if value else ""


def _feeds(draft: Draft) -> str:
    if not draft.tables:
        return ""
    lines = [
        "\n",
        comment(
            "What sessions work with, a row each, in turn. EDIT these files: put in what is there "
            "in your system; the more rows, the less a cache can help."
        ),
        "feeds:\n",
    ]
    for table in draft.tables:
        lines.append(comment(table.note, indent=2))
        lines.append(block({table.name: {"file": f"{DATA_FOLDER}/{table.name}.csv"}}, indent=2))
    return "".join(lines)


def _sign_in(sign_ins: dict[str, SignIn]) -> str:
    if not sign_ins:
        return ""
    entries = {
        name: {"operation": sign_in.operation, "token": sign_in.token, "key": sign_in.key}
        for name, sign_in in sign_ins.items()
    }
    words = (
        "How visitors sign in, ahead of the measured stretch: each row of the list, by this "
        "operation; its token goes along with whatever says `as`."
    )
    return "\n" + comment(words) + block({"sign_in": entries})


def _operations(draft: Draft, texts: Texts) -> Iterator[str]:
    if not draft.operations:
        return
    yield "\n" + comment("The requests of the API, by the names that flows call them by.")
    yield "operations:\n"
    for name, request in draft.operations.items():
        if request.note:
            yield comment(request.note, indent=2)
        yield block({name: operation_of(request, texts)}, indent=2)


def _flows(flows: tuple[Flow, ...], texts: Texts) -> Iterator[str]:
    yield "\n" + comment(
        "What sessions do. `weight` says how often a flow is chosen, beside the others: EDIT it to "
        "be like your traffic. Steps that belong together stand in one flow, and may `capture` a "
        "value of an answer for those that follow."
    )
    yield "flows:\n"
    for flow in flows:
        yield _flow(flow, texts)


def _flow(flow: Flow, texts: Texts) -> str:
    lines = [f"  - {block({'name': flow.name})}", "    weight: 1\n"]
    for part, steps in (("before", flow.before), ("flow", flow.steps)):
        if steps:
            lines.append(f"    {part}:\n")
            lines += [_step(step, texts) for step in steps]
    return "".join(lines)


def _step(step: Step, texts: Texts) -> str:
    note = getattr(step, "note", "")
    words = comment(note, indent=6) if note else ""
    return words + block([step_of(step, texts)], indent=6)


def _left_out(draft: Draft) -> str:
    if not draft.left_out:
        return ""
    lines = [f"{omission.what}: {omission.why}" for omission in draft.left_out[:_LEFT_OUT_SHOWN]]
    if len(draft.left_out) > _LEFT_OUT_SHOWN:
        lines.append(f"and {len(draft.left_out) - _LEFT_OUT_SHOWN} more")
    return "\n" + comment("Not taken over:\n" + "\n".join(f"- {line}" for line in lines))


def has_placeholder(draft: Draft) -> list[str]:
    """The lists that hold something to be replaced before an answer can be right."""
    return [table.name for table in draft.tables if any(PLACEHOLDER in row for row in table.rows)]
