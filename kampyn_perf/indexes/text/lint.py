"""A lint result as lines for people, as JSON, and as SARIF 2.1.0 for code hosts. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from kampyn_perf.config import Source, format_path
from kampyn_perf.indexes.lint.engine import LintResult
from kampyn_perf.indexes.lint.rule import LintFinding, Rule, Severity
from kampyn_perf.indexes.lint.rules import RULES
from kampyn_perf.indexes.text.plan import Line, LineKind

LINT_SCHEMA = "kampyn-perf/index-lint"
LINT_VERSION = 1
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LINE_KINDS = {
    Severity.ERROR: LineKind.CONFLICT,
    Severity.WARNING: LineKind.CHANGE,
    Severity.NOTE: LineKind.FAINT,
}


def lint_lines(result: LintResult, source: Source) -> Iterator[Line]:
    """One line per finding, as compilers print them; then the count."""
    for finding in sorted(result.active, key=lambda finding: _line(finding, source)):
        yield Line(_LINE_KINDS[finding.severity], _one_line(finding, source))
    errors, warnings = result.count(Severity.ERROR), result.count(Severity.WARNING)
    suppressed = len(result.findings) - len(result.active)
    text = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    if suppressed:
        text += f", {suppressed} suppressed"
    yield Line(LineKind.CONFLICT if errors else LineKind.TITLE, text)
    if result.active:
        yield Line(LineKind.FAINT, "why: kampyn-perf indexes lint --rule RULE")


def lint_json(result: LintResult, source: Source) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-lint`, version 1."""
    return {
        "schema": LINT_SCHEMA,
        "version": LINT_VERSION,
        "catalogue": source.name,
        "errors": result.count(Severity.ERROR),
        "warnings": result.count(Severity.WARNING),
        "findings": [
            {
                "rule": finding.rule.id,
                "severity": finding.severity.value,
                "message": finding.message,
                "collection": finding.collection,
                "index": finding.index,
                "path": format_path(finding.path),
                "line": _line(finding, source),
                "suppressed": finding.suppressed is not None,
                "reason": finding.suppressed,
            }
            for finding in result.findings
        ],
    }


def lint_sarif(result: LintResult, source: Source, *, version: str) -> dict[str, Any]:
    """A SARIF 2.1.0 log of one run. `version` is the program's."""
    positions = {rule.id: number for number, rule in enumerate(RULES)}
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kampyn-perf indexes lint",
                        "version": version,
                        "rules": [_sarif_rule(rule) for rule in RULES],
                    }
                },
                "results": [
                    _sarif_result(finding, source, positions[finding.rule.id])
                    for finding in result.findings
                ],
            }
        ],
    }


def explain_lines(rule: Rule) -> Iterator[Line]:
    """What a rule says and why."""
    yield Line(LineKind.TITLE, f"{rule.id}  ({rule.severity.value})")
    yield Line(LineKind.PLAIN, f"  {rule.title}.")
    yield Line(LineKind.PLAIN, f"  {rule.explanation}")
    if rule.top:
        yield Line(LineKind.FAINT, f"  where: {rule.top}")
    yield Line(LineKind.FAINT, f"  finds: {_shortened(rule.example)}")
    yield Line(LineKind.FAINT, f"  not:   {_shortened(rule.near_miss)}")
    if rule.needs_database:
        yield Line(LineKind.FAINT, "  Looked for with --sample, which reads the database.")


def _shortened(example: str) -> str:
    """A list of 64 indexes makes its point in one line."""
    return example if len(example) <= 160 else f"{example[:120]}, ... {example[-30:]}"


def _one_line(finding: LintFinding, source: Source) -> str:
    where = source.where(finding.path)
    what = ".".join(part for part in (finding.collection, finding.index) if part)
    subject = f"{what}: " if what else ""
    return f"{where}: {finding.severity.value}: {subject}{finding.message} [{finding.rule.id}]"


def _line(finding: LintFinding, source: Source) -> int:
    """The line of the deepest part of the path that the file has; 1 where it has none."""
    for length in range(len(finding.path), 0, -1):
        line = source.lines.get(finding.path[:length])
        if line is not None:
            return line
    return 1


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": rule.explanation},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _sarif_result(finding: LintFinding, source: Source, position: int) -> dict[str, Any]:
    what = ".".join(part for part in (finding.collection, finding.index) if part)
    key = f"{finding.rule.id}\n{finding.collection}\n{finding.index}\n{finding.message}"
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": position,
        "level": finding.severity.value,
        "message": {"text": f"{what}: {finding.message}" if what else finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(source.name)},
                    "region": {"startLine": _line(finding, source)},
                },
                "logicalLocations": [{"fullyQualifiedName": format_path(finding.path)}],
            }
        ],
        "partialFingerprints": {"finding/v1": hashlib.sha256(key.encode()).hexdigest()[:32]},
    }
    if finding.suppressed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    return result


def _uri(name: str) -> str:
    """A path as a relative or file URI."""
    from pathlib import Path
    from urllib.parse import quote

    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
