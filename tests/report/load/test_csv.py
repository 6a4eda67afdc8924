"""The result as a spreadsheet reads it.

Tests `kampyn_perf/report/load/__init__.py` too.
"""

from __future__ import annotations

import csv
import io

from kampyn_perf.report.load import Format, export
from tests.report.html.samples import failing_run
from tests.slo.runs import Run


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_line_for_all_and_for_each_group() -> None:
    result = failing_run()
    lines = {(row["group"], row["name"]): row for row in rows(export(result, Format.CSV))}
    assert set(lines) == {
        ("all", ""),
        *(("endpoint", one.name) for one in result.endpoints),
        *(("flow", one.name) for one in result.flows),
        *(("phase", one.name) for one in result.phases),
    }
    line = lines["endpoint", result.endpoints[0].name]
    requests = result.endpoints[0].requests
    assert line["requests"] == str(requests.count)
    assert line["failed"] == str(requests.failed)
    assert line["response_p999_us"] == str(requests.response.p999_us)
    assert line["service_mean_us"] == str(requests.service.mean_us)
    assert line["bytes_sent"] == str(requests.bytes_sent)


def test_what_is_not_known_is_empty() -> None:
    (line, *_) = rows(export(Run(phases=[("p", [[]])]).result(), Format.CSV))
    assert (line["requests"], line["response_p95_us"]) == ("0", "")
