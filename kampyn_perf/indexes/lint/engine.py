"""Judge a catalogue without a server, and, given samples of one, with what they show. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kampyn_perf.config import PathKey
from kampyn_perf.indexes.lint.rule import LintFinding, Severity, Subject
from kampyn_perf.indexes.lint.rules import BY_ID, RULES
from kampyn_perf.indexes.model.catalogue import Catalogue, Suppression
from kampyn_perf.indexes.model.facts import UseReport
from kampyn_perf.indexes.model.ports import FieldSample


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a database showed, per collection; empty for a lint without one."""

    samples: Mapping[str, FieldSample] = field(default_factory=dict)
    uses: Mapping[str, UseReport] = field(default_factory=dict)
    now_us: int = 0
    """Unix time, against which the age of use counters is reckoned."""


@dataclass(frozen=True, kw_only=True)
class LintResult:
    findings: tuple[LintFinding, ...]
    """In the catalogue's order; suppressed ones among them, with their reason."""

    @property
    def active(self) -> tuple[LintFinding, ...]:
        return tuple(finding for finding in self.findings if finding.suppressed is None)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.active)


def lint(catalogue: Catalogue, evidence: Evidence | None = None) -> LintResult:
    """Every finding, with suppressions applied; a suppression that is wrong is a finding too."""
    known = evidence or Evidence()
    findings: list[LintFinding] = []
    for collection in catalogue.collections:
        subject = Subject(
            collection=collection,
            sample=known.samples.get(collection.name),
            uses=known.uses.get(collection.name),
            now_us=known.now_us,
            target=catalogue.server,
            parameters=catalogue.parameters,
        )
        findings += sorted(_findings(subject), key=lambda finding: finding.path[3:])
    asked = list(_suppressions(catalogue))
    judged = [_suppress(finding, asked) for finding in findings]
    judged += _suppression_findings(asked, findings, with_database=bool(known.samples))
    return LintResult(findings=tuple(judged))


def _findings(subject: Subject) -> Iterator[LintFinding]:
    for rule in RULES:
        for hit in rule.check(subject):
            entry = hit.entry
            yield LintFinding(
                rule=rule,
                message=hit.message,
                path=entry.path if entry else subject.collection.path,
                collection=subject.collection.name,
                index=entry.spec.effective_name if entry else "",
                level=hit.level,
            )


def _suppressions(catalogue: Catalogue) -> Iterator[tuple[PathKey, Suppression]]:
    """Each with the path below which it holds."""
    for suppression in catalogue.suppress:
        yield (), suppression
    for collection in catalogue.collections:
        for suppression in collection.suppress:
            yield collection.path, suppression
        for entry in collection.entries:
            for suppression in entry.suppress:
                yield entry.path, suppression


def _covers(scope: PathKey, suppression: Suppression, finding: LintFinding) -> bool:
    return suppression.rule == finding.rule.id and finding.path[: len(scope)] == scope


def _suppress(finding: LintFinding, asked: Sequence[tuple[PathKey, Suppression]]) -> LintFinding:
    for scope, suppression in asked:
        if _covers(scope, suppression, finding):
            return replace(finding, suppressed=suppression.reason)
    return finding


def _suppression_findings(
    asked: Sequence[tuple[PathKey, Suppression]],
    findings: Sequence[LintFinding],
    *,
    with_database: bool,
) -> Iterator[LintFinding]:
    for scope, suppression in asked:
        rule = BY_ID.get(suppression.rule)
        if rule is None:
            yield _about(suppression, "unknown", f"there is no rule {suppression.rule}")
            continue
        if not suppression.reason.strip():
            yield _about(suppression, "without-reason", f"why is {suppression.rule} suppressed?")
        judged = with_database or not rule.needs_database
        if judged and not any(_covers(scope, suppression, finding) for finding in findings):
            yield _about(suppression, "unused", f"{suppression.rule} finds nothing here")


def _about(suppression: Suppression, problem: str, message: str) -> LintFinding:
    return LintFinding(rule=BY_ID[f"suppression-{problem}"], message=message, path=suppression.path)
