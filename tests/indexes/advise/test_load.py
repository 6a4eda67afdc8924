"""The flow and the step of a load behind a recorded route."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from kampyn_perf.indexes.advise.load import form_of, senders_of
from kampyn_perf.indexes.advise.operation import Kind, Operation

RESULT = SimpleNamespace(
    started_at="2026-11-28T08:00:00+00:00",
    elapsed_us=60_000_000,
    breakdown=SimpleNamespace(
        requests=[
            SimpleNamespace(endpoint="GET /order/{vendorId}/active", flow="Vendor"),
            SimpleNamespace(endpoint="GET /order/{vendorId}/active", flow="Vendor"),
            SimpleNamespace(endpoint="GET /order/{vendorId}/active", flow="Admin"),
            SimpleNamespace(endpoint="", flow="Vendor"),
        ]
    ),
)


def operation(at: str, sender: str = "GET /order/{id}/active") -> Operation:
    return Operation(
        database="shop", collection="orders", kind=Kind.FIND, filter={}, sort={}, at=at,
        sender=sender,
    )  # fmt: skip


def named(*operations: Operation):
    senders = senders_of(RESULT)  # type: ignore[arg-type]
    return [one.sender for one in senders.named(operations)], senders.outside


def test_the_flow_stands_before_the_route():
    found, outside = named(
        operation("2026-11-28T08:00:10.123Z"),
        operation("2026-11-28T08:00:10+00:00", "shop"),
        operation("", "GET /order/:vendorId/active"),
    )
    assert found == [
        "Vendor and Admin: GET /order/{id}/active",
        "shop",
        "Vendor and Admin: GET /order/:vendorId/active",
    ]
    assert outside == 0


def test_what_was_recorded_at_another_time_is_left_out():
    found, outside = named(
        operation("2026-11-28T07:59:59Z"),
        operation("2026-11-28T09:01:03+01:00"),
        operation("2026-11-28T08:01:06Z"),
    )
    assert len(found) == 1
    assert outside == 2


@pytest.mark.parametrize(
    ("endpoint", "form"),
    [
        ("GET /a/{b}/c", "GET /a/{}/c"),
        ("GET /a/:b/c?x={y}", "GET /a/{}/c"),
        ("POST /a", "POST /a"),
        ("", ""),
    ],
)
def test_placeholders_have_no_names(endpoint, form):
    assert form_of(endpoint) == form


def test_a_load_has_its_own_time():
    senders = senders_of(RESULT)  # type: ignore[arg-type]
    assert senders.ended - senders.began == dt.timedelta(minutes=1)
