"""Names that more than one module uses: schemas, files of a run folder, metrics. Each once."""

from __future__ import annotations

from typing import Final

# Schemas of result files: a name and a version. A reader takes every version up to its own.
LOAD_SCHEMA: Final = "kampyn-perf/load"
LOAD_VERSION: Final = 2
BENCH_SCHEMA: Final = "kampyn-perf/bench"
BENCH_VERSION: Final = 1
VERDICT_SCHEMA: Final = "kampyn-perf/verdict"
VERDICT_VERSION: Final = 1
COMPARISON_SCHEMA: Final = "kampyn-perf/comparison"
COMPARISON_VERSION: Final = 1
SUMMARY_SCHEMA: Final = "kampyn-perf/summary"
SUMMARY_VERSION: Final = 1
TAGS_SCHEMA: Final = "kampyn-perf/tags"
TAGS_VERSION: Final = 1
CAPACITY_SCHEMA: Final = "kampyn-perf/capacity"
CAPACITY_VERSION: Final = 1
GENERATOR_SCHEMA: Final = "kampyn-perf/generator"
GENERATOR_VERSION: Final = 1
ALERT_SCHEMA: Final = "kampyn-perf/alert"
ALERT_VERSION: Final = 1
DATA_SCHEMA = "kampyn-perf/data"
DATA_VERSION = 1

# Files of a run folder.
RESULT_FILE = "result.json"
CONFIG_FILE = "config.json"
VERDICT_FILE = "verdict.json"
REPORT_FILE = "report.html"
AUDIT_FILE = "audit.json"
FLAME_FILE = "flame.svg"
ACKNOWLEDGED_FILE = "acknowledged.jsonl"
COMPARISON_FILE = "comparison.json"
SUMMARY_FILE = "summary.json"
TAGS_FILE = "tags.json"
GENERATOR_LOG = "generator.log"
BACKEND_LOG = "backend.log"
RUN_LOGS = (GENERATOR_LOG, BACKEND_LOG)
LATEST = "latest"

# Metrics of the reference backend, with the document's names in Prometheus's units (seconds).
METRIC_HTTP = "http_request_duration_seconds"
METRIC_DB = "db_query_duration_seconds"
# What tells the causes of a slow answer apart, over all workers.
METRIC_CACHE = "cache_requests_total"
METRIC_IN_FLIGHT = "http_requests_in_flight"
METRIC_DB_WAIT = "db_connection_wait_seconds"
METRIC_HASH = "password_hash_seconds"
METRIC_HASH_WAIT = "password_hash_wait_seconds"
METRIC_HASH_QUEUE = "password_hash_queue_length"
METRIC_HASH_REFUSED = "password_hash_refused_total"
METRIC_RATE_LIMITED = "rate_limit_refused_total"
METRIC_LOOP_LAG = "event_loop_lag_seconds"
METRIC_GC_PAUSE = "gc_pause_seconds_total"
METRIC_GC_COLLECTIONS = "gc_collections_total"

# What is watched beside the client (`results.Series.metric`), and what objectives may name.
CPU = "cpu"
MEMORY = "memory"
DISK_IO = "disk_io"
MEMORY_PER_INSTANCE = "memory_per_instance"
DB_QUERY_TIME = "db_query_time"
PROBE_AVAILABILITY = "probe_availability"

# What else is watched, to explain those. Shares are of one (`process_cpu`: 1 is one core).
PROCESS_CPU = "process_cpu"
PROCESS_CPU_WAIT = "process_cpu_wait"
PROCESS_MEMORY = "process_memory"
PROCESS_PSS = "process_pss"
PROCESS_THREADS = "process_threads"
PROCESS_DESCRIPTORS = "process_descriptors"
PROCESS_RESTARTS = "process_restarts"
CONTAINER_CPU = "container_cpu"
CPU_STEAL = "cpu_steal"
CPU_PRESSURE = "cpu_pressure"
MEMORY_PRESSURE = "memory_pressure"
IO_PRESSURE = "io_pressure"
NETWORK_RECEIVED = "network_received"
NETWORK_SENT = "network_sent"
PROBE_TIME = "probe_time"
CACHE_HIT_RATIO = "cache_hit_ratio"
CACHE_EVICTIONS = "cache_evictions"
CACHE_MEMORY = "cache_memory"
CACHE_MEMORY_SHARE = "cache_memory_share"
MONGO_OPERATION_TIME = "mongo_operation_time"
MONGO_OPERATIONS = "mongo_operations"
MONGO_CONNECTIONS = "mongo_connections"
MONGO_CACHE_USED = "mongo_cache_used"
MONGO_CACHE_DIRTY = "mongo_cache_dirty"
MONGO_QUEUED = "mongo_queued"
MONGO_TICKETS_USED = "mongo_tickets_used"
MONGO_SLOW_OPERATIONS = "mongo_slow_operations"
MONGO_COLLECTION_SCANS = "mongo_collection_scans"

# What a load measures itself, and charts show.
START_LAG = "start_lag"
SESSIONS_IN_FLIGHT = "sessions_in_flight"

# The collections (tables, in the embedded store) of the document.
USERS = "users"
ORDERS = "orders"
RETAILS = "retails"
PRODUCES = "produces"
VENDORS = "vendors"
CARTS = "carts"

# What this program keeps inside a database it manages (lock, journal): never planned, never listed.
OWN_PREFIX = "kampyn_perf_"
LOCK_COLLECTION = "kampyn_perf_lock"
JOURNAL_COLLECTION = "kampyn_perf_journal"
SCRATCH_COLLECTION = "kampyn_perf_scratch"
PROBE_COLLECTION = "kampyn_perf_probe"
