from __future__ import annotations

import pytest

from kampyn_perf.redact import describe, redact, redact_text, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:5001/x", "http://localhost:5001/x"),
        ("mongodb://ann:s3cret@db:27017/k?w=1", "mongodb://ann:***@db:27017/k?w=1"),
        ("mongodb://ann:p%40ss@a:1,b:2/k", "mongodb://ann:***@a:1,b:2/k"),
        ("https://tok3n@host/", "https://***@host/"),
        ("redis://:s3cret@host:6379/0", "redis://:***@host:6379/0"),
        ("http://host/?api_key=s3cret&page=2", "http://host/?api_key=***&page=2"),
        ("http://[bad", "***"),
        ("us:pw@127.0.0.1", "***@127.0.0.1"),
        ("us:pw@127.0.0.1/?token=x", "***@127.0.0.1/?token=***"),
        ("http:/us:pw@127.0.0.1", "***@127.0.0.1"),
        ("http://us:p/w@127.0.0.1:80/x", "***@127.0.0.1:80/x"),
        ("mongodb://us:p#w@a:1,b:2/k", "***@a:1,b:2/k"),
        ("http://host:80/@ann", "http://host:80/@ann"),
        ("http://[::1]:80/@ann", "http://[::1]:80/@ann"),
        ("sqlite:////home/a@b/x.db", "sqlite:////home/a@b/x.db"),
    ],
)
def test_urls(url, shown):
    assert redact_url(url) == shown


def test_urls_inside_a_text():
    text = "cannot connect to mongodb://ann:s3cret@db/k: refused (http://x:y@z)"
    assert redact_text(text) == "cannot connect to mongodb://ann:***@db/k: refused (http://x:***@z)"


def test_a_login_without_a_scheme_inside_a_text():
    assert redact_text("looked at targets/us:pw@host.yaml") == "looked at targets/us:***@host.yaml"
    assert redact_text("see http://host:80/@ann") == "see http://host:80/@ann"
    assert (
        redact_text("not a store: 'us:pw@127.0.0.1:1/x'") == "not a store: 'us:***@127.0.0.1:1/x'"
    )
    assert redact_text("by ann@example.org at 12:30") == "by ann@example.org at 12:30"


def test_a_description_shows_nothing_of_what_is_inside():
    assert describe({"password": "hunter2"}) == "a mapping"
    assert describe(["hunter2"]) == "a list"
    assert describe("mongodb://us:pw@h/x") == "'mongodb://us:***@h/x'"
    assert describe("x" * 100) == repr("x" * 60 + "...")
    assert describe(7) == "7"


def test_plain_data_is_hidden_by_name_and_in_urls():
    data = {
        "password": "s3cret",
        "token_secret": "",
        "users": [{"Authorization": "Bearer x", "email": "a@b"}],
        "url": "redis://:s3cret@h",
        "workers": 2,
    }
    shown = redact(data)
    assert shown == {
        "password": "***",
        "token_secret": "",
        "users": [{"Authorization": "***", "email": "a@b"}],
        "url": "redis://:***@h",
        "workers": 2,
    }
    assert data["password"] == "s3cret", "the original is untouched"
