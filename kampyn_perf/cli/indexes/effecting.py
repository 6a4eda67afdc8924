"""What `indexes effect` does once its flags are read."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import orjson

from kampyn_perf import files
from kampyn_perf.cli.console import is_terminal, print_json, say, stderr
from kampyn_perf.cli.indexes.effect_view import show_costs, show_effects
from kampyn_perf.cli.indexes.options import parse_names
from kampyn_perf.cli.indexes.progress import as_termination
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.apply.journal import Journaler, who
from kampyn_perf.indexes.apply.locking import Locks
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.ports import BuildOptions, Database, ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import Topology
from kampyn_perf.indexes.observe.effect import ACROSS_RUNS, IndexEffect, QueryEffect, Timing
from kampyn_perf.indexes.observe.isolation import Lab, left_hidden, open_lab, restore
from kampyn_perf.indexes.observe.measure import (
    Measuring,
    check_measurable,
    measure_index,
    run_all,
    timings,
)
from kampyn_perf.indexes.text.effect import effect_json, query_json, read_timings, timings_json

JOURNAL_ENTRIES = 1_000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The command line's, as given."""

    names: Sequence[str]
    runs: int
    writes: int
    yes: bool
    json: bool
    record: Path | None
    against: Path | None
    queries: tuple[Query, ...]


def give_back(databases: Databases) -> int:
    """Show again what killed measurements left hidden, and nothing else."""
    restored = [name for database in databases.all() for name in _restored(database)]
    say(f"Shown again: {', '.join(restored)}." if restored else "Nothing was left hidden.")
    return ExitCode.OK


def compare(databases: Databases, settings: Settings) -> int:
    """Measure every query as things are; keep the figures, or hold them against older ones."""
    earlier = read_timings(settings.against) if settings.against else None
    found: dict[str, Timing] = {}
    labels = []
    with _ticking(lambda: None) as tick:
        measuring = _measuring(settings, tick)
        for database in databases.all():
            mine = [q for q in settings.queries if databases.of(q.collection) is database]
            labels.append(database.label)
            for name in dict.fromkeys(query.collection for query in mine):
                part = [query for query in mine if query.collection == name]
                samples = run_all(database, part, settings.runs, measuring, name)
                found |= {f"{name}.{key}": value for key, value in timings(samples).items()}
    if settings.record:
        data = timings_json(found, ", ".join(labels))
        files.write_whole(settings.record, orjson.dumps(data, option=orjson.OPT_INDENT_2))
        say(f"Timings of {len(found)} queries are in {settings.record}.")
    if earlier is None:
        if settings.json:
            print_json(timings_json(found, ", ".join(labels)))
        return ExitCode.OK
    effects = [
        QueryEffect(query=query, before=earlier[key], after=found[key], margin=ACROSS_RUNS)
        for query in settings.queries
        if (key := f"{query.collection}.{query.name}") in earlier
    ]
    show_effects(effects, ("before", "now"))
    say("Two measurements at two times: a difference below a factor of two is not claimed.")
    if settings.json:
        print_json({"queries": [query_json(each) for each in effects]})
    return ExitCode.OK


def measure(wanted: Catalogue, databases: Databases, settings: Settings) -> int:
    """Each index by itself: with it, and without."""
    asked = parse_names(settings.names, wanted, "--index")
    _ask(databases, settings)
    effects: list[IndexEffect] = []
    with as_termination() as termination:
        try:
            for database in databases.all():
                mine = [c for c in wanted.collections if databases.of(c.name) is database]
                names = {collection.name for collection in mine}
                chosen = [pair for pair in asked if pair[0] in names]
                if chosen or not asked:
                    effects += _on(database, wanted, names, chosen, settings)
        except KeyboardInterrupt:
            code = ExitCode.TERMINATED if termination.asked else ExitCode.INTERRUPTED
            raise KampynError(
                "interrupted; the indexes are as they were found", code=code
            ) from None
    queries = [query for each in effects for query in each.queries]
    show_effects(queries, ("without", "with"))
    show_costs(effects)
    if settings.json:
        print_json(effect_json(effects))
    return ExitCode.OK


def _on(
    database: Database,
    wanted: Catalogue,
    names: set[str],
    chosen: Sequence[tuple[str, str]],
    settings: Settings,
) -> list[IndexEffect]:
    journaler = _journaler()
    clock = _monotonic_us
    embedded = database.server.topology is Topology.EMBEDDED
    owner = f"{who()}, process {os.getpid()}, effect {journaler.run}"
    locks = Locks(databases=[] if embedded else [database], owner=owner, clock=clock)
    with locks, open_lab(database, journaler) as lab, _ticking(locks.keep) as tick:
        if embedded:
            _build_missing(lab, wanted, names)
        else:
            _restore(database, journaler)
        return list(_measure_all(lab, names, chosen, settings, _measuring(settings, tick)))


def _measure_all(
    lab: Lab,
    names: set[str],
    chosen: Sequence[tuple[str, str]],
    settings: Settings,
    measuring: Measuring,
) -> Iterator[IndexEffect]:
    for collection in sorted(names):
        live = lab.database.read_collection(collection)
        queries = [query for query in settings.queries if query.collection == collection]
        known = {index.name for index in live.indexes}
        for _, name in (pair for pair in chosen if pair[0] == collection):
            if name not in known:
                raise KampynError(
                    f"there is no index {collection}.{name}",
                    hint=f"There are: {', '.join(sorted(known)) or 'none'}.",
                )
        for index in live.indexes:
            if chosen and (collection, index.name) not in chosen:
                continue
            reason = check_measurable(lab.database, collection, index)
            if not reason:
                yield measure_index(lab, collection, index, queries, measuring)
            elif chosen:
                yield IndexEffect(collection=collection, index=index.name, skipped=reason)


def _build_missing(lab: Lab, wanted: Catalogue, names: set[str]) -> None:
    """On a copy: the catalogue's indexes that are not there yet, so that their effect is known
    before they are built."""
    for part in wanted.collections:
        if part.name not in names:
            continue
        for entry in part.entries:
            try:
                lab.database.create_indexes(part.name, [entry.spec], BuildOptions())
            except ServerRefusal as refusal:
                say(f"{part.name}.{entry.spec.effective_name}: not measured: {refusal.message}")


def _restored(database: Database) -> tuple[str, ...]:
    """Whatever was left hidden; without a write where nothing was."""
    if database.server.topology is Topology.EMBEDDED:
        return ()
    if not left_hidden(database.read_journal(JOURNAL_ENTRIES)):
        return ()
    journaler = _journaler()
    owner = f"{who()}, process {os.getpid()}, effect {journaler.run}"
    with Locks(databases=[database], owner=owner, clock=_monotonic_us):
        return restore(database, database.read_journal(JOURNAL_ENTRIES), journaler)


def _restore(database: Database, journaler: Journaler) -> None:
    for name in restore(database, database.read_journal(JOURNAL_ENTRIES), journaler):
        say(f"{name}: shown again; a measurement that was killed had left it hidden")


def _ask(databases: Databases, settings: Settings) -> None:
    live = [d for d in databases.all() if d.server.topology is not Topology.EMBEDDED]
    if settings.yes or not live:
        return
    if not sys.stdin.isatty():
        raise KampynError(
            "hiding indexes for a measurement makes queries slower meanwhile, and nobody is "
            "there to confirm it",
            hint="Give --yes, or measure before and after a change: --record, --against.",
        )
    say(f"Hide indexes of {', '.join(d.label for d in live)}, one at a time? Only 'yes' does: ")
    if sys.stdin.readline().strip() != "yes":
        raise KampynError("not confirmed; nothing was done", code=ExitCode.FAILED)


def _measuring(settings: Settings, tick: Callable[[str], None]) -> Measuring:
    return Measuring(
        runs=settings.runs, clock=time.perf_counter_ns, writes=settings.writes, on_tick=tick
    )


@contextmanager
def _ticking(keep: Callable[[], None]) -> Iterator[Callable[[str], None]]:
    """Says what is being measured, live on a terminal and once elsewhere; keeps the lock."""
    live = is_terminal()
    status = stderr().status("measuring") if live else None
    said = ""

    def tick(label: str) -> None:
        nonlocal said
        keep()
        if label == said:
            return
        said = label
        if status is not None:
            status.update(label)

    with status or nullcontext():
        yield tick


def _journaler() -> Journaler:
    return Journaler(command="effect", plan_hash="", by=who(), now=lambda: dt.datetime.now(dt.UTC))


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1_000
