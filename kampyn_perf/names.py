"""Names that more than one module uses: schemas, files of a run folder, metrics. Each once."""

from __future__ import annotations

from typing import Final

# Schemas of result files: a name and a version. A reader takes every version up to its own.
LOAD_SCHEMA: Final = "kampyn-perf/load"
BENCH_SCHEMA: Final = "kampyn-perf/bench"
VERDICT_SCHEMA: Final = "kampyn-perf/verdict"
RESULT_VERSION = 1
DATA_SCHEMA = "kampyn-perf/data"
DATA_VERSION = 1

# Files of a run folder.
RESULT_FILE = "result.json"
CONFIG_FILE = "config.json"
VERDICT_FILE = "verdict.json"
AUDIT_FILE = "audit.json"
GENERATOR_LOG = "generator.log"
BACKEND_LOG = "backend.log"
RUN_LOGS = (GENERATOR_LOG, BACKEND_LOG)
LATEST = "latest"

# Metrics of the reference backend, with the document's names in Prometheus's units (seconds).
METRIC_HTTP = "http_request_duration_seconds"
METRIC_DB = "db_query_duration_seconds"

# What is watched beside the client (`results.Series.metric`), and what objectives may name.
CPU = "cpu"
MEMORY = "memory"
DISK_IO = "disk_io"
MEMORY_PER_INSTANCE = "memory_per_instance"
DB_QUERY_TIME = "db_query_time"
PROBE_AVAILABILITY = "probe_availability"

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
