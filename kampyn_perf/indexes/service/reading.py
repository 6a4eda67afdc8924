"""What changes nothing: verify, stats, journal, a lint's evidence, a catalogue of what is there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.catalogue.from_database import catalogue_of
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.engines.opening import open_database
from kampyn_perf.indexes.explain import verify as explaining
from kampyn_perf.indexes.explain.verify import Verified
from kampyn_perf.indexes.lint.engine import Evidence
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.facts import UseReport
from kampyn_perf.indexes.model.live import LiveCollection
from kampyn_perf.indexes.model.ports import ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.refusals import refusal_error
from kampyn_perf.indexes.observe.usage import DEFAULT_AGE_US, IndexStats, stats_of


def verify(queries: Sequence[Query], databases: Databases) -> tuple[Verified, ...]:
    """Each declared query explained, and held to its expectation. The server runs each once."""
    return tuple(explaining.verify(queries, databases.of))


def stats(databases: Databases, *, age_us: int = DEFAULT_AGE_US) -> tuple[IndexStats, ...]:
    """Size and use of each index of the catalogue's collections, and builds under way. Unused is
    only what every node has counted at zero for `age_us`."""
    statistics: list[IndexStats] = []
    for name, live in databases.state().collections.items():
        database = databases.of(name)
        try:
            report = database.index_use(name) if live.indexes else UseReport()
        except ServerRefusal as refusal:
            report = UseReport(unasked=(refusal.message,))
        builds = database.current_builds(name)
        statistics += stats_of(live, report, builds, now_us=_now_us(), age_us=age_us)
    return tuple(statistics)


def journal(databases: Databases, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The last entries of all databases together, oldest first."""
    entries = [entry for database in databases.all() for entry in database.read_journal(limit)]
    entries.sort(key=lambda entry: str(entry.get("at", "")))
    return entries[-limit:]


def lint_evidence(catalogue: Catalogue, databases: Databases, *, size: int) -> Evidence:
    """What `size` documents of each collection show, and the use of its indexes."""
    samples, uses = {}, {}
    for collection in catalogue.collections:
        database = databases.of(collection.name)
        try:
            samples[collection.name] = database.sample_fields(collection.name, size)
            uses[collection.name] = database.index_use(collection.name)
        except ServerRefusal as refusal:
            raise refusal_error(f"cannot sample {collection.name}", refusal) from refusal
    return Evidence(samples=samples, uses=uses, now_us=_now_us())


def catalogue_of_databases(
    variables: Mapping[str, str], environ: Mapping[str, str], *, uri: str = ""
) -> tuple[Catalogue, tuple[str, ...]]:
    """A catalogue of the indexes of the databases whose URIs are in the environment's `variables`
    (by cluster), and of the one at `uri`; and where that was read."""
    places = [(name, _value(variable, environ)) for name, variable in variables.items()]
    if uri or not places:
        places.insert(0, ("default", uri or _value("MONGO_URI", environ)))
    gathered: list[tuple[str, LiveCollection]] = []
    labels = []
    for name, place in places:
        label, collections = _read(place)
        labels.append(label)
        known = {live.name: cluster for cluster, live in gathered}
        for live in collections:
            if live.name in known:
                raise KampynError(
                    f"{live.name} is in the clusters {known[live.name]} and {name}",
                    hint="A catalogue knows a collection by its name: import each for itself.",
                )
        gathered += [(name, live) for live in collections]
    return catalogue_of(gathered, variables), tuple(labels)


def _value(variable: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable)
    if not value:
        raise KampynError(f"{variable} is not set", hint="Set it, or give --db.")
    return value


def _read(uri: str) -> tuple[str, list[LiveCollection]]:
    database = open_database(uri)
    try:
        names = database.collection_names()
        return database.label, [database.read_collection(name) for name in sorted(names)]
    except ServerRefusal as refusal:
        raise refusal_error(f"cannot read {database.label}", refusal) from refusal
    finally:
        database.close()


def _now_us() -> int:
    return time.time_ns() // 1_000
