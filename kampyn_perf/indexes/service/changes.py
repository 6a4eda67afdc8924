"""Plan and apply: what is wanted against what is there, looked into, confirmed, carried out, and
looked at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import chain

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.apply.execute import Event
from kampyn_perf.indexes.apply.expiry import ExpiryPolicy, expiry_findings
from kampyn_perf.indexes.apply.guards import check_writable
from kampyn_perf.indexes.apply.locking import Locks
from kampyn_perf.indexes.apply.preflight import PreflightFinding, preflight
from kampyn_perf.indexes.apply.proving import tried
from kampyn_perf.indexes.apply.run import ApplyContext, ApplyReport, apply_plan
from kampyn_perf.indexes.apply.soak import DEFAULT_SOAK_US, due
from kampyn_perf.indexes.apply.waiting import BuildWait, deadline
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.ports import Build, BuildOptions
from kampyn_perf.indexes.model.server import Feature
from kampyn_perf.indexes.plan.actions import IndexPlan, Prune
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.plan.saved import SavedPlan, check_same
from kampyn_perf.indexes.plan.unhide import unhide_plan
from kampyn_perf.indexes.service.run import (
    JOURNAL_ENTRIES,
    journaler_of,
    monotonic_us,
    owner_of,
)


class ApplyObserver:
    """What may be watched of an apply, and stopped. As it is: nothing is shown, all confirmed."""

    def planned(self, plan: IndexPlan) -> None:
        """Before anything else is done about it."""

    def noted(self, text: str) -> None:
        """Something that a person should know of the plan."""

    def looking(self) -> AbstractContextManager[object]:
        """Entered while the pre-flight reads."""
        return nullcontext()

    def found(self, finding: PreflightFinding) -> None:
        """One finding of the pre-flight."""

    def confirm(self) -> None:
        """Raises KampynError where the plan that was shown is not to be carried out."""

    def carrying_out(self) -> AbstractContextManager[object]:
        """Entered while commands are sent."""
        return nullcontext()

    def event(self, event: Event, took_us: int | None) -> None:
        """A command begins, or ended after so many microseconds."""

    def building(self, collection: str, names: Sequence[str], build: Build | None) -> None:
        """A build still runs."""


@dataclass(frozen=True, kw_only=True)
class ApplyRequest:
    catalogue: Catalogue
    saved: SavedPlan | None = None
    """Carried out if it still is the plan; its own prunes hold."""
    prunes: Sequence[Prune] = ()
    soak_us: int = DEFAULT_SOAK_US
    commit_quorum: str = ""
    """`votingMembers`, `majority` or a number; empty: the server's default."""
    timeout_us: int | None = None
    """Stop waiting then; builds go on."""
    preflight: bool = True
    """Read whole collections first. What would be deleted by expiry is counted anyway."""
    expire: Sequence[tuple[str, str]] = ()
    """Indexes (collection, name) that may delete more than the catalogue's share at once."""


@dataclass(frozen=True, kw_only=True)
class ApplyResult:
    report: ApplyReport
    after: IndexPlan | None
    """The plan afterwards; None: the server was lost."""

    @property
    def code(self) -> ExitCode:
        unmet = self.after is not None and self.after.pending
        return ExitCode.FAILED if self.report.code is ExitCode.OK and unmet else self.report.code


def plan(
    catalogue: Catalogue,
    databases: Databases,
    prunes: Iterable[Prune] = (),
    *,
    probe: bool = False,
) -> IndexPlan:
    """What would change. Reads only, unless `probe`: then each new definition is built on an empty
    scratch collection of its database first, under the lock, so that the server itself judges."""
    asked = tuple(prunes)
    state = databases.state()
    made = make_plan(catalogue, state, asked)
    if not probe or not made.steps:
        return made
    _check_writable(made, databases)
    changing = {id(d): d for p in made.collections if p.steps for d in [databases.of(p.collection)]}
    owner = owner_of(journaler_of("plan"), "probe")
    with Locks(databases=changing.values(), owner=owner, clock=monotonic_us) as locks:
        return make_plan(catalogue, state, asked, tried(made, locks.keeping(databases.of)))


def apply(
    request: ApplyRequest, databases: Databases, observer: ApplyObserver | None = None
) -> ApplyResult:
    """Make the databases what the catalogue says. Raises KampynError where nothing was begun; what
    ended a run early is in its report."""
    watch = observer or ApplyObserver()
    options = _build_options(request, databases)
    made = _plan(request, databases, watch)
    watch.planned(made)
    if not made.steps:
        return ApplyResult(report=ApplyReport(run="", plan=made, results=()), after=made)
    _check_writable(made, databases)
    findings = list(_look_first(request, made, databases, watch))
    watch.confirm()
    report = _carry_out("apply", made, findings, databases, watch, options, request.timeout_us)
    lost = report.code is ExitCode.UNREACHABLE
    return ApplyResult(report=report, after=None if lost else plan(request.catalogue, databases))


def unhide(
    names: Sequence[tuple[str, str]], databases: Databases, observer: ApplyObserver | None = None
) -> ApplyReport | None:
    """Show these indexes (collection, name) to queries again; None where none is hidden."""
    made = unhide_plan(names, databases.state())
    if not made.steps:
        return None
    _check_writable(made, databases)
    watch = observer or ApplyObserver()
    return _carry_out("unhide", made, [], databases, watch, BuildOptions(), None)


def _plan(request: ApplyRequest, databases: Databases, watch: ApplyObserver) -> IndexPlan:
    state = databases.state()
    if request.saved is not None:
        made = make_plan(request.catalogue, state, request.saved.prunes)
        check_same(request.saved, made)
        return made
    return make_plan(request.catalogue, state, _due(request, databases, state, watch))


def _due(
    request: ApplyRequest, databases: Databases, state: LiveState, watch: ApplyObserver
) -> Iterator[Prune]:
    """What may go, at the stage that its soaking time has brought it to."""
    now = dt.datetime.now(dt.UTC)
    for prune in request.prunes:
        entries = databases.of(prune.collection).read_journal(JOURNAL_ENTRIES)
        live = state.collections[prune.collection]
        soaked = due(prune, live, entries, now=now, soak_us=request.soak_us)
        if soaked.note:
            watch.noted(soaked.note)
        yield soaked.prune


def _look_first(
    request: ApplyRequest, made: IndexPlan, databases: Databases, watch: ApplyObserver
) -> Iterator[PreflightFinding]:
    share = request.catalogue.confirm_expiry_above
    policy = ExpiryPolicy(share=share, confirmed=frozenset(request.expire))
    expiring = expiry_findings(made, databases.of, policy)
    with watch.looking():
        for finding in chain(preflight(made, databases.of) if request.preflight else (), expiring):
            watch.found(finding)
            yield finding


def _carry_out(
    command: str,
    made: IndexPlan,
    findings: Iterable[PreflightFinding],
    databases: Databases,
    watch: ApplyObserver,
    options: BuildOptions,
    timeout_us: int | None,
) -> ApplyReport:
    journaler = journaler_of(command, made.content_hash[:12])
    waiting = BuildWait(
        clock=monotonic_us,
        deadline_us=deadline(monotonic_us, timeout_us),
        on_progress=watch.building,
    )
    applying = ApplyContext(
        database_of=databases.of,
        options=options,
        waiting=waiting,
        journaler=journaler,
        owner=owner_of(journaler, "run"),
        on_event=watch.event,
        on_finding=watch.found,
    )
    with watch.carrying_out():
        return apply_plan(made, findings, applying)


def _check_writable(made: IndexPlan, databases: Databases) -> None:
    check_writable(databases.of(part.collection) for part in made.collections if part.steps)


def _build_options(request: ApplyRequest, databases: Databases) -> BuildOptions:
    text = request.commit_quorum
    if not text:
        return BuildOptions()
    for part in request.catalogue.collections:
        server = databases.of(part.name).server
        if not server.has(Feature.COMMIT_QUORUM):
            raise KampynError(f"--commit-quorum: {server.label} has none (replica sets have)")
    return BuildOptions(commit_quorum=int(text) if text.isdigit() else text)
