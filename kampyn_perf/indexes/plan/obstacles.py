"""Why a wanted index cannot be had as things are: the server would refuse it, so the plan says so
first, with MongoDB's error code where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kampyn_perf.indexes.model.limits import (
    Refusal,
    max_indexes,
    max_namespace_bytes,
    refusals_on,
    timeseries_refusals,
)
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.matching import (
    How,
    Match,
    clash,
    is_declared_twice,
    is_id_key,
)
from kampyn_perf.indexes.model.normalise import (
    Normal,
    describe,
    differences,
    digest,
    normal_of,
    same_index,
)
from kampyn_perf.indexes.model.options import OPTIONS
from kampyn_perf.indexes.model.server import OF_MONGODB, Engine, Feature
from kampyn_perf.indexes.model.spec import HASHED, IndexSpec, describe_keys
from kampyn_perf.indexes.plan.steps import in_place_steps


def definition_key(spec: IndexSpec) -> str:
    """The same for the same definition, whatever its name and its notation."""
    return digest(describe(normal_of(spec)))


def obstacles(
    matches: Sequence[Match], live: LiveCollection, tried: Mapping[str, str]
) -> dict[int, str]:
    """The reason against each entry that has one, by its position; `tried` are those that the
    server gave, by `definition_key`. An index that is there is never refused: the server has shown
    that it can be."""
    refused: dict[int, str] = {}
    for position, match in enumerate(matches):
        if match.how is How.SAME and match.live:
            if match.live.normal.hidden != match.normal.hidden and not live.server.has(
                Feature.HIDE
            ):
                refused[position] = f"{live.server.label} can neither hide nor show an index"
            continue
        reasons = [
            _by_collection(match, live),
            _by_itself(match, live),
            _by_features(match, live),
            _by_shard_key(match, live),
            _by_catalogue(position, matches, live),
            tried.get(definition_key(match.entry.spec), "") if tried else "",
        ]
        reason = next((text for text in reasons if text), "")
        if reason:
            refused[position] = reason
    return refused | _by_number(matches, live, refused)


def _by_collection(match: Match, live: LiveCollection) -> str:
    normal = match.normal
    limit = max_namespace_bytes(live.server.version)
    if live.server.engine in OF_MONGODB and len(live.name.encode()) + 2 > limit:
        return f"database.collection has more than {limit} bytes (error 73)"
    if live.refuses is not None:
        return live.refuses(match.entry.spec, live)
    if live.kind is CollectionKind.VIEW:
        return "is a view (error 166): index the collection that the view reads from"
    if live.kind is CollectionKind.CAPPED and normal.ttl is not None:
        return "a capped collection cannot expire documents by an index (error 67)"
    return _by_documents(match, live)


def _by_documents(match: Match, live: LiveCollection) -> str:
    """What stands against it because of the documents that are there, or of how they lie."""
    server = live.server
    if server.engine is Engine.COSMOS_RU and match.normal.unique and live.documents:
        return f"{server.engine.label} builds unique indexes on empty collections only"
    if live.kind is CollectionKind.TIMESERIES and server.engine in OF_MONGODB:
        refused = timeseries_refusals(match.entry.spec, live.timeseries or {}, server.version)
        return _words(tuple(refused))
    return ""


def _by_itself(match: Match, live: LiveCollection) -> str:
    return _words(refusals_on(match.entry.spec, live.server.engine, live.server.version))


def _words(refused: Sequence[Refusal]) -> str:
    """All reasons in one sentence, with MongoDB's code of the first."""
    reasons = [
        f"{refusal.message} needs {refusal.needs}" if refusal.needs else refusal.message
        for refusal in refused
    ]
    return f"{'; '.join(reasons)} (error {refused[0].code})" if refused else ""


def _by_features(match: Match, live: LiveCollection) -> str:
    lacking = (
        f"{live.server.label} {option.lacks}"
        for option in OPTIONS
        if option.needs is not None
        and match.normal.get(option.name) != option.absent
        and not live.server.has(option.needs)
    )
    return next(lacking, "")


def _by_shard_key(match: Match, live: LiveCollection) -> str:
    if not match.normal.unique or not live.shard_key:
        return ""
    wanted = tuple(path for path, _ in match.normal.keys)
    shard = tuple(live.shard_key)
    hashed = HASHED in live.shard_key.values()
    if hashed or wanted[: len(shard)] != shard:
        return (
            "a unique index of a sharded collection must begin with the shard key "
            f"{describe_keys(tuple(live.shard_key.items()))}, which must not be hashed (error 67)"
        )
    return ""


def _by_catalogue(position: int, matches: Sequence[Match], live: LiveCollection) -> str:
    """Two entries that no server can have together. Neither is trusted, unless one is there."""
    mine = matches[position]
    for other_position, other in enumerate(matches):
        if other_position == position:
            continue
        if same_index(other.normal, mine.normal):
            if other_position < position or other.how is How.SAME:
                return f"the catalogue has the same index twice ({_label(other)})"
        elif clash(other.normal, mine.normal, live.server):
            return _clash_reason(other, other.normal)
        elif is_declared_twice(other.entry, other.normal, mine.entry, mine.normal):
            return _twice_reason(other, mine)
        elif (
            _explicit(mine)
            and _explicit(mine) == _explicit(other)
            and (other_position < position or other.how is How.SAME)
        ):
            return f"another entry has the name {_explicit(mine)} with other keys (error 86)"
    return ""


def _twice_reason(other: Match, mine: Match) -> str:
    differs = "; ".join(differences(other.normal, mine.normal))
    return (
        f"the catalogue declares these keys twice ({_label(other)}; here {differs}): keep one, or "
        "give one a name of its own"
    )


def _clash_reason(other: Match, normal: Normal) -> str:
    if normal.is_text:
        return f"a collection has one text index, and the catalogue has another ({_label(other)})"
    return f"the catalogue has the same keys with other options ({_label(other)}; error 85)"


def _by_number(
    matches: Sequence[Match], live: LiveCollection, refused: dict[int, str]
) -> dict[int, str]:
    """What would be the 65th index."""
    too_many: dict[int, str] = {}
    room = free_slots(live)
    for position, match in enumerate(matches):
        if position in refused or not _adds_one(match, live):
            continue
        room -= 1
        if room < 0:
            most = max_indexes(live.server.engine) or 0
            too_many[position] = f"would be index {most - room} of at most {most} (error 67)"
    return too_many


def free_slots(live: LiveCollection) -> int:
    """How many more indexes the collection can have."""
    most = max_indexes(live.server.engine)
    if most is None:
        return 1_000
    has_id = any(index.name == "_id_" for index in live.indexes)
    return most - len(live.indexes) - (0 if has_id else 1)


def additions(matches: Sequence[Match], live: LiveCollection, refused: Mapping[int, str]) -> int:
    """How many indexes the plan adds for good."""
    return sum(
        position not in refused and _adds_one(match, live) for position, match in enumerate(matches)
    )


def _adds_one(match: Match, live: LiveCollection) -> bool:
    if match.how is How.SAME_KEYS and match.live:
        return in_place_steps(live.name, match.live, match.normal, live.server) is None
    return match.how is How.NEW and not is_id_key(match.normal.keys)


def _explicit(match: Match) -> str:
    return match.entry.spec.name


def _label(match: Match) -> str:
    return (
        match.live.name
        if match.live and match.how is How.SAME
        else (match.entry.spec.effective_name)
    )
