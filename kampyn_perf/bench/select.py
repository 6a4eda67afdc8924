"""Which cases to run: by name (`-k`) and by parameter (`--param`). Pure."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kampyn_perf.bench.declare import Case, Scalar, check_params
from kampyn_perf.bench.suite import Selected, Suite
from kampyn_perf.errors import KampynError
from kampyn_perf.suggest import did_you_mean

_WORDS = {"true": True, "false": False}


def parse_params(texts: Iterable[str]) -> dict[str, list[str]]:
    """`size=10,100` as {"size": ["10", "100"]}. Raises KampynError for anything else."""
    values_by_name: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        listed = [value.strip() for value in values.split(",")]
        if not equals or not name.strip() or not all(listed):
            raise KampynError(
                f"--param {text}: expected name=value or name=value,value",
                hint="For example: --param size=10,100",
            )
        if name.strip() in values_by_name:
            raise KampynError(
                f"--param {name.strip()} is given twice", hint="List its values: size=10,100"
            )
        values_by_name[name.strip()] = listed
    return values_by_name


def select(
    suites: Sequence[Suite], *, keyword: str = "", params: Mapping[str, Sequence[str]] | None = None
) -> list[Selected]:
    """The variants that `keyword` takes, with the values of `params`; suites without any are left
    out. Raises KampynError for no case at all, a parameter nobody has, and a name used twice.
    """
    asked = params or {}
    _check_unique(suites)
    _check_known(suites, asked)
    selected = []
    names: list[str] = []
    for suite in suites:
        variants = [v for case in suite.cases for v in _with(case, asked).variants()]
        names += [variant.name for variant in variants]
        taken = [variant for variant in variants if matches(variant.name, keyword)]
        if taken:
            selected.append(Selected(suite, taken))
    if not selected:
        raise _nothing_selected(keyword, names)
    return selected


def matches(name: str, keyword: str) -> bool:
    """Whether `-k keyword` takes `name`.

    Words are parts of the name, or patterns with * and ?; case does not matter. They combine with
    `not`, `and`, `or`, binding in this order, as in `db and not stream`.
    """
    if not keyword.strip():
        return True
    return any(
        all(_term(name, term) for term in _split(clause, "and")) for clause in _split(keyword, "or")
    )


def _split(text: str, word: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for token in text.split():
        if token.lower() == word:
            parts.append([])
        else:
            parts[-1].append(token)
    return [" ".join(part) for part in parts]


def _term(name: str, term: str) -> bool:
    words = term.lower().split()
    wanted = True
    while words and words[0] == "not":
        wanted = not wanted
        words = words[1:]
    if len(words) != 1:
        raise KampynError(
            f"-k: cannot read {term!r}",
            hint="Words, with not, and, or between them: -k 'db and not stream'",
        )
    word, low = words[0], name.lower()
    if word.count("(") != word.count(")"):  # `not (a` would take every case
        raise KampynError(
            f"-k: parentheses do not group, as in {word!r}",
            hint="not binds closest, then and, then or: -k 'db and find or db and update'",
        )
    # Brackets are part of a name here, not a set of characters.
    pattern = word.replace("[", "[[]")
    matched = fnmatch.fnmatchcase(low, f"*{pattern}*") if set("*?") & set(word) else word in low
    return matched is wanted


def _with(case: Case, params: Mapping[str, Sequence[str]]) -> Case:
    """`case` with the values of `params` for those of its parameters that are among them."""
    mine = {name: values for name, values in params.items() if name in case.params}
    if not mine:
        return case
    changed: dict[str, Sequence[Scalar]] = dict(case.params)
    for name, values in mine.items():
        changed[name] = [_value(case, name, text) for text in values]
    return replace(case, params=check_params(case.name, "--param", changed))


def _value(case: Case, name: str, text: str) -> Scalar:
    """`text` as what the declared values of the parameter are."""
    kinds = {type(value) for value in case.params[name]}
    try:
        if kinds == {bool}:
            return _WORDS[text.lower()]
        if kinds == {int}:
            return int(text)
        if kinds <= {int, float}:
            return float(text)
    except (KeyError, ValueError):
        kind = "true or false" if kinds == {bool} else "a number" if float in kinds else "an int"
        raise KampynError(
            f"--param {name}={text}: {case.name} takes {kind} there, as in "
            f"{name}={case.params[name][0]}"
        ) from None
    return text if kinds == {str} else _guess(text)


def _guess(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text


def _check_unique(suites: Sequence[Suite]) -> None:
    seen: dict[str, str] = {}
    for suite in suites:
        for case in suite.cases:
            if case.name in seen:
                raise KampynError(
                    f"two cases are named {case.name}: {seen[case.name]} and {case.where}",
                    hint='Name one of them: @bench.case("another.name")',
                )
            seen[case.name] = case.where


def _check_known(suites: Sequence[Suite], params: Mapping[str, Sequence[str]]) -> None:
    known = sorted({name for suite in suites for case in suite.cases for name in case.params})
    for name in params:
        if name not in known:
            other = f"Known: {', '.join(known)}" if known else "None of these cases has parameters."
            raise KampynError(
                f"--param {name}: no case has this parameter",
                hint=did_you_mean(name, known, otherwise=other),
            )


def _nothing_selected(keyword: str, names: Sequence[str]) -> KampynError:
    if not names:
        return KampynError("there are no cases here", hint="Declare one with @bench.case.")
    near = did_you_mean(keyword, names, cutoff=0.4)
    return KampynError(
        f"-k {keyword}: none of the {len(names)} cases is meant by this",
        hint=f"{near} See them all with --list.".lstrip(),
    )
