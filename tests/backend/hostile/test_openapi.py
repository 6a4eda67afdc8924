"""Generated requests find no 5xx and nothing that the description does not say.

Tests `app.py`, `responses.py` and `wiring.py` of `kampyn_perf/backend`, and
`kampyn_perf/backend/routes`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kampyn_perf.backend.launcher import RunningBackend
from tests.backend.conftest import Client

CALLERS = {
    "nobody": None,
    "user": "test@example.com",
    "vendor": "vendor123@example.com",
    "admin": "admin@example.com",
}
EXAMPLES = 3
"""For each operation; a thorough run is `schemathesis run URL/openapi.json`."""


@pytest.fixture(scope="module")
def schema(backend: RunningBackend) -> Any:
    import schemathesis  # a second, which other workers save

    return schemathesis.openapi.from_url(f"{backend.url}/openapi.json")


@pytest.mark.parametrize(
    ("mode", "callers"),
    [("positive", ["nobody", "user", "admin"]), ("negative", ["vendor", "admin"])],
)
def test_only_documented_answers(
    backend: RunningBackend, schema: Any, mode: str, callers: list[str]
) -> None:
    """To each caller the same requests, which take longer to generate than to send."""
    headers = {caller: _headers(backend, caller) for caller in callers}
    seen: Counter[tuple[str, str]] = Counter()
    for result in schema.get_all_operations():
        _try(result.ok(), mode, headers, seen)
    operations = [one for path in schema.raw_schema["paths"].values() for one in path.values()]
    takes_something = [one for one in operations if {"parameters", "requestBody"} & set(one)]
    # What takes nothing (/health, the logout) cannot be asked wrongly.
    wanted = takes_something if mode == "negative" else operations
    for caller in callers:
        assert sum(one == caller for one, _label in seen) >= len(wanted) > 15


def _try(
    operation: Any,
    mode: str,
    headers: dict[str, dict[str, str]],
    seen: Counter[tuple[str, str]],
) -> None:
    from schemathesis.generation import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    # Not all that fits the description is good: a cursor has to be one that was given out.
    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        for caller, own in headers.items():
            answer = case.call(headers=own, timeout=30)
            assert answer.status_code < 500, case.as_curl_command()
            assert b"Traceback" not in answer.content
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])
            seen[caller, operation.label] += 1

    try:
        check()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__:
            raise


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
FIELD = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF), max_size=24).map(str.strip)
NAMES = [
    "Authorization",
    "Cookie",
    "Idempotency-Key",
    "Accept",
    "X-Forwarded-For",
    "Range",
    "Origin",
]


def test_any_query_string_and_any_header_beside_what_is_asked(
    backend: RunningBackend, schema: Any
) -> None:
    """What the description does not name, and strange values of what it does: no 5xx."""
    callers = [_headers(backend, caller) for caller in ("nobody", "admin")]
    seen = 0
    for result in schema.get_all_operations():
        seen += _try_strange(result.ok(), callers)
    assert seen > 30


def _try_strange(operation: Any, callers: list[dict[str, str]]) -> int:
    seen = 0

    @given(
        case=operation.as_strategy(),
        query=st.dictionaries(
            st.sampled_from(["q", "page", "limit", "cursor"]) | TEXT, TEXT, max_size=3
        ),
        headers=st.dictionaries(st.sampled_from(NAMES), FIELD, max_size=2),
    )
    @settings(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any, query: dict[str, str], headers: dict[str, str]) -> None:
        nonlocal seen
        case.query = {**(case.query or {}), **query}
        strange = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
        for own in callers:
            answer = case.call(headers=own | strange, timeout=30)
            assert answer.status_code < 500, case.as_curl_command()
            assert b"Traceback" not in answer.content
        seen += 1

    check()
    return seen


def _headers(backend: RunningBackend, caller: str) -> dict[str, str]:
    email = CALLERS[caller]
    if email is None:
        return {}
    client = Client(backend.url)
    client.log_in(email, who="vendor" if caller == "vendor" else "user")
    token = client.headers["Cookie"].partition("=")[2]
    client.close()
    return {"Authorization": f"Bearer {token}"}
