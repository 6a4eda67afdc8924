"""A benchmark's result as the file that `pytest-benchmark compare` reads. Pure; seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus

_S = 1e9


def saved_run(result: BenchResult) -> bytes:
    """The document, JSON. Failed cases have no place in it and are left out."""
    document = {
        "machine_info": {
            "node": result.machine.hostname,
            "system": result.machine.os.partition(" ")[0],
            "release": result.machine.os.partition(" ")[2],
            "python_version": result.machine.python,
            "cpu": {"brand_raw": result.machine.cpu, "count": result.machine.cores},
        },
        "commit_info": {
            "id": result.machine.git_commit.rstrip("+") or None,
            "dirty": result.machine.git_commit.endswith("+"),
        },
        "benchmarks": [
            _entry(case, result)
            for case in result.cases
            if case.summary and case.status is CaseStatus.OK
        ],
        "datetime": result.started_at,
        "version": "5.1.0",
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _entry(case: CaseResult, result: BenchResult) -> dict[str, Any]:
    return {
        "group": case.suite,
        "name": case.name,
        "fullname": case.name,
        "params": dict(case.params) or None,
        "param": ",".join(f"{key}={value}" for key, value in case.params.items()) or None,
        "extra_info": {"overhead_ns": case.overhead_ns, "clients": case.clients},
        "options": {
            "disable_gc": not result.options.collect_garbage,
            "timer": "perf_counter",
            "min_rounds": result.options.iterations,
            "max_time": result.options.max_time_ns / _S,
            "min_time": 0.0,
            "warmup": bool(case.warmup),
        },
        "stats": _stats(case),
    }


def _stats(case: CaseResult) -> dict[str, Any]:
    """pytest-benchmark's own figures; quartiles by linear interpolation, as it takes them."""
    times = np.sort(case.decode())
    seconds = times / _S
    q1, median, q3 = (float(np.percentile(seconds, q)) for q in (25, 50, 75))
    mean, stddev = float(seconds.mean()), float(seconds.std(ddof=1)) if len(seconds) > 1 else 0.0
    iqr = q3 - q1
    mild = int(((seconds < mean - stddev) | (seconds > mean + stddev)).sum())
    far = int(((seconds < q1 - 1.5 * iqr) | (seconds > q3 + 1.5 * iqr)).sum())
    return {
        "min": float(seconds[0]),
        "max": float(seconds[-1]),
        "mean": mean,
        "stddev": stddev,
        "rounds": len(seconds),
        "median": median,
        "iqr": iqr,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": far,
        "stddev_outliers": mild,
        "outliers": f"{mild};{far}",
        "ld15iqr": float(seconds[seconds >= q1 - 1.5 * iqr][0]),
        "hd15iqr": float(seconds[seconds <= q3 + 1.5 * iqr][-1]),
        "ops": 1 / mean if mean else 0.0,
        "total": float(seconds.sum()),
        "iterations": 1,
        "data": seconds.tolist(),
    }
