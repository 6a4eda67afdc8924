"""A MongoDB URI by way of a proxy."""

from __future__ import annotations

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.mongo_uri import led, member_of


@pytest.mark.parametrize(
    ("uri", "member", "expected"),
    [
        ("mongodb://db", ("db", 27017), "mongodb://127.0.0.1:7/?directConnection=true"),
        (
            "mongodb://127.0.0.1:28000/shop?w=1",
            ("127.0.0.1", 28000),
            "mongodb://127.0.0.1:7/shop?w=1&directConnection=true",
        ),
        (
            "mongodb://u:p%40s@[::1]:1/shop?directConnection=false",
            ("::1", 1),
            "mongodb://u:p%40s@127.0.0.1:7/shop?directConnection=false",
        ),
    ],
)
def test_the_address_alone_is_another(uri, member, expected):
    assert member_of(uri) == member
    assert led(uri, 7) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb+srv://u:secret@cluster.example.edu/shop",
        "mongodb://u:secret@a:1,b:2/shop",
        "mongodb://u:secret@a:1/shop?tls=true",
        "mongodb://u:secret@a:x/shop",
    ],
)
def test_what_a_proxy_cannot_stand_before_is_refused_without_the_password(uri):
    with pytest.raises(KampynError) as caught:
        member_of(uri)
    assert "secret" not in caught.value.message + caught.value.hint
