"""What failures of an endpoint are told apart by."""

from __future__ import annotations

import pytest

from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.grouping import cause_of


@pytest.mark.parametrize(
    ("status", "error", "cause"),
    [
        (503, ErrorKind.HTTP_5XX, "503"),
        (404, ErrorKind.HTTP_4XX, "404"),
        (0, ErrorKind.TIMEOUT, "timeout"),
        (200, ErrorKind.CONTENT, "content"),  # an answer that the scenario refused
        (503, ErrorKind.CONTENT, "content"),
        (200, ErrorKind.TIMEOUT, "timeout"),  # the head had come
    ],
)
def test_a_status_is_the_cause_where_it_made_the_failure(status, error, cause):
    assert cause_of(status, error) == cause
