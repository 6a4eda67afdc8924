"""The stages of MongoDB's plans that this program knows, and what each says of how documents are
reached. Vocabulary only; `explain` reads plans with it and names what is not here.

Sources: mongodb.com/docs/manual/reference/explain-results, and the servers' `stage_types.cpp`.
"""

from __future__ import annotations

from kampyn_perf.indexes.model.explained import Reach

LEAVES = {
    "IXSCAN": Reach.INDEX,
    "COUNT_SCAN": Reach.INDEX,
    "DISTINCT_SCAN": Reach.INDEX,
    "TEXT": Reach.INDEX,
    "TEXT_MATCH": Reach.INDEX,
    "GEO_NEAR_2D": Reach.INDEX,
    "GEO_NEAR_2DSPHERE": Reach.INDEX,
    "EXPRESS_IXSCAN": Reach.INDEX,
    "IDHACK": Reach.PRIMARY,
    "CLUSTERED_IXSCAN": Reach.PRIMARY,
    "EXPRESS_CLUSTERED_IXSCAN": Reach.PRIMARY,
    "COLLSCAN": Reach.COLLECTION,
    "RECORD_STORE_FAST_COUNT": Reach.NOTHING,
    "EOF": Reach.NOTHING,
}
# The slot-based engine's own, read only where a document has no plan but its execution.
SLOT_LEAVES = {
    "ixseek": Reach.INDEX,
    "ixscan": Reach.INDEX,
    "ixscan_generic": Reach.INDEX,
    "scan": Reach.COLLECTION,
    "parallel_scan": Reach.COLLECTION,
}

_THROUGH = """
FETCH LIMIT SKIP PROJECTION PROJECTION_SIMPLE PROJECTION_COVERED PROJECTION_DEFAULT OR AND_HASH
AND_SORTED SORT SORT_MERGE SORT_KEY_GENERATOR KEEP_MUTATIONS SHARDING_FILTER SHARD_MERGE
SHARD_MERGE_SORT SINGLE_SHARD SUBPLAN CACHED_PLAN MULTI_PLAN TRIAL COUNT GROUP UNWIND MATCH
REPLACE_ROOT ENSURE_SORTED RETURN_KEY TEXT_OR UPDATE DELETE BATCHED_DELETE EQ_LOOKUP
EQ_LOOKUP_UNWIND UNPACK_TS_BUCKET UNPACK_BUCKET WINDOW SPOOL QUEUED_DATA MULTI_ITERATOR SENTINEL
SHARD_WRITE EXPRESS_UPDATE EXPRESS_DELETE TS_MODIFY
"""
THROUGH = frozenset(_THROUGH.split())
"""They hand documents on, and say nothing of how those were reached."""

_PIPELINE = """
$cursor $geoNearCursor $match $project $addFields $set $unset $group $sort $limit $skip $unwind
$lookup $graphLookup $unionWith $facet $bucket $bucketAuto $count $sortByCount $replaceRoot
$replaceWith $sample $redact $out $merge $setWindowFields $densify $fill $geoNear $indexStats
$collStats $documents $changeStream $search $searchMeta $vectorSearch $mergeCursors $teeConsumer
$queue $sequentialDocumentCache $_internalUnpackBucket $_internalInhibitOptimization
$_internalSetWindowFields $_internalSplitPipeline $_internalStreamingGroup
$_internalSearchMongotRemote $_internalSearchIdLookup
"""
PIPELINE = frozenset(_PIPELINE.split())
"""Stages of an aggregation, after its access path."""


def is_known(stage: str) -> bool:
    """Whether `stage` of a plan is one of these; lower case is the slot-based engine's, whose
    stages are many and stand beside a plan in the classic words."""
    return stage in LEAVES or stage in THROUGH or stage.islower()


def is_known_in_pipeline(stage: str) -> bool:
    """Whether `stage` of an aggregation is one of these."""
    return stage in PIPELINE
